/** Files of HEAD into the working tree, by git, as the user's configuration wants them (line endings, filters). */

import { readProgress } from '../objects/index.ts';
import type { Disk, Git } from '../ports.ts';
import type { Workspace } from './workspace.ts';

export interface CheckoutWish {
  git: Git;
  disk: Disk;
  workspace: Workspace;
  onFiles(done: number, total: number): void;
  signal: AbortSignal;
}

/**
 * How many processes write files at once (git-config(1), checkout.workers; git's own default is one). Creating a file is
 * work of the system's, not of the disk's: with four it takes half the time on two processors and less on more. Git uses
 * them only from checkout.thresholdForParallelism files on, and never for files that go through a filter program.
 */
const workersDefault = 4;

/** What the person has said about it counts, in the repository's configuration (`-c`) or in their own. */
async function workersConfig({ git, workspace, signal }: CheckoutWish): Promise<string[]> {
  const { exitCode } = await git.run(['config', '--get', 'checkout.workers'], {
    gitDir: workspace.gitDir,
    configuration: 'as-user',
    expect: [0, 1],
    signal,
  });
  return exitCode === 0 ? [] : [`checkout.workers=${workersDefault}`];
}

/**
 * Can be taken up again after any interruption: what an earlier try wrote is overwritten, its lock removed. Nobody but
 * this job knows the repository yet.
 */
export async function checkOut(wish: CheckoutWish): Promise<void> {
  const { git, disk, workspace } = wish;
  await disk.remove(disk.join(workspace.gitDir, 'index.lock'));
  await git.run(['read-tree', '--reset', '-u', '-v', 'HEAD'], {
    gitDir: workspace.gitDir,
    workTree: workspace.repository,
    configuration: 'as-user',
    config: await workersConfig(wish),
    signal: wish.signal,
    onProgress: (line) => {
      const progress = readProgress(line);
      if (progress !== null) wish.onFiles(progress.done, progress.total);
    },
  });
}
