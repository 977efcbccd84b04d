/**
 * Where the objects of an update wait until all of them are here: a repository of its own inside the one that is
 * updated, which borrows the objects that one has (gitrepository-layout(5), "objects/info/alternates"). Nobody sees them
 * before they are moved in, as with git's own quarantine (git-receive-pack(1), "Quarantine Environment").
 */

import type { Disk, Git } from '../ports.ts';
import type { RepositoryPlace } from './existing.io.ts';
import type { Workspace } from './workspace.ts';

export interface NewQuarantine {
  git: Git;
  disk: Disk;
  workspace: Workspace;
  objectFormat: 'sha1' | 'sha256';
  signal: AbortSignal;
}

/** Below the git directory; relative, so that no character of a path and no move of the repository matters. */
const borrowed = '../../../objects\n';

/** The workspace of an update: on the same disk as the objects it is for. */
export function quarantineFor(commonDir: string, disk: Pick<Disk, 'join'>): Workspace {
  const root = disk.join(commonDir, 'packmule');
  const repository = disk.join(root, 'quarantine');
  return {
    root,
    repository,
    gitDir: repository,
    spools: disk.join(root, 'spools'),
    pinnedRefs: disk.join(root, 'fetched-refs.json'),
    adopted: disk.join(root, 'adopted.json'),
    owner: disk.join(root, 'owner.json'),
  };
}

/** Creates it, or leaves the one that is there as it is. */
export async function createQuarantine(wish: NewQuarantine): Promise<void> {
  const { git, disk, workspace, signal } = wish;
  await disk.makeDirectory(workspace.spools);
  if ((await disk.kindOf(disk.join(workspace.gitDir, 'HEAD'))) !== 'file') {
    const format = `--object-format=${wish.objectFormat}`;
    const words = ['--quiet', '--bare', '--template=', format, '--initial-branch=main'];
    await git.run(['init', ...words, '--', workspace.repository], {
      env: { GIT_DEFAULT_REF_FORMAT: 'files' },
      signal,
    });
  }
  const information = disk.join(workspace.gitDir, 'objects', 'info');
  await disk.makeDirectory(information);
  await disk.write(disk.join(information, 'alternates'), borrowed);
}

/** What makes a git of the repository itself see the waiting objects too. */
export function quarantineEnvironment(workspace: Workspace, disk: Disk): Record<string, string> {
  return { GIT_OBJECT_DIRECTORY: disk.join(workspace.gitDir, 'objects') };
}

const endingsInOrder = ['promisor', 'pack', 'rev', 'idx'];

/**
 * Moves the packs in. The index of each goes last, because by it a pack becomes visible; whatever interrupts this is
 * made good by doing it again.
 */
export async function moveIn(disk: Disk, workspace: Workspace, place: RepositoryPlace): Promise<void> {
  const from = disk.join(workspace.gitDir, 'objects', 'pack');
  if ((await disk.kindOf(from)) !== 'directory') return;
  const to = disk.join(place.commonDir, 'objects', 'pack');
  await disk.makeDirectory(to);
  const names = await disk.list(from);
  for (const ending of endingsInOrder) {
    for (const name of names) {
      if (!/^pack-[0-9a-f]+\.[a-z]+$/.test(name) || !name.endsWith(`.${ending}`)) continue;
      const target = disk.join(to, name);
      // The same pack is there already: one copy is enough.
      if ((await disk.kindOf(target)) === 'file') await disk.remove(disk.join(from, name));
      else await disk.rename(disk.join(from, name), target);
    }
  }
}
