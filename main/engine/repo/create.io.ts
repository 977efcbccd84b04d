/** An empty repository for the objects to come: `git init` with the configuration a clone has from the start. */

import { EngineError } from '../errors.ts';
import type { CloneOptions } from '../jobs/records.ts';
import type { Disk, Git } from '../ports.ts';
import type { Workspace } from './workspace.ts';

export interface NewRepository {
  git: Git;
  disk: Disk;
  workspace: Workspace;
  options: CloneOptions;
  objectFormat: 'sha1' | 'sha256';
  signal: AbortSignal;
}

const isBare = (options: CloneOptions): boolean => options.bare === true || options.mirror === true;

/** `key=value` or `key` alone (true), as git-clone(1) takes it with `-c`. Throws `option-conflict` when unreadable. */
export function readConfigPair(pair: string): [key: string, value: string] {
  const at = pair.indexOf('=');
  const key = at === -1 ? pair : pair.slice(0, at);
  if (!/^[A-Za-z][A-Za-z0-9-]*(\.[^\n\0]+)?\.[A-Za-z][A-Za-z0-9-]*$/.test(key)) {
    throw new EngineError('option-conflict', { option: `-c ${pair}`, detail: 'not a configuration key' });
  }
  return [key, at === -1 ? 'true' : pair.slice(at + 1)];
}

/** Creates it, or leaves the one that is there as it is. The user's templates count, as in `git clone`. */
export async function createRepository(wish: NewRepository): Promise<void> {
  const { git, disk, workspace, options, signal } = wish;
  if ((await disk.kindOf(disk.join(workspace.gitDir, 'HEAD'))) === 'file') return;
  await disk.makeDirectory(workspace.spools);
  await git.run(
    [
      'init',
      '--quiet',
      ...(isBare(options) ? ['--bare'] : []),
      `--object-format=${wish.objectFormat}`,
      // Only to keep git's advice about branch names quiet: HEAD is written at the end.
      '--initial-branch=main',
      '--',
      workspace.repository,
    ],
    // Refs are written as packed-refs in one go, so the repository must have the "files" kind of ref store.
    { configuration: 'as-user', env: { GIT_DEFAULT_REF_FORMAT: 'files' }, signal },
  );
  for (const pair of options.config ?? []) {
    const [key, value] = readConfigPair(pair);
    await git.run(
      ['config', '--add', '--', key, value].filter((part) => part !== '--'),
      {
        gitDir: workspace.gitDir,
        signal,
      },
    );
  }
}
