import { expect, it } from 'vitest';
import { segmentIsDue } from '../../../main/engine/objects/segment-size.ts';

/** How many segments a pack of so many entries of 800 bytes each makes, when each is indexed at once. */
function segmentsOf(entries: number): { count: number; last: number } {
  let segmentedEntries = 0;
  let count = 0;
  let last = 0;
  for (let here = 0; here <= entries; here += 256) {
    const pack = {
      entries: here,
      wholeBytes: here * 800,
      declaredEntries: entries,
      segmentedEntries,
      segmentedBytes: segmentedEntries * 800,
    };
    if (!segmentIsDue(pack)) continue;
    last = here - segmentedEntries;
    segmentedEntries = here;
    count++;
  }
  expect(segmentedEntries).toBe(entries - (entries % 256));
  return { count, last };
}

it('makes few segments of large packs, and a small one at the end', () => {
  const small = segmentsOf(256 * 1600);
  const large = segmentsOf(256 * 160_000);
  expect(small.count).toBeLessThan(80);
  expect(large.count).toBeLessThan(200);
  expect(small.last).toBeLessThan(4096);
  expect(large.last / (256 * 160_000)).toBeLessThan(0.02);
});

it('waits for nothing when there is nothing', () => {
  const pack = {
    entries: 5,
    wholeBytes: 5000,
    declaredEntries: 5,
    segmentedEntries: 5,
    segmentedBytes: 5000,
  };
  expect(segmentIsDue(pack)).toBe(false);
  expect(segmentIsDue({ ...pack, entries: 4, segmentedEntries: 0, declaredEntries: null })).toBe(false);
  expect(segmentIsDue({ ...pack, segmentedEntries: 0 })).toBe(true);
});
