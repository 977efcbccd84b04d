import { expect, it } from 'vitest';
import {
  decodeEntryHeader,
  encodeDistance,
  EntryTable,
  noEntry,
  ThinPack,
  typeNumbers,
} from '../../../main/git/index.ts';
import { entryHead, offsetVarint } from './packs.ts';

it.each([1, 127, 128, 16_511, 16_512, 2_113_663, 2_113_664, 2 ** 31, 2 ** 40])(
  'a distance of %i reads back',
  (distance) => {
    expect([...encodeDistance(distance)]).toEqual(offsetVarint(distance));
    const header = Uint8Array.from([...entryHead('ofs-delta', 20), ...encodeDistance(distance)]);
    expect(decodeEntryHeader(header, 0, 'sha1')).toMatchObject({ baseDistance: distance });
  },
);

const oidOf = (entry: number) => new Uint8Array(20).fill(entry + 1);

/** Entries of 1000 bytes each; a number is the entry a delta builds on. */
function tableOf(bases: readonly (number | null)[]): EntryTable {
  const table = new EntryTable();
  for (const [entry, base] of bases.entries()) {
    table.add(
      {
        offset: 12 + entry * 1000,
        type: base === null ? 'blob' : 'ofs-delta',
        sizeBytes: 900,
        packedBytes: 1000,
        base: base === null ? null : { offset: 12 + base * 1000 },
      },
      entry,
    );
  }
  return table;
}

it('names bases before the run by their ids, and counts distances anew behind longer headers', () => {
  const table = tableOf([null, null, 0, 2, null, 2]);
  const segment = new ThinPack({ table, from: 2, to: 6, oidOf });
  expect(segment).toMatchObject({ entries: 4, thin: true });
  const pieces = [...segment.pieces()];
  // The first delta grows by 18 bytes, and everything behind it moves with its base.
  expect(pieces).toMatchObject([
    { from: 2012, to: 3012, rebased: { type: typeNumbers['ref-delta'], base: oidOf(0), oldBaseBytes: 2 } },
    // What does not change is copied along.
    { from: 3012, to: 5012, rebased: { type: typeNumbers['ofs-delta'], base: encodeDistance(1018) } },
    { from: 5012, to: 6012, rebased: { base: encodeDistance(3018) } },
  ]);
  expect(segment.bodyBytes).toBe(12 + 4000 + 18);
  expect([2, 3, 4, 5].map((entry) => segment.isUnchanged(entry))).toEqual([false, false, true, false]);
  expect(segment.find(12)).toBe(2);
  expect(segment.find(12 + 1018)).toBe(3);
  expect(segment.find(12 + 1017)).toBe(noEntry);
  expect(segment.find(segment.bodyBytes)).toBe(noEntry);
});

it('copies in one go what does not change', () => {
  const segment = new ThinPack({ table: tableOf([null, null, 1, 1, 3]), from: 1, to: 5, oidOf });
  expect([...segment.pieces()]).toEqual([{ from: 1012, to: 5012, rebased: null }]);
  expect(segment).toMatchObject({ entries: 4, bodyBytes: 4012, thin: false });
});

it('leaves out what it is told to, and closes the gap', () => {
  const table = tableOf([null, null, null, 0, 2]);
  const isLeftOut = (entry: number) => entry === 1;
  const pack = new ThinPack({ table, from: 0, to: 5, oidOf, isLeftOut });
  expect(pack).toMatchObject({ entries: 4, bodyBytes: 4012, thin: false });
  expect([...pack.pieces()]).toMatchObject([
    { from: 12, to: 1012, rebased: null },
    { from: 2012, to: 3012, rebased: null },
    { from: 3012, to: 5012, rebased: { base: encodeDistance(2000) } },
  ]);
  expect([12, 1012, 2012, 3012].map((offset) => pack.find(offset))).toEqual([0, 2, 3, 4]);
  expect(() => new ThinPack({ table, from: 0, to: 5, oidOf, isLeftOut: (entry) => entry === 2 })).toThrow(
    /without its base/,
  );
});

it('refuses a delta whose distance leads between entries', () => {
  const table = tableOf([null]);
  expect(() =>
    table.add({ offset: 1012, type: 'ofs-delta', sizeBytes: 9, packedBytes: 10, base: { offset: 13 } }, 0),
  ).toThrow(/no entry as its base/);
});
