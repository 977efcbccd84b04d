import { describe, expect, it } from 'vitest';
import { BatchSize } from '../../../main/engine/pieces/index.ts';

describe('the size of a batch', () => {
  it('stays within its bounds, whatever it learns', () => {
    const size = new BatchSize();
    for (const outcome of [
      { ids: 1000, came: 0, bytes: 0, cut: true },
      { ids: 1000, came: 1000, bytes: 1, cut: false },
      { ids: 200, came: 1, bytes: 5e9, cut: true },
    ]) {
      size.learn(outcome);
      expect(size.ids).toBeGreaterThanOrEqual(200);
      expect(size.ids).toBeLessThanOrEqual(50_000);
    }
  });

  it('settles just under what a line carries', () => {
    const size = new BatchSize();
    const carried = 5_000_000;
    const perId = 1000;
    let cuts = 0;
    for (let i = 0; i < 50; i++) {
      const bytes = size.ids * perId;
      const cut = bytes > carried;
      const came = cut ? Math.floor(carried / perId) : size.ids;
      if (cut && i > 10) cuts++;
      size.learn({ ids: size.ids, came, bytes: came * perId, cut });
    }
    expect(size.ids * perId).toBeGreaterThan(carried * 0.8);
    expect(cuts).toBeLessThan(10);
  });

  it('grows where nothing ever breaks', () => {
    const size = new BatchSize();
    for (let i = 0; i < 10; i++)
      size.learn({ ids: size.ids, came: size.ids, bytes: size.ids * 2000, cut: false });
    expect(size.ids).toBe(Math.round((64 * 1024 * 1024) / 2000));
  });
});
