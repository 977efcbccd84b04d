import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OidSet } from '../../../main/git/object/oid-set.ts';

describe('OidSet', () => {
  it('is a set', () => {
    const id = fc.uint8Array({ minLength: 20, maxLength: 20 });
    fc.assert(
      fc.property(fc.array(id, { maxLength: 300 }), id, (ids, other) => {
        const set = new OidSet();
        const exact = new Set<string>();
        const key = (bytes: Uint8Array) => Buffer.from(bytes.subarray(0, 8)).toString('hex');
        for (const bytes of ids) {
          expect(set.add(bytes)).toBe(!exact.has(key(bytes)));
          exact.add(key(bytes));
        }
        expect(set.size).toBe(exact.size);
        expect(set.has(other)).toBe(exact.has(key(other)));
      }),
    );
  });

  it('knows an id of zeros, which is how it marks a free place', () => {
    const set = new OidSet();
    const zeros = new Uint8Array(20);
    expect(set.has(zeros)).toBe(false);
    expect(set.add(zeros)).toBe(true);
    expect(set.add(zeros)).toBe(false);
    expect(set.has(zeros)).toBe(true);
  });

  it('holds a million ids, read at any place in a larger buffer', () => {
    const set = new OidSet();
    const pool = new Uint8Array(24);
    const view = new DataView(pool.buffer);
    const id = (i: number) => {
      view.setUint32(3, Math.imul(i, 2654435761) >>> 0);
      view.setUint32(7, i);
    };
    for (let i = 0; i < 1_000_000; i++) {
      id(i);
      set.add(pool, 3);
    }
    expect(set.size).toBe(1_000_000);
    id(999_999);
    expect(set.has(pool, 3)).toBe(true);
    id(1_000_000);
    expect(set.has(pool, 3)).toBe(false);
  });
});
