import { describe, expect, it } from 'vitest';
import { OidQueue } from '../../../main/git/object/oid-queue.ts';
import { seededFractions } from '../../support/noise.ts';
import { hexAt, hexOids, randomOids } from '../../support/random-oids.ts';

describe('a line of ids', () => {
  it.each([20, 32])('gives back what went in, in order, for ids of %d bytes', (oidBytes) => {
    for (let seed = 1; seed <= 12; seed++) {
      const fraction = seededFractions(seed);
      const oids = randomOids(20_000, oidBytes, seed);
      const queue = new OidQueue(oidBytes);
      let [begin, end] = [0, 0];
      while (end < 20_000) {
        // Sizes around those of a chunk, so that its edges are met.
        const more = Math.min(20_000 - end, Math.floor(fraction() * 4_200) + (fraction() < 0.3 ? 4_096 : 0));
        for (let i = 0; i < more; i++, end++) queue.push(oids, end * oidBytes);
        if (fraction() < 0.4) begin = end;
        else if (fraction() < 0.5) begin = Math.min(end, Math.ceil(begin / 4_096) * 4_096);
        else begin += Math.floor(fraction() * (end - begin + 1));
        queue.dropTo(begin);
        expect([queue.begin, queue.end, queue.length], `seed ${seed}`).toEqual([begin, end, end - begin]);
        const from = begin + Math.floor(fraction() * (end - begin));
        const to = from + Math.floor(fraction() * (end - from + 1));
        expect(hexOids(queue.slice(from, to), oidBytes), `seed ${seed}, ${from} to ${to}`).toEqual(
          hexOids(oids.subarray(from * oidBytes, to * oidBytes), oidBytes),
        );
        if (from < end) {
          const { chunk, place } = queue.placeOf(from);
          expect(hexAt(chunk.subarray(place), oidBytes, 0)).toBe(hexAt(oids, oidBytes, from));
        }
      }
    }
  });

  it('refuses ids that do not stand in it', () => {
    const queue = new OidQueue(20);
    const oids = randomOids(10, 20, 1);
    for (let i = 0; i < 10; i++) queue.push(oids, i * 20);
    queue.dropTo(4);
    expect(() => queue.placeOf(3)).toThrow(RangeError);
    expect(() => queue.placeOf(10)).toThrow(RangeError);
    expect(() => queue.slice(3, 5)).toThrow(RangeError);
    expect(() => queue.slice(8, 11)).toThrow(RangeError);
    expect(hexOids(queue.slice(10, 10), 20)).toEqual([]);
  });

  it('never takes back what was dropped, nor drops what has not come', () => {
    const queue = new OidQueue(20);
    const oids = randomOids(10, 20, 1);
    for (let i = 0; i < 10; i++) queue.push(oids, i * 20);
    queue.dropTo(6);
    queue.dropTo(2);
    expect([queue.begin, queue.length]).toEqual([6, 4]);
    queue.dropTo(100);
    expect([queue.begin, queue.end, queue.length]).toEqual([10, 10, 0]);
    queue.push(oids, 0);
    expect(hexOids(queue.slice(10, 11), 20)).toEqual([hexAt(oids, 20, 0)]);
  });
});
