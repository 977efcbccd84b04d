import { describe, expect, it } from 'vitest';
import {
  afterCut,
  afterWhole,
  isShortLived,
  readLine,
  type LineRecord,
} from '../../../main/engine/plan/index.ts';

const day = 24 * 3600 * 1000;
const cutThrice = (bytes: number): LineRecord | null =>
  [1, 2, 3].reduce<LineRecord | null>((line, atMs) => afterCut(line, bytes, atMs), null);

describe('the line to a host', () => {
  it('is short-lived after a few early breaks, not after one', () => {
    expect(isShortLived(afterCut(null, 5e6, 0), 1)).toBe(false);
    expect(isShortLived(cutThrice(5e6), 10)).toBe(true);
    expect(isShortLived(cutThrice(900e6), 10)).toBe(false);
    expect(isShortLived(null, 0)).toBe(false);
  });

  it('is no longer known after some days', () => {
    expect(isShortLived(cutThrice(5e6), 4 * day)).toBe(false);
    expect(afterCut(cutThrice(5e6), 7e6, 9 * day)).toEqual({ lifeBytes: 7e6, cuts: 1, atMs: 9 * day });
  });

  it('was judged wrongly when it carries much more in one piece', () => {
    const line = cutThrice(5e6);
    expect(afterWhole(line, 4e6)).toBe(line);
    expect(afterWhole(line, 11e6)).toBeNull();
    expect(afterWhole(null, 11e6)).toBeNull();
  });

  it('counts the last break most', () => {
    expect(afterCut(cutThrice(8e6), 2e6, 5)?.lifeBytes).toBe(5e6);
  });

  it('is read as it was kept, and nonsense is nothing', () => {
    const line = cutThrice(5e6);
    expect(readLine(JSON.stringify(line))).toEqual(line);
    for (const text of [null, '', '{', '{}', '[]', '{"lifeBytes":"x","cuts":1,"atMs":2}', 'null'])
      expect(readLine(text)).toBeNull();
  });
});
