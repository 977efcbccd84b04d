/** A workspace belongs to one download at a time. */

import { EngineError } from '../errors.ts';
import type { Disk } from '../ports.ts';
import { ownerText, readOwner, type Workspace, type WorkspaceOwner } from './workspace.ts';

/**
 * Makes the workspace ours. What an earlier download of the same repository left in it is welcome; anything else is
 * somebody's, and is not touched.
 * @throws EngineError `target-exists`, naming the workspace
 */
export async function claimWorkspace(disk: Disk, workspace: Workspace, owner: WorkspaceOwner): Promise<void> {
  const kind = await disk.kindOf(workspace.root);
  if (kind === 'directory') {
    const bytes = await disk.read(workspace.owner);
    const found = bytes === null ? null : readOwner(new TextDecoder().decode(bytes));
    if (found === null || (found.job !== owner.job && found.url !== owner.url)) {
      throw new EngineError('target-exists', { path: workspace.root });
    }
  } else if (kind !== 'nothing' && kind !== 'empty-directory') {
    throw new EngineError('target-exists', { path: workspace.root });
  }
  await disk.makeDirectory(workspace.root);
  await disk.write(workspace.owner, ownerText(owner));
}

/** Removes the workspace with everything in it, if it is this job's; anybody else's stays. */
export async function removeWorkspace(disk: Disk, workspace: Workspace, job: string): Promise<void> {
  const bytes = await disk.read(workspace.owner);
  const owner = bytes === null ? null : readOwner(new TextDecoder().decode(bytes));
  if (owner?.job === job) await disk.remove(workspace.root);
}

/** Whether a repository was begun here, and whether it holds a pack. */
export async function hasRepository(
  disk: Disk,
  workspace: Workspace,
): Promise<{ begun: boolean; packs: boolean }> {
  const begun = (await disk.kindOf(disk.join(workspace.gitDir, 'HEAD'))) === 'file';
  const directory = disk.join(workspace.gitDir, 'objects', 'pack');
  if (!begun || (await disk.kindOf(directory)) !== 'directory') return { begun, packs: false };
  return { begun, packs: (await disk.list(directory)).some((name) => name.endsWith('.idx')) };
}
