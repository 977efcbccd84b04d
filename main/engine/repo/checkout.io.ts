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
    signal: wish.signal,
    onProgress: (line) => {
      const progress = readProgress(line);
      if (progress !== null) wish.onFiles(progress.done, progress.total);
    },
  });
}
