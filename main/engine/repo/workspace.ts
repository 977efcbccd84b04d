/** Where a clone grows until it is whole: one hidden directory beside the target. Pure. */

import type { Disk } from '../ports.ts';

export interface Workspace {
  /** `<parent>/.<name>.packmule`: everything of ours is in here, and goes with it. */
  root: string;
  /** The repository that one rename makes visible. */
  repository: string;
  /** Its git directory: the repository itself when bare, else `.git` in it. */
  gitDir: string;
  /** Pack bytes as they came. */
  spools: string;
  /** The refs this clone was pinned to, as offered. */
  pinnedRefs: string;
  /** Says that what is made here takes the place of what a killed git left. */
  adopted: string;
  /** Says whose workspace this is. */
  owner: string;
}

export function workspaceFor(
  directory: string,
  bare: boolean,
  disk: Pick<Disk, 'join' | 'parentOf' | 'nameOf'>,
): Workspace {
  const root = disk.join(disk.parentOf(directory), `.${disk.nameOf(directory)}.packmule`);
  const repository = disk.join(root, 'repository');
  return {
    root,
    repository,
    gitDir: bare ? repository : disk.join(repository, '.git'),
    spools: disk.join(root, 'spools'),
    pinnedRefs: disk.join(root, 'pinned-refs.json'),
    adopted: disk.join(root, 'adopted.json'),
    owner: disk.join(root, 'owner.json'),
  };
}

/** Whose workspace it is: what `owner.json` says. */
export interface WorkspaceOwner {
  job: string;
  url: string;
}

export function ownerText(owner: WorkspaceOwner): string {
  return JSON.stringify({ packmule: 1, ...owner });
}

/** Null for anything that is not ours to read. */
export function readOwner(text: string): WorkspaceOwner | null {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || !('job' in value) || !('url' in value)) return null;
    const { job, url } = value;
    return typeof job === 'string' && typeof url === 'string' ? { job, url } : null;
  } catch {
    return null;
  }
}
