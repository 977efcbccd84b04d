/** When a run of entries is worth a git of its own. Pure. */

import type { FollowedPack } from '../ports.ts';

/** One git costs about as much to start as these take to index. */
const bytesMin = 4 * 1024 * 1024;
const entriesMin = 8 * 1024;
/** Of what is indexed, so that their number grows only with the logarithm of the pack's size. */
const shareMin = 1 / 16;
/** Near the end they are smaller, so that little is left behind the last byte. */
const entriesNearEnd = 32 * 1024;
const nearEndDivisor = 4;

/** Whether the entries that are here and in no segment should become one. */
export function segmentIsDue(pack: FollowedPack): boolean {
  const entries = pack.entries - pack.segmentedEntries;
  if (entries <= 0) return false;
  const bytes = pack.wholeBytes - pack.segmentedBytes;
  const left = pack.declaredEntries === null ? Infinity : pack.declaredEntries - pack.entries;
  if (left === 0) return true;
  if (left < Math.max(entriesNearEnd, pack.segmentedEntries * shareMin)) {
    return bytes >= bytesMin / nearEndDivisor || entries >= entriesMin / nearEndDivisor;
  }
  return (
    bytes >= Math.max(bytesMin, pack.segmentedBytes * shareMin) ||
    entries >= Math.max(entriesMin, pack.segmentedEntries * shareMin)
  );
}
