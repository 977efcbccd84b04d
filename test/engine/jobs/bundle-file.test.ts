import { expect, test } from 'vitest';
import { joined, wholeUpTo } from '../../../main/engine/jobs/bundle-file.io.ts';
import type { StoredPiece } from '../../../main/engine/jobs/records.ts';

const piece = (fromBytes: number, toBytes: number, state: StoredPiece['state'] = 'here'): StoredPiece => ({
  ...{ id: `${fromBytes}`, artefactId: 'a', fromBytes, toBytes, state },
});

test.each([
  ['nothing', [], 0],
  ['what begins at the first byte', [piece(0, 5)], 5],
  ['neighbours in any order', [piece(5, 9), piece(0, 5)], 9],
  ['up to the first gap', [piece(0, 5), piece(6, 9)], 5],
  ['not what lies behind a gap', [piece(1, 9)], 0],
  ['not what is of an earlier version', [piece(0, 5, 'lost'), piece(5, 9)], 0],
])('whole from the first byte on: %s', (_name, pieces, whole) => {
  expect(wholeUpTo(pieces)).toBe(whole);
});

test('neighbours are shown as one; the pieces themselves stay as they are', () => {
  const pieces = [piece(2, 3), piece(0, 1), piece(1, 2), piece(4, 5)];
  expect(joined(pieces)).toMatchObject([
    { fromBytes: 0, toBytes: 3 },
    { fromBytes: 4, toBytes: 5 },
  ]);
  expect(pieces.map(({ toBytes }) => toBytes)).toEqual([3, 1, 2, 5]);
});
