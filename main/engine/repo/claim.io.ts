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
    const found = await ownerOf(disk, workspace);
    const ours = found !== null && (found.job === owner.job || found.url === owner.url);
    if (!ours && !(await removeUnfinishedClaim(disk, workspace))) {
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
  const owner = await ownerOf(disk, workspace);
  if (owner?.job === job) await disk.remove(workspace.root);
  else await removeUnfinishedClaim(disk, workspace);
}

async function ownerOf(disk: Disk, workspace: Workspace): Promise<WorkspaceOwner | null> {
  const bytes = await disk.read(workspace.owner);
  return bytes === null ? null : readOwner(new TextDecoder().decode(bytes));
}

/**
 * A process that ends while it claims leaves a directory with nothing in it but what should have become the owner's file
 * (`Disk.write` writes beside and renames). Answers whether this was one.
 */
async function removeUnfinishedClaim(disk: Disk, workspace: Workspace): Promise<boolean> {
  const kind = await disk.kindOf(workspace.root);
  if (kind !== 'directory' && kind !== 'empty-directory') return false;
  const beside = `.${disk.nameOf(workspace.owner)}.`;
  const names = await disk.list(workspace.root);
  if (!names.every((name) => name.startsWith(beside) && name.endsWith('.tmp'))) return false;
  await disk.remove(workspace.root);
  return true;
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
