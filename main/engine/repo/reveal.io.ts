/** The one moment the target appears: a rename. Before it nobody sees a repository, after it nobody sees a workspace. */

import { EngineError } from '../errors.ts';
import type { Disk } from '../ports.ts';
import type { Workspace } from './workspace.ts';

/** What `git clone` accepts as a target: nothing, or an empty directory. Throws `target-exists` otherwise. */
export async function checkTarget(disk: Disk, directory: string): Promise<void> {
  const kind = await disk.kindOf(directory);
  if (kind !== 'nothing' && kind !== 'empty-directory')
    throw new EngineError('target-exists', { path: directory });
}

/**
 * Whether an earlier run came as far as the rename and was ended before anybody noted it: the repository is in the
 * workspace no more, and one is at the target. Ask only of a clone whose repository was complete.
 */
export async function isRevealed(disk: Disk, workspace: Workspace, directory: string): Promise<boolean> {
  if ((await disk.kindOf(workspace.repository)) !== 'nothing') return false;
  const bare = workspace.gitDir === workspace.repository;
  const gitDir = bare ? directory : disk.join(directory, '.git');
  return (await disk.kindOf(disk.join(gitDir, 'HEAD'))) === 'file';
}

/** Sweeps what interrupted processes left, git's and ours, then renames, then removes the workspace. */
export async function reveal(disk: Disk, workspace: Workspace, directory: string): Promise<void> {
  await checkTarget(disk, directory);
  await sweepTemporaryPacks(disk, workspace);
  await sweepHalfWritten(disk, workspace.gitDir);
  await sweepRefs(disk, disk.join(workspace.gitDir, 'refs'));
  await disk.rename(workspace.repository, directory);
  await disk.remove(workspace.root);
}

/** `tmp_pack_*` and `tmp_idx_*`: what index-pack leaves when it is killed or refuses a pack. */
export async function sweepTemporaryPacks(disk: Disk, workspace: Workspace): Promise<void> {
  const packs = disk.join(workspace.gitDir, 'objects', 'pack');
  if ((await disk.kindOf(packs)) !== 'directory') return;
  for (const name of await disk.list(packs)) {
    if (/^(tmp_|\.tmp-)/.test(name)) await disk.remove(disk.join(packs, name));
  }
}

/** What `Disk.write` leaves beside its target when its process is killed before the rename. */
const halfWritten = /^\..+\.[0-9a-f]{8}\.tmp$/;

async function sweepHalfWritten(disk: Disk, directory: string): Promise<void> {
  for (const name of await disk.list(directory)) {
    if (halfWritten.test(name)) await disk.remove(disk.join(directory, name));
  }
}

/** Few directories: the refs themselves are packed. No ref is swept, for none has a part that begins with a dot. */
async function sweepRefs(disk: Disk, directory: string): Promise<void> {
  if ((await disk.kindOf(directory)) !== 'directory') return;
  await sweepHalfWritten(disk, directory);
  for (const name of await disk.list(directory)) await sweepRefs(disk, disk.join(directory, name));
}
