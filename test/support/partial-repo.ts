/** A repository of which only a part is here, and a server's side that hands out the rest object by object. */

import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { git, gitBytes } from './git.ts';

export interface PartialRepo {
  /** Path of the one it is a part of. */
  whole: string;
  /** Bare, without refs. */
  gitDir: string;
  /** Ids the refs of the whole one name. */
  wants: string[];
  /** Everything they reach, and each object's type. */
  all: Map<string, string>;
  /** A pack of these objects goes in; answers with the path of its index. */
  add(ids: Iterable<string>): Promise<string>;
  /** These and all trees below them. */
  treesBelow(ids: readonly string[]): Promise<string[]>;
}

/** @param whole path of the repository to take objects from */
export async function makePartialRepo(
  directory: string,
  whole: string,
  objectFormat: 'sha1' | 'sha256',
): Promise<PartialRepo> {
  const gitDir = join(directory, 'part.git');
  await git(['init', '-q', '--bare', `--object-format=${objectFormat}`, gitDir]);
  const from = (...args: string[]) => git(['-C', whole, ...args]);
  const lines = (text: string) => text.split('\n').filter((line) => line !== '');
  const listed = lines(await from('rev-list', '--all', '--objects', '--no-object-names'));
  const types = await git(['-C', whole, 'cat-file', '--batch-check=%(objectname) %(objecttype)'], {
    input: `${listed.join('\n')}\n`,
  });
  const all = new Map(lines(types).map((line) => line.split(' ') as [string, string]));
  const wants = [...new Set(lines(await from('for-each-ref', '--format=%(objectname)')))];
  return {
    whole,
    gitDir,
    wants,
    all,
    async add(ids) {
      const input = `${[...ids].join('\n')}\n`;
      const pack = await gitBytes(['-C', whole, 'pack-objects', '-q', '--stdout'], { input });
      const hash = /[0-9a-f]{40,}/.exec(
        await git(['--git-dir', gitDir, 'index-pack', '--stdin'], { input: pack }),
      )?.[0];
      const packs = join(gitDir, 'objects', 'pack');
      const name = (await readdir(packs)).find((each) => each === `pack-${hash}.idx`);
      if (name === undefined) throw new Error(`git made no index for ${hash}`);
      return join(packs, name);
    },
    async treesBelow(ids) {
      if (ids.length === 0) return [];
      return lines(await from('rev-list', '--objects', '--filter=blob:none', '--no-object-names', ...ids));
    },
  };
}
