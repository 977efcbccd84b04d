import { describe, expect, it } from 'vitest';
import { OidFlags } from '../../../main/git/object/oid-flags.ts';
import { seededFractions } from '../../support/noise.ts';
import { hexAt, randomOids } from '../../support/random-oids.ts';

describe('flags of objects', () => {
  it.each([20, 32])('are those of a map, for ids of %d bytes', (oidBytes) => {
    for (let seed = 1; seed <= 20; seed++) {
      const fraction = seededFractions(seed);
      const ids = 1 + Math.floor(fraction() * 3_000);
      const oids = randomOids(ids, oidBytes, seed);
      // Many ids in one partition, and many in a row from one slot.
      const crowded = fraction() < 0.5;
      if (crowded) for (let i = 0; i < ids; i++) oids.fill(7, i * oidBytes, i * oidBytes + 5);
      const flags = new OidFlags();
      const exact = new Map<string, number>();
      for (let step = 0; step < 2 * ids; step++) {
        const place = Math.floor(fraction() * ids);
        const id = hexAt(oids, oidBytes, place);
        const wanted = 1 + Math.floor(fraction() * 3);
        const before = exact.get(id) ?? 0;
        expect(flags.of(oids, place * oidBytes), `seed ${seed}, step ${step}`).toBe(before);
        expect(flags.mark(oids, place * oidBytes, wanted), `seed ${seed}, step ${step}`).toBe(before);
        exact.set(id, before | wanted);
      }
      expect(flags.size, `seed ${seed}`).toBe(exact.size);
      for (let place = 0; place < ids; place++) {
        expect(flags.of(oids, place * oidBytes)).toBe(exact.get(hexAt(oids, oidBytes, place)) ?? 0);
      }
    }
  });

  it('tell ids apart by every one of their first 102 bits', () => {
    for (let bit = 0; bit < 102; bit++) {
      const flags = new OidFlags();
      const oid = new Uint8Array(20);
      flags.mark(oid, 0, 1);
      oid[bit >> 3] = 0x80 >> (bit & 7);
      expect(flags.of(oid), `bit ${bit}`).toBe(0);
      expect(flags.mark(oid, 0, 2), `bit ${bit}`).toBe(0);
      expect(flags.of(oid), `bit ${bit}`).toBe(2);
      expect(flags.of(new Uint8Array(20)), `bit ${bit}`).toBe(1);
    }
  });

  it('know ids of zeros and of ones', () => {
    const flags = new OidFlags();
    for (const byte of [0, 255]) {
      const oid = new Uint8Array(20).fill(byte);
      expect(flags.of(oid)).toBe(0);
      expect(flags.mark(oid, 0, 2)).toBe(0);
      expect(flags.mark(oid, 0, 1)).toBe(2);
      expect(flags.of(oid)).toBe(3);
    }
    expect(flags.size).toBe(2);
  });

  it('hold a million ids', () => {
    const flags = new OidFlags();
    const oids = randomOids(1_000_000, 20, 5);
    for (let at = 0; at < oids.length; at += 20) flags.mark(oids, at, 1 + ((at / 20) % 3));
    expect(flags.size).toBe(1_000_000);
    let wrong = 0;
    for (let at = 0; at < oids.length; at += 20) if (flags.of(oids, at) !== 1 + ((at / 20) % 3)) wrong++;
    expect(wrong).toBe(0);
  });
});
