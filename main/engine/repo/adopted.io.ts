/**
 * A download that a killed git began: its packs are copied into the workspace, where they are salvaged like our own. What
 * git left stays as it is until the job is done.
 */

import { EngineError } from '../errors.ts';
import type { Disk, Git } from '../ports.ts';
import { ExistingRepository } from './existing.io.ts';
import { isUnfinishedClone } from './killed-git.io.ts';
import type { Workspace } from './workspace.ts';

/** What the mark in the workspace says. */
export interface Adopted {
  /** Git directory with the packs that were left. */
  from: string;
  /** They are in the workspace. */
  copied: boolean;
}

export async function markAdopted(disk: Disk, workspace: Workspace, adopted: Adopted): Promise<void> {
  await disk.makeDirectory(workspace.root);
  await disk.write(workspace.adopted, JSON.stringify(adopted));
}

/** Null when nothing was adopted. */
export async function readAdopted(disk: Disk, workspace: Workspace): Promise<Adopted | null> {
  const bytes = await disk.read(workspace.adopted);
  return bytes === null ? null : (JSON.parse(new TextDecoder().decode(bytes)) as Adopted);
}

async function copy(disk: Disk, from: string, to: string, signal: AbortSignal): Promise<number> {
  // A name that no salvage knows, until all of it is there.
  const growing = `${to}.part`;
  const spool = await disk.openSpool(growing);
  try {
    for await (const chunk of disk.stream(from)) {
      signal.throwIfAborted();
      await spool.append(chunk);
    }
    await spool.sync();
  } finally {
    await spool.close();
  }
  const { lengthBytes } = spool;
  await disk.remove(to);
  await disk.rename(growing, to);
  return lengthBytes;
}

/**
 * Copies these packs among the spools. Answers with their bytes.
 * @throws EngineError `not-adoptable` when one grows meanwhile: then its git is still at work
 */
export async function copyAdopted(
  disk: Disk,
  workspace: Workspace,
  packs: readonly string[],
  signal: AbortSignal,
): Promise<number> {
  await disk.makeDirectory(workspace.spools);
  let bytes = 0;
  for (const path of packs) {
    const name = `adopted-${disk.nameOf(path).replace(/\.pack$/, '')}.pack`;
    const copied = await copy(disk, path, disk.join(workspace.spools, name), signal);
    if ((await disk.sizeOf(path)) !== copied) {
      throw new EngineError('not-adoptable', { path, detail: 'Git is still writing into it' });
    }
    bytes += copied;
  }
  return bytes;
}

/**
 * Puts what git left aside, so that the finished clone can take its place; it goes with the workspace.
 * @throws EngineError `target-exists` when somebody has put something there since
 */
export async function putAdoptedAside(
  git: Git,
  disk: Disk,
  workspace: Workspace,
  directory: string,
): Promise<void> {
  const isBare = workspace.gitDir === workspace.repository;
  const gitDir = isBare ? directory : disk.join(directory, '.git');
  const repository = new ExistingRepository(git, { directory, gitDir, commonDir: gitDir });
  // A crash between the two renames: it is aside already.
  if ((await disk.kindOf(directory)) === 'nothing') return;
  if (!(await isUnfinishedClone(disk, repository)))
    throw new EngineError('target-exists', { path: directory });
  const aside = disk.join(workspace.root, 'replaced');
  await disk.remove(aside);
  await disk.rename(directory, aside);
}
