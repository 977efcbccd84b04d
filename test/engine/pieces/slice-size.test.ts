import { describe, expect, it } from 'vitest';
import { SliceSize } from '../../../main/engine/pieces/index.ts';

/** Slices over a line that carries so many bytes; answers with the cuts after a time of learning and the bytes of a slice. */
function run(lifeBytes: number, bytesPerRoot: (place: number) => number) {
  const size = new SliceSize(lifeBytes);
  let cuts = 0;
  let last = 0;
  for (let at = 0, round = 0; round < 60; round++) {
    let bytes = 0;
    let whole = 0;
    const { roots } = size;
    for (; whole < roots && bytes + bytesPerRoot(at + whole) <= lifeBytes; whole++)
      bytes += bytesPerRoot(at + whole);
    const cut = whole < roots;
    if (cut && round > 10) cuts++;
    size.learn({ roots, whole, bytes: cut ? lifeBytes : bytes, cut });
    // A root that does not fit by itself is got in another way.
    at += Math.max(1, whole);
    last = bytes;
  }
  return { cuts, last };
}

describe('the size of a slice', () => {
  it('settles below what a line carries, with room to spare', () => {
    const { cuts, last } = run(5_000_000, () => 1_000);
    expect(cuts).toBeLessThan(5);
    expect(last).toBeGreaterThan(2_500_000);
  });

  it('is not thrown by a first root that is far larger than all others', () => {
    const { last } = run(5_000_000, (place) => (place === 0 ? 12_000_000 : 1_000));
    expect(last).toBeGreaterThan(2_500_000);
  });

  it('shrinks down to a single root, and asks for at least one', () => {
    const size = new SliceSize(null);
    for (let i = 0; i < 20; i++) size.learn({ roots: size.roots, whole: 0, bytes: 1_000_000, cut: true });
    expect(size.roots).toBe(1);
    for (let i = 0; i < 10; i++) size.learn({ roots: size.roots, whole: size.roots, bytes: 100, cut: false });
    expect(size.roots).toBeGreaterThan(100);
  });

  it('never more than doubles, and keeps within its bound', () => {
    const size = new SliceSize(null);
    for (let i = 0; i < 20; i++) {
      const before = size.roots;
      size.learn({ roots: before, whole: before, bytes: 10, cut: false });
      expect(size.roots).toBeLessThanOrEqual(Math.min(20_000, before * 2));
    }
    expect(size.roots).toBe(20_000);
  });
});
