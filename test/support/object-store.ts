/** A bare repository whose objects are put in, and taken out, one by one. */

import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { ObjectReader } from '../../main/engine/objects/index.ts';
import { createGit } from '../../main/platform/index.ts';
import { gitEnvironment } from './git.ts';
import { makeTempDir } from './temp.ts';

export interface ObjectStore {
  gitDir: string;
  reader: ObjectReader;
  run(args: readonly string[], input?: string | Uint8Array): string;
  blob(content: string): string;
  /** Names that end in "/" are trees. */
  tree(entries: Record<string, string>): string;
  commit(tree: string, ...parents: string[]): string;
  /** The object is gone; it must be loose. */
  lose(oid: string): void;
}

export function makeObjectStore(): ObjectStore {
  const gitDir = join(makeTempDir('objects'), 'store.git');
  const run: ObjectStore['run'] = (args, input) =>
    execFileSync('git', ['--git-dir', gitDir, ...args], { input, env: gitEnvironment })
      .toString()
      .trim();
  execFileSync('git', ['init', '-q', '--bare', gitDir], { env: gitEnvironment });
  return {
    gitDir,
    reader: { git: createGit(), gitDir, format: 'sha1', signal: new AbortController().signal },
    run,
    blob: (content) => run(['hash-object', '-w', '--stdin'], content),
    tree: (entries) =>
      run(
        ['mktree', '--missing'],
        Object.entries(entries)
          .map(([name, oid]) =>
            name.endsWith('/')
              ? `040000 tree ${oid}\t${name.slice(0, -1)}\n`
              : `100644 blob ${oid}\t${name}\n`,
          )
          .join(''),
      ),
    commit: (tree, ...parents) =>
      run(['commit-tree', tree, '-m', 'commit', ...parents.flatMap((parent) => ['-p', parent])]),
    lose: (oid) => rmSync(join(gitDir, 'objects', oid.slice(0, 2), oid.slice(2))),
  };
}
