/** A repository large enough to measure with, made like the ones people have. */

import { existsSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { bigHistory } from './big-history.ts';
import { git, gitBytes } from './git.ts';
import { keptTempDir } from './temp.ts';

export interface BigRepoWish {
  /** At least so many objects. */
  objects: number;
  /** Of binary files, which do not compress, spread over the history; else about six of a hundred bytes of the pack. */
  assetBytes?: number;
}

/** Kept on disk between runs: 400,000 objects take two cores some three minutes. None is larger than 256 kB in the pack. */
export async function makeBigRepo({ objects, assetBytes = objects * 40 }: BigRepoWish): Promise<string> {
  const path = join(keptTempDir('repos'), `big-v3-${objects}-${assetBytes}.git`);
  if (existsSync(path)) return path;
  const fresh = join(dirname(path), `.${basename(path)}.${process.pid}`);
  await buildBigRepo(fresh, { objects, assetBytes });
  try {
    renameSync(fresh, path);
  } catch {
    // Another process was quicker with the same repository.
    rmSync(fresh, { recursive: true, force: true });
  }
  return path;
}

/** At this path, whatever was there. */
export async function buildBigRepo(
  path: string,
  { objects, assetBytes = 0 }: BigRepoWish,
  seed = 1,
): Promise<void> {
  rmSync(path, { recursive: true, force: true });
  await git(['init', '-q', '--bare', '-b', 'main', path]);
  await git(['-C', path, 'config', 'uploadpack.allowFilter', 'true']);
  // What fast-import writes only has to hold until the repack, which compresses everything anew.
  // It looks for deltas of small files only, beside the file before, where there is none.
  const quickly = ['-c', 'pack.compression=1', '-c', 'core.bigFileThreshold=1', 'fast-import', '--quiet'];
  await gitBytes(['-C', path, ...quickly, '--active-branches=60'], {
    input: bigHistory({ objects, assetBytes, seed }),
  });
  await git(['-C', path, 'repack', '-q', '-a', '-d', '-F', '--window=10', '--depth=50']);
}
