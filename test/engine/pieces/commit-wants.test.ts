import { describe, expect, it } from 'vitest';
import { CommitWants, oldestStretch } from '../../../main/engine/pieces/index.ts';

const missing = Array.from({ length: 16 }, (_, n) => `commit-${n}`);
/** The last one is a ref's: nobody knows when it was made. */
const childSeconds = new Map(missing.slice(0, 15).map((oid, n) => [oid, 1_000_000 * (16 - n)]));
const week = 7 * 24 * 3600;

describe('the oldest stretch of what is missing', () => {
  it('is an eighth at first, then as much as was learned; refs of an unknown date come last', () => {
    expect(oldestStretch(missing, childSeconds, null)).toEqual({
      wants: ['commit-14', 'commit-13'],
      latest: 3_000_000 + week,
    });
    expect(oldestStretch(missing, childSeconds, 1.4).wants).toEqual(['commit-14']);
    expect(oldestStretch(missing, childSeconds, 15).latest).toBe(16_000_000 + week);
    expect(oldestStretch(missing, childSeconds, 0).wants).toEqual(['commit-14']);
  });

  it('is everything where that is little, or as much as may be asked for', () => {
    expect(oldestStretch(missing, childSeconds, 16)).toEqual({ wants: missing, latest: Infinity });
    expect(oldestStretch(missing.slice(0, 8), childSeconds, 1).wants).toEqual(missing.slice(0, 8));
    expect(oldestStretch(missing, new Map(), 3).latest).toBe(Infinity);
    expect(oldestStretch([], childSeconds, null).wants).toEqual([]);
  });
});

it('asks for more behind short answers, a little at a time, and for fewer behind a cut', () => {
  const wants = new CommitWants();
  expect(wants.most).toBeNull();
  wants.learn(100, { bytes: 3_800_000, cut: false }, 4_000_000);
  expect(wants.most).toBeCloseTo(105.3, 1);
  wants.learn(100, { bytes: 10, cut: false }, 4_000_000);
  expect(wants.most).toBe(150);
  wants.learn(150, { bytes: 5_000_000, cut: true }, 4_000_000);
  expect(wants.most).toBe(90);
  wants.learn(1, { bytes: 5_000_000, cut: true }, 4_000_000);
  expect(wants.most).toBe(1);
});
