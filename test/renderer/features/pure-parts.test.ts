import { describe, expect, test } from 'vitest';
import type { ArtefactView, PieceView } from '../../../main/contract/index.ts';
import { optionsText } from '../../../renderer/features/job-detail/options-text.ts';
import { bytesByState, cellsOf, spanOf } from '../../../renderer/features/job-detail/piece-cells.ts';
import { stageFigures } from '../../../renderer/features/job-detail/stage-figures.ts';

const piece = (fromBytes: number, toBytes: number, state: PieceView['state']): PieceView => ({
  fromBytes,
  toBytes,
  state,
});
const artefact = (change: Partial<ArtefactView>): ArtefactView => ({
  id: 'a',
  kind: 'pack-stream',
  source: 'origin',
  state: 'arriving',
  bytes: 0,
  totalBytes: null,
  objects: 0,
  totalObjects: null,
  pieces: [],
  ...change,
});

describe('cells of the piece map', () => {
  test('what no piece speaks of is wanted', () => {
    expect(cellsOf([], 100, 4)).toEqual(['wanted', 'wanted', 'wanted', 'wanted']);
    expect(cellsOf([piece(0, 50, 'here')], 100, 4)).toEqual(['here', 'here', 'wanted', 'wanted']);
  });

  test('a hole within a cell shows, and so does what is lost or arriving', () => {
    const pieces = [
      piece(0, 30, 'indexed'),
      piece(30, 31, 'arriving'),
      piece(50, 60, 'here'),
      piece(75, 99, 'lost'),
    ];
    expect(cellsOf(pieces, 100, 4)).toEqual(['indexed', 'arriving', 'wanted', 'lost']);
  });

  test('many small pieces fill a cell together', () => {
    const pieces = Array.from({ length: 100 }, (_, index) => piece(index, index + 1, 'here'));
    expect(cellsOf(pieces, 100, 4)).toEqual(['here', 'here', 'here', 'here']);
  });

  test('a piece beyond the span does not leave the map', () => {
    expect(cellsOf([piece(0, 500, 'here')], 100, 3)).toEqual(['here', 'here', 'here']);
  });
});

describe('the span of the map', () => {
  test('is the length where that is known, and what is here when nothing more comes', () => {
    expect(spanOf(artefact({ totalBytes: 500, bytes: 20 }))).toBe(500);
    expect(spanOf(artefact({ state: 'verified', bytes: 77 }))).toBe(77);
  });

  test('is guessed from the share of objects, and never below what is here', () => {
    const guess = spanOf(artefact({ bytes: 1000, objects: 50, totalObjects: 100 }));
    expect(guess).toBeGreaterThanOrEqual(2000);
    expect(guess).toBeLessThan(2300);
    const pieces = [piece(0, 5000, 'here')];
    expect(spanOf(artefact({ bytes: 1000, objects: 100, totalObjects: 100, pieces }))).toBe(5000);
  });

  test('is never nothing', () => expect(spanOf(artefact({}))).toBeGreaterThan(0));
});

test('bytes are summed by state', () => {
  expect(bytesByState([piece(0, 5, 'here'), piece(9, 12, 'here'), piece(5, 9, 'lost')])).toEqual({
    wanted: 0,
    arriving: 0,
    here: 8,
    indexed: 0,
    lost: 4,
  });
});

test.each([
  [
    { state: 'active', done: 12_340, total: 50_000, unit: 'objects', fraction: 0.2 },
    true,
    '12,340 of 50,000 objects',
  ],
  [{ state: 'done', done: 50_000, total: 50_000, unit: 'deltas', fraction: 1 }, true, '50,000 deltas'],
  [{ state: 'active', done: 1024, total: null, unit: 'bytes', fraction: null }, true, '1.0 KiB'],
  [{ state: 'active', done: null, total: null, unit: null, fraction: 0.5 }, true, '50 %'],
  [{ state: 'active', done: null, total: null, unit: null, fraction: null }, true, 'running'],
  [{ state: 'active', done: null, total: null, unit: null, fraction: null }, false, 'on hold'],
  [{ state: 'skipped', done: 5, total: 5, unit: 'files', fraction: 1 }, true, 'not needed'],
] as const)('figures of a stage: %o', (stage, moving, text) => {
  expect(stageFigures({ name: 'index', ...stage }, moving)).toBe(text);
});

test('options as git would be given them', () => {
  expect(optionsText({})).toBe('');
  expect(optionsText({ mirror: true, bare: true, filter: 'blob:none', depth: 3, config: ['a.b=c'] })).toBe(
    '--mirror --filter=blob:none --depth=3 -c a.b=c',
  );
});
