/** Many packs become one, so that the finished repository is as fast to use as git's own (git-multi-pack-index(1)). */

import type { Disk, Git } from '../ports.ts';

/** Fewer packs than this do not slow anybody down. */
const packsMin = 4;

/**
 * Puts all packs together without looking for new deltas: theirs are the server's and good. Needs no refs, loses no
 * object, and can be stopped at any moment: the old packs go only when the new one is there.
 */
export async function consolidatePacks(
  git: Git,
  disk: Disk,
  gitDir: string,
  signal: AbortSignal,
): Promise<void> {
  const directory = disk.join(gitDir, 'objects', 'pack');
  const packs = async () => (await disk.list(directory)).filter((name) => name.endsWith('.pack')).length;
  if ((await packs()) < packsMin) return;
  const run = (args: string[]) =>
    git.run(['multi-pack-index', ...args, '--no-progress'], { gitDir, signal, config: ['pack.window=0'] });
  await run(['write']);
  await run(['repack', '--batch-size=0']);
  await run(['expire']);
  // An index over a single pack helps nobody, and `git clone` leaves none.
  if ((await packs()) === 1) await disk.remove(disk.join(directory, 'multi-pack-index'));
}
