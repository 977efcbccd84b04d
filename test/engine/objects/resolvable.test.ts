/** Packs with deltas on objects named by id: in the pack, in the repository, or nowhere. Git resolves them. */

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { keepResolvable, storePack } from '../../../main/engine/objects/index.ts';
import { createDisk, createGit, createPackTools } from '../../../main/platform/index.ts';
import { makeTempDir, removeTempDirs } from '../../support/temp.ts';
import { entry, offsetVarint, pack } from '../../git/pack/packs.ts';

afterAll(removeTempDirs);

const oidOf = (text: string) => createHash('sha1').update(`blob ${text.length}\0${text}`).digest();

/** A delta that copies nothing: only the length of its base must be right. */
const delta = (base: string, result: string) =>
  Buffer.concat([Buffer.from([base.length, result.length, result.length]), Buffer.from(result)]);
const onId = (base: string, result: string) =>
  entry('ref-delta', delta(base, result), { base: [...oidOf(base)] });

interface Case {
  gitDir: string;
  path: string;
  keep: () => ReturnType<typeof keepResolvable>;
  git: (...args: string[]) => string;
}

function caseOf(entries: readonly Uint8Array[]): Case {
  const dir = makeTempDir('resolvable');
  const gitDir = join(dir, 'repo.git');
  const git = (...args: string[]) => execFileSync('git', ['--git-dir', gitDir, ...args]).toString();
  git('init', '-q', '--bare', gitDir);
  execFileSync('git', ['--git-dir', gitDir, 'hash-object', '-w', '--stdin'], { input: 'in the repository' });
  const path = join(dir, 's.pack');
  writeFileSync(path, pack(entries));
  const signal = new AbortController().signal;
  const parts = { git: createGit(), disk: createDisk(), packs: createPackTools(), gitDir, signal };
  return { gitDir, path, git, keep: () => keepResolvable({ ...parts, path, objectFormat: 'sha1' }) };
}

it('keeps what leans on the pack and on the repository, in whatever order, and drops the rest', async () => {
  const orphan = onId('nowhere', 'orphan');
  const entries = [
    // Leans on what is resolved only in the second round.
    onId('first round', 'second round'),
    onId('whole', 'first round'),
    orphan,
    entry('ofs-delta', delta('orphan', 'child of the orphan'), { base: offsetVarint(orphan.length) }),
    entry('blob', Buffer.from('whole')),
    onId('in the repository', 'thin'),
  ];
  const { gitDir, path, keep, git } = caseOf(entries);
  const kept = await keep();
  const droppedBytes = orphan.length + (entries[3]?.length ?? 0);
  expect(kept).toMatchObject({ entries: 4, droppedEntries: 2, droppedBytes });
  expect(kept?.lacking).toEqual([oidOf('nowhere').toString('hex')]);
  const parts = { git: createGit(), disk: createDisk(), gitDir, promisor: false };
  await storePack({ ...parts, path: kept?.path ?? '', signal: new AbortController().signal });
  const contents = ['whole', 'first round', 'second round', 'thin'];
  for (const content of contents) {
    expect(git('cat-file', 'blob', oidOf(content).toString('hex'))).toBe(content);
  }
  git('fsck', '--full');
  expect(git('cat-file', '--batch-all-objects', '--batch-check').trim().split('\n')).toHaveLength(5);
  // The spool is as it was, for whoever owns it; nothing else lies about.
  expect(readFileSync(path).equals(pack(entries))).toBe(true);
  expect(readdirSync(join(path, '..')).sort()).toEqual(['repo.git', 's.pack']);
});

it('keeps nothing where everything leans on what nobody has', async () => {
  const { path, keep } = caseOf([onId('nowhere', 'orphan'), onId('orphan', 'its child')]);
  expect(await keep()).toBeNull();
  expect(existsSync(path.replace('.pack', '.kept.pack'))).toBe(false);
});

it('refuses a delta that is broken, though its base is here', async () => {
  const broken = entry('ref-delta', Buffer.from([99, 1, 1, 65]), { base: [...oidOf('whole')] });
  const { keep } = caseOf([entry('blob', Buffer.from('whole')), broken]);
  await expect(keep()).rejects.toMatchObject({ code: 'pack-corrupt' });
});
