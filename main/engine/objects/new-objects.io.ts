/**
 * What is new in a quarantine, and what it still lacks. The repository's own refs are the boundary: what they reach is
 * here, and is not looked at again however large it is (git-rev-list(1), --not --all; connected.c).
 */

import { EngineError } from '../errors.ts';
import type { Disk, Git } from '../ports.ts';

export interface NewObjects {
  git: Git;
  disk: Disk;
  /** The repository that is updated. */
  gitDir: string;
  /** The quarantine, which borrows that one's objects. */
  quarantine: string;
  signal: AbortSignal;
}

const runOptions = ({ disk, gitDir, quarantine, signal }: NewObjects) => ({
  gitDir,
  env: { GIT_OBJECT_DIRECTORY: disk.join(quarantine, 'objects') },
  signal,
});

/** Ids of all objects in the quarantine's own packs (git-show-index(1)). */
export async function quarantinedIds(
  question: NewObjects,
  objectFormat: 'sha1' | 'sha256',
): Promise<string[]> {
  const { git, disk, quarantine, signal } = question;
  const directory = disk.join(quarantine, 'objects', 'pack');
  if ((await disk.kindOf(directory)) !== 'directory') return [];
  const ids: string[] = [];
  for (const name of (await disk.list(directory)).filter((each) => /^pack-[0-9a-f]+\.idx$/.test(each))) {
    const index = await disk.read(disk.join(directory, name));
    if (index === null) continue;
    const { stdout } = await git.run(['show-index', `--object-format=${objectFormat}`], {
      gitDir: quarantine,
      input: index,
      signal,
    });
    for (const line of new TextDecoder().decode(stdout).split('\n')) {
      const id = line.split(' ')[1];
      if (id !== undefined) ids.push(id);
    }
  }
  return ids;
}

/**
 * Of everything behind these ids what is not here, one level further than the last time: what a missing tree holds is
 * known only when it is here. All commits must be here.
 */
export async function missingBehind(question: NewObjects, ids: readonly string[]): Promise<string[]> {
  const words = ['rev-list', '--objects', '--quiet', '--missing=print', '--stdin', '--not', '--all'];
  const { stdout } = await question.git.run(words, {
    ...runOptions(question),
    input: ids.map((id) => `${id}\n`).join(''),
  });
  const lines = new TextDecoder().decode(stdout).split('\n');
  return lines.filter((line) => line.startsWith('?')).map((line) => line.slice(1));
}

/**
 * Whether all of these are here with everything behind them.
 * @param promised the repository is a partial clone: what is promised need not be here
 */
export async function isConnected(
  question: NewObjects,
  ids: readonly string[],
  promised: boolean,
): Promise<boolean> {
  if (ids.length === 0) return true;
  const promises = promised ? ['--exclude-promisor-objects'] : [];
  const words = ['rev-list', '--objects', '--quiet', ...promises, '--stdin', '--not', '--all'];
  const { exitCode } = await question.git.run(words, {
    ...runOptions(question),
    input: ids.map((id) => `${id}\n`).join(''),
    expect: [0, 1, 128],
  });
  return exitCode === 0;
}

/** @throws EngineError `objects-missing` when something behind these ids is not here */
export async function checkNewObjects(
  question: NewObjects,
  ids: readonly string[],
  promised: boolean,
): Promise<void> {
  if (await isConnected(question, ids, promised)) return;
  const detail = 'Something that the new refs need did not come; nothing was changed.';
  throw new EngineError('objects-missing', { detail });
}
