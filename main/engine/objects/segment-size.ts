/** When a run of entries is worth a git of its own. Pure. */

import type { FollowedPack } from '../ports.ts';

/** One git costs about as much to start as these take to index. */
const bytesMin = 4 * 1024 * 1024;
const entriesMin = 8 * 1024;
/** Of what is indexed, so that their number grows only with the logarithm of the pack's size. */
const shareMin = 1 / 16;
/** Of what is still to come: the last ones are ever smaller, so that little is left behind the last byte. */
const shareOfRest = 1 / 2;
const lastDivisor = 4;

function due(here: number, indexed: number, rest: number, min: number): boolean {
  const usual = Math.max(min, indexed * shareMin);
  return here >= Math.max(min / lastDivisor, Math.min(usual, rest * shareOfRest));
}

/** Whether the entries that are here and in no segment should become one. */
export function segmentIsDue(pack: FollowedPack): boolean {
  const entries = pack.entries - pack.segmentedEntries;
  if (entries <= 0) return false;
  const rest = pack.declaredEntries === null ? Infinity : pack.declaredEntries - pack.entries;
  if (rest === 0) return true;
  const bytes = pack.wholeBytes - pack.segmentedBytes;
  const restBytes = (rest * pack.wholeBytes) / pack.entries;
  return (
    due(bytes, pack.segmentedBytes, restBytes, bytesMin) ||
    due(entries, pack.segmentedEntries, rest, entriesMin)
  );
}
