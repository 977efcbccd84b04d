import { describe, expect, it } from 'vitest';
import {
  filterWishes,
  pathOfWish,
  splitWishes,
  WishQueue,
  withoutWish,
  type Wishes,
} from '../../../main/engine/pieces/index.ts';
import { seededFractions } from '../../support/noise.ts';
import { hexAt, randomOids } from '../../support/random-oids.ts';

/** Ids with the paths under which they are known. */
type Known = [id: string, path: string][];

const oidBytes = 20;

function known(wishes: Wishes): Known {
  expect(wishes.oids.length).toBe(wishes.count * oidBytes);
  return Array.from({ length: wishes.count }, (_, place) => [
    hexAt(wishes.oids, oidBytes, place),
    pathOfWish(wishes, place),
  ]);
}

/** By number alone. */
const upTo = (idsMax: number) => ({ idsMax, bytesMax: Infinity, bytesOf: () => 0 });

/** So many wishes, in runs of one path each. */
function randomWishes(seed: number, count: number): { oids: Uint8Array; all: Known } {
  const fraction = seededFractions(seed);
  const oids = randomOids(count, oidBytes, seed);
  let path = 'first';
  const all = Array.from({ length: count }, (_, place): Known[number] => {
    if (fraction() < 0.2) path = `path-${Math.floor(fraction() * 5)}`;
    return [hexAt(oids, oidBytes, place), path];
  });
  return { oids, all };
}

describe('wishes', () => {
  it('leave in the order they came with the paths they came under, however they are taken and added', () => {
    for (let seed = 1; seed <= 60; seed++) {
      const fraction = seededFractions(seed);
      const { oids, all } = randomWishes(seed, 400);
      const queue = new WishQueue(oidBytes);
      const taken: Known = [];
      for (let pushed = 0; taken.length < all.length;) {
        for (let more = Math.floor(fraction() * 60); more > 0 && pushed < all.length; more--, pushed++) {
          queue.push(all[pushed]![1], oids, pushed * oidBytes);
        }
        const countMax = 1 + Math.floor(fraction() * 80);
        const wishes = queue.take(upTo(countMax));
        expect(wishes === null).toBe(taken.length === pushed);
        if (wishes === null) continue;
        expect(wishes.count).toBe(Math.min(countMax, pushed - taken.length));
        taken.push(...known(wishes));
        expect(queue.length).toBe(pushed - taken.length);
      }
      expect(taken, `seed ${seed}`).toEqual(all);
    }
  });

  it('that did not come go first, and none is lost or doubled by cuts at any place', () => {
    for (let seed = 1; seed <= 60; seed++) {
      const fraction = seededFractions(seed);
      const { oids, all } = randomWishes(seed, 300);
      const queue = new WishQueue(oidBytes);
      all.forEach(([, path], place) => queue.push(path, oids, place * oidBytes));
      const came = new Map<string, string>();
      const lost = new Set<string>();
      const underWay: Wishes[] = [];
      while (came.size < all.length) {
        const wishes = queue.take(upTo(1 + Math.floor(fraction() * 50)));
        if (wishes !== null) {
          const ids = known(wishes).map(([id]) => id);
          const again = ids.filter((id) => lost.has(id));
          expect(ids.slice(0, again.length), `seed ${seed}: what was lost goes first`).toEqual(again);
          const left = lost.size - again.length;
          expect(again.length === ids.length || left === 0, `seed ${seed}: nothing lost is left`).toBe(true);
          for (const id of again) lost.delete(id);
          underWay.push(wishes);
        }
        if (wishes !== null && fraction() < 0.5) continue;
        const ended = underWay.splice(Math.floor(fraction() * underWay.length), 1)[0];
        if (ended === undefined) continue;
        const came1 = known(ended).slice(0, Math.floor(fraction() * (ended.count + 1)));
        for (const [id, path] of came1) {
          expect(came.has(id), `seed ${seed}: nothing comes twice`).toBe(false);
          came.set(id, path);
        }
        const rest = filterWishes(
          ended,
          oidBytes,
          (bytes, at) => !came.has(hexAt(bytes, oidBytes, at / oidBytes)),
        );
        for (const [id] of known(rest)) lost.add(id);
        queue.giveBack(rest);
      }
      expect(Object.fromEntries(came), `seed ${seed}`).toEqual(Object.fromEntries(all));
      expect(queue.length).toBe(0);
      expect(queue.take(upTo(1))).toBeNull();
    }
  });

  it('leave by the bytes their paths let expect, the first one always', () => {
    for (let seed = 1; seed <= 60; seed++) {
      const fraction = seededFractions(seed);
      const { oids, all } = randomWishes(seed, 200);
      const queue = new WishQueue(oidBytes);
      all.forEach(([, path], place) => queue.push(path, oids, place * oidBytes));
      const bytesOf = (path: string) => (path === 'first' ? 5 : 100 * (1 + Number(path.slice(-1))));
      let left = all;
      while (left.length > 0) {
        const bytesMax = 20 + Math.floor(fraction() * 2_000);
        const taken = known(queue.take({ idsMax: 30, bytesMax, bytesOf })!);
        expect(taken, `seed ${seed}`).toEqual(left.slice(0, taken.length));
        const bytes = taken.reduce((sum, [, path]) => sum + bytesOf(path), 0);
        expect(bytes <= bytesMax || taken.length === 1).toBe(true);
        const next = left[taken.length];
        expect(
          next === undefined || taken.length === 30 || bytes + bytesOf(next[1]) > bytesMax,
          `seed ${seed}: as many as fit`,
        ).toBe(true);
        left = left.slice(taken.length);
      }
    }
  });

  it('can be split and filtered at every place', () => {
    const { oids, all } = randomWishes(9, 40);
    const queue = new WishQueue(oidBytes);
    all.forEach(([, path], place) => queue.push(path, oids, place * oidBytes));
    const wishes = queue.take(upTo(40))!;
    for (let count = 1; count <= 41; count++) {
      const { first, rest } = splitWishes(wishes, count, oidBytes);
      expect(known(first)).toEqual(all.slice(0, count));
      expect(rest === null ? [] : known(rest)).toEqual(all.slice(count));
    }
    const kept = filterWishes(wishes, oidBytes, (_, at) => (at / oidBytes) % 3 === 1);
    expect(known(kept)).toEqual(all.filter((_, place) => place % 3 === 1));
    expect(filterWishes(wishes, oidBytes, () => false)).toEqual({
      oids: new Uint8Array(0),
      count: 0,
      paths: [],
    });
  });
});

describe('one wish among others', () => {
  const { oids, all } = randomWishes(5, 50);
  const queue = new WishQueue(oidBytes);
  for (const [place, [, path]] of all.entries()) queue.push(path, oids, place * oidBytes);
  const wishes = queue.take(upTo(50));
  if (wishes === null) throw new Error('The queue is empty.');

  it.each([0, 7, 49])('is taken out by its id, with its path: place %i', (place) => {
    const { named, others } = withoutWish(wishes, oidBytes, all[place]?.[0] ?? '');
    expect(named && known(named)).toEqual([all[place]]);
    expect(known(others)).toEqual(all.filter((_, each) => each !== place));
  });

  it.each([null, 'ab'.repeat(20), 'ab'.repeat(32)])('is none of them: %s', (oid) => {
    expect(withoutWish(wishes, oidBytes, oid)).toEqual({ named: null, others: wishes });
  });
});
