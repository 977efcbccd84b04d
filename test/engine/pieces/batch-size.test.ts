import { describe, expect, it } from 'vitest';
import { BatchSize, type BatchKind } from '../../../main/engine/pieces/index.ts';

const kinds: BatchKind[] = ['root', 'tree', 'blob'];

/** Asks for blobs of `perId` bytes over connections that break after `carried`, and counts the cuts. */
function run(size: BatchSize, carried: number, perId: number, rounds: number) {
  let cuts = 0;
  for (let i = 0; i < rounds; i++) {
    const ids = size.ids.blob;
    const cut = ids * perId > carried;
    const came = cut ? Math.floor(carried / perId) : ids;
    if (cut) cuts++;
    size.learn({ kind: 'blob', ids, came, bytes: cut ? carried : came * perId, cut });
  }
  return cuts;
}

describe('the size of a batch', () => {
  it('stays within its bounds, whatever it learns', () => {
    const size = new BatchSize();
    for (const kind of kinds) {
      for (const outcome of [
        { ids: 1000, came: 0, bytes: 0, cut: true },
        { ids: 1000, came: 1000, bytes: 1, cut: false },
        { ids: 200, came: 1, bytes: 5e9, cut: true },
        { ids: 4, came: 0, bytes: 5e9, cut: true },
      ]) {
        size.learn({ kind, ...outcome });
        expect(size.ids.blob).toBeGreaterThanOrEqual(1);
        expect(Math.max(...Object.values(size.ids))).toBeLessThanOrEqual(50_000);
      }
    }
  });

  it('settles under what a line carries, so that hardly anything is cut', () => {
    const size = new BatchSize();
    run(size, 5_000_000, 1000, 20);
    expect(run(size, 5_000_000, 1000, 30)).toBe(0);
    expect(size.ids.blob * 1000).toBeGreaterThan(5_000_000 * 0.6);
  });

  it('begins with what earlier cuts taught', () => {
    expect(run(new BatchSize(300_000), 300_000, 1200, 30)).toBe(0);
  });

  it('finds its way from small objects to large ones and back', () => {
    const size = new BatchSize(5_000_000);
    run(size, 5_000_000, 400, 20);
    expect(run(size, 5_000_000, 65_000, 40)).toBeLessThan(8);
    expect(size.ids.blob).toBeLessThan(5_000_000 / 65_000);
    expect(run(size, 5_000_000, 400, 40)).toBe(0);
    expect(size.ids.blob * 400).toBeGreaterThan(3_000_000);
  });

  it('becomes small where not even one object comes', () => {
    const size = new BatchSize(5_000_000);
    for (let i = 0; i < 6; i++)
      size.learn({ kind: 'blob', ids: size.ids.blob, came: 0, bytes: 5e6, cut: true });
    expect(size.ids.blob).toBe(1);
  });

  it('is one where each object is nearly what a connection carries', () => {
    const size = new BatchSize(300_000);
    run(size, 300_000, 250_000, 10);
    expect(run(size, 300_000, 250_000, 20)).toBe(0);
  });

  it('learns of life alone from a cut that says nothing about sizes', () => {
    const size = new BatchSize(5_000_000);
    const before = size.ids;
    size.learnLife(5_000_000);
    expect(size.ids).toEqual(before);
    size.learnLife(1_000_000);
    expect(size.ids.blob).toBeLessThan(before.blob);
  });

  it('tells cuts as late as connections live from those that come early', () => {
    expect(new BatchSize().isTelling(0)).toBe(false);
    expect(new BatchSize().isTelling(20_000)).toBe(true);
    const size = new BatchSize(1_000_000);
    expect([size.isTelling(400_000), size.isTelling(600_000)]).toEqual([false, true]);
  });

  it('grows where nothing ever breaks', () => {
    const size = new BatchSize();
    for (let i = 0; i < 20; i++) {
      const ids = size.ids.blob;
      size.learn({ kind: 'blob', ids, came: ids, bytes: ids * 2000, cut: false });
    }
    expect((size.ids.blob * 2000) / (32 * 1024 * 1024)).toBeCloseTo(1, 2);
  });
});

describe('whether trees are asked for with all that is below them', () => {
  const probe = (bytes: number) => {
    const size = new BatchSize(5_000_000);
    expect(size.ids.root).toBe(1);
    size.learn({ kind: 'root', ids: 1, came: 1, bytes, cut: false });
    return size.ids.root;
  };

  it('is tried with one; with small trees it goes on with many', () => {
    expect(probe(100_000)).toBeGreaterThan(1000);
  });

  it('is left where what commits have in common would come again and again', () => {
    expect(probe(600_000)).toBe(0);
  });

  it('is left where it turns out that much comes twice', () => {
    const size = new BatchSize(5_000_000);
    size.learn({ kind: 'root', ids: 1, came: 1, bytes: 90_000, cut: false });
    size.learn({ kind: 'root', ids: 900, came: 900, bytes: 900_000, cut: false, twice: 0.04 });
    expect(size.ids.root).toBeGreaterThan(100);
    size.learn({ kind: 'root', ids: 1, came: 1, bytes: 90_000, cut: false, twice: 1 });
    expect(size.ids.root).toBeGreaterThan(100);
    size.learn({ kind: 'root', ids: 900, came: 900, bytes: 900_000, cut: false, twice: 0.3 });
    expect(size.ids.root).toBe(0);
  });

  it('is left where not even one commit’s trees come through', () => {
    const size = new BatchSize(5_000_000);
    size.learn({ kind: 'root', ids: 1, came: 0, bytes: 5_000_000, cut: true });
    expect(size.ids.root).toBe(0);
  });
});
