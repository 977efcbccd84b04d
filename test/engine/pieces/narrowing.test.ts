import { describe, expect, it } from 'vitest';
import { hexOf } from '../../../main/git/index.ts';
import { Narrowing, pathOfWish, type Wishes } from '../../../main/engine/pieces/index.ts';

const oidBytes = 20;

function wishes(numbers: readonly number[]): Wishes {
  const oids = new Uint8Array(numbers.length * oidBytes);
  for (const [place, number] of numbers.entries())
    new DataView(oids.buffer).setUint32(place * oidBytes, number);
  return {
    oids,
    count: numbers.length,
    paths: numbers.map((number, from) => ({ path: `f${number}`, from })),
  };
}

const numbersOf = ({ oids, count }: Wishes) =>
  Array.from({ length: count }, (_, place) =>
    new DataView(oids.buffer, oids.byteOffset).getUint32(place * oidBytes),
  );
const upTo = (count: number) => Array.from({ length: count }, (_, number) => number);

/** A server that sends wishes in their order over connections that carry `life` objects' worth, and one object that is too large. */
function play(count: number, tooLarge: ReadonlySet<number>) {
  const narrowing = new Narrowing<'blob'>(oidBytes);
  const came = new Set<number>();
  const aside: string[] = [];
  let cuts = 1;
  narrowing.stuck('blob', wishes(upTo(count)), 1000);
  for (;;) {
    const part = narrowing.takePart();
    const suspect = part === null ? narrowing.takeSuspect() : null;
    const asked = part ?? suspect;
    if (asked === null) return { came, aside, cuts };
    const numbers = numbersOf(asked.wishes);
    const stop = numbers.findIndex((number) => tooLarge.has(number));
    for (const number of stop < 0 ? numbers : numbers.slice(0, stop)) came.add(number);
    if (stop < 0) continue;
    cuts++;
    if (suspect !== null) {
      const large = narrowing.failedAlone(suspect, 1000);
      if (large !== null) aside.push(pathOfWish(large.wishes, 0));
    } else if (stop === 0) narrowing.stuck('blob', asked.wishes, 1000);
    else narrowing.keepApart({ kind: 'blob', wishes: wishes(numbers.slice(stop)) });
  }
}

describe('narrowing down what is stuck', () => {
  it('finds the one that is too large where it was named first, with three cuts of it alone', () => {
    const { came, aside, cuts } = play(5000, new Set([0]));
    expect([aside, came.size, cuts]).toEqual([['f0'], 4999, 4]);
  });

  it.each([[1], [17], [4999]])('finds it wherever it is: %i of 5,000', (place) => {
    const { came, aside, cuts } = play(5000, new Set([place]));
    expect([aside, came.size]).toEqual([[`f${place}`], 4999]);
    expect(cuts).toBeLessThan(10);
  });

  it('finds all of several, next to each other and apart', () => {
    const large = new Set([3, 4, 5, 900, 901]);
    const { came, aside, cuts } = play(1000, large);
    expect(aside.sort()).toEqual([...large].map((number) => `f${number}`).sort());
    expect(came.size).toBe(995);
    expect(cuts).toBeLessThan(5 * 7);
  });

  it('gives out every object exactly once', () => {
    const narrowing = new Narrowing<'tree'>(oidBytes);
    narrowing.stuck('tree', wishes(upTo(100)), 1);
    const given: number[] = [];
    for (let part = narrowing.takePart(); part !== null; part = narrowing.takePart())
      given.push(...numbersOf(part.wishes));
    const suspect = narrowing.takeSuspect();
    expect(suspect?.kind).toBe('tree');
    expect(hexOf(suspect?.wishes.oids ?? new Uint8Array())).toBe('00'.repeat(oidBytes));
    expect(given).toEqual(upTo(100).slice(1));
    expect([narrowing.takeSuspect(), narrowing.takePart()]).toEqual([null, null]);
  });
});

describe('an object asked for alone', () => {
  const suspectOf = (narrowing: Narrowing<'blob'>) => {
    const suspect = narrowing.takeSuspect();
    if (suspect === null) throw new Error('There is no suspect.');
    return suspect;
  };
  const tries = (bytes: readonly (number | null)[]) => {
    const narrowing = new Narrowing<'blob'>(oidBytes);
    narrowing.stuck('blob', wishes([7, 8]), 1000);
    for (const [at, each] of bytes.entries()) {
      const large = narrowing.failedAlone(suspectOf(narrowing), each);
      if (large !== null) return { after: at + 1, bytesMax: large.bytesMax };
    }
    return null;
  };

  it('is too large after three cuts at about the same length', () => {
    expect(tries([1000, 900, 1100, 1000])).toEqual({ after: 3, bytesMax: 1100 });
  });

  it('gets another chance while each try gets much further', () => {
    expect(tries([1000, 2000, 4000, 8000, 8000])).toBeNull();
    expect(tries([1000, 2000, 4000, 4000, 4000])).toEqual({ after: 5, bytesMax: 4000 });
  });

  it('is not judged by cuts that say nothing about it', () => {
    expect(tries([1000, null, null, null, null, 1000])).toBeNull();
  });

  it('counts the cut of a request that named nothing else', () => {
    const narrowing = new Narrowing<'blob'>(oidBytes);
    narrowing.stuck('blob', wishes([7]), 1000);
    const suspect = suspectOf(narrowing);
    expect([suspect.cuts, suspect.bytesMax]).toEqual([1, 1000]);
    expect(narrowing.failedAlone(suspect, 1000)).toBeNull();
    expect(narrowing.failedAlone(suspectOf(narrowing), 1000)).toBe(suspect);
  });
});

describe('an object that the server says it does not have', () => {
  it('is asked for again, alone and before other suspects, until it was refused often enough', () => {
    const narrowing = new Narrowing<'blob'>(oidBytes);
    narrowing.refused('blob', wishes([1]));
    narrowing.refused('blob', wishes([2]));
    const asked: number[] = [];
    for (;;) {
      const suspect = narrowing.takeSuspect();
      if (suspect === null) throw new Error('It was forgotten.');
      asked.push(...numbersOf(suspect.wishes));
      if (narrowing.refusedAlone(suspect) !== null) break;
    }
    expect(asked).toEqual([1, 1, 1, 1, 1]);
  });
});
