/** Many packs become one, so that the finished repository is as fast to use as git's own. */

import type { ObjectFormat } from '../../git/index.ts';
import type { BegunJoin, Disk, Git, PackTools } from '../ports.ts';

/** Fewer packs than this do not slow anybody down. */
const packsMin = 4;

const wideIndex = 'multi-pack-index';

export interface Consolidation {
  git: Git;
  disk: Disk;
  packs: PackTools;
  gitDir: string;
  format: ObjectFormat;
  signal: AbortSignal;
  /** Some of them were put together while they came. */
  begun?: BegunJoin | null;
  /** Reads from the packs that are there: none goes before this has come to its end, however that is. */
  reader?: Promise<unknown>;
}

/**
 * Puts all packs together without looking for new deltas: theirs are the server's and good. Needs no refs, loses no
 * object, and can be stopped at any moment: the old packs go only when the new one is there.
 */
export async function consolidatePacks(consolidation: Consolidation): Promise<void> {
  const { disk, gitDir } = consolidation;
  const directory = disk.join(gitDir, 'objects', 'pack');
  const names = await disk.list(directory);
  const packs = names.filter((name) => name.endsWith('.pack')).sort();
  // Git's way was interrupted here once. Every pack has an index of its own, so nothing hangs on this one.
  if (names.includes(wideIndex)) await disk.remove(disk.join(directory, wideIndex));
  if (packs.length < packsMin) return;
  const promised = names.filter((name) => name.endsWith('.promisor')).length;
  // What such marks say must be true of all objects (gitrepository-layout(5), git-index-pack(1)).
  const alike = promised === 0 || promised === packs.length;
  const kept = names.some((name) => name.endsWith('.keep'));
  if (alike && !kept && (await joinInto(consolidation, directory, packs, promised > 0))) return;
  // A multi-pack index knows nothing of promisor packs: many of them are better than one that is none.
  if (promised === 0) await repack(consolidation, directory);
}

/** One file after the other, entry by entry as they are. False when this is not for us. */
async function joinInto(
  { disk, packs: tools, format, signal, begun = null, reader }: Consolidation,
  directory: string,
  packs: readonly string[],
  promisor: boolean,
): Promise<boolean> {
  // Not a name that git, or we after a crash, would take for a pack.
  const temporary = (extension: string) => disk.join(directory, `tmp_joined.${extension}`);
  const paths = packs.map((name) => disk.join(directory, name));
  const joined = await tools.join(paths, temporary('pack'), format, begun, signal);
  if (joined === null) {
    for (const extension of ['pack', 'idx']) await disk.remove(temporary(extension));
    return false;
  }
  const target = `pack-${joined.hash}`;
  if (promisor) await disk.write(disk.join(directory, `${target}.promisor`), '');
  for (const extension of ['pack', 'idx']) {
    await disk.rename(temporary(extension), disk.join(directory, `${target}.${extension}`));
  }
  await reader?.catch(() => {});
  for (const name of packs) {
    const base = name.replace(/\.pack$/, '');
    if (base === target) continue;
    // By its index a pack is visible: it goes first.
    for (const extension of ['idx', 'rev', 'pack', 'promisor'])
      await disk.remove(disk.join(directory, `${base}.${extension}`));
  }
  return true;
}

/** The same by git (git-multi-pack-index(1)), which takes longer. */
async function repack(
  { git, disk, gitDir, signal, reader }: Consolidation,
  directory: string,
): Promise<void> {
  const run = (args: string[]) =>
    git.run(['multi-pack-index', ...args, '--no-progress'], { gitDir, signal, config: ['pack.window=0'] });
  await run(['write']);
  await run(['repack', '--batch-size=0']);
  await reader?.catch(() => {});
  await run(['expire']);
  const packs = (await disk.list(directory)).filter((name) => name.endsWith('.pack'));
  // An index over a single pack helps nobody, and `git clone` leaves none.
  if (packs.length === 1) await disk.remove(disk.join(directory, wideIndex));
}
