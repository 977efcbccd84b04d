/**
 * Objects that are not here and were not asked for yet, in the order of their paths, so that versions of one file are
 * asked for together. Pure.
 */

import { bytesOfHex, OidQueue } from '../../git/index.ts';
import { RequestRoom, type RequestLimits } from './size-by-path.ts';

/** Objects to ask for in one request. */
export interface Wishes {
  /** Their ids, one behind the other. */
  oids: Uint8Array;
  count: number;
  /** Which of them were first seen under which path: from this place on, up to the next one's. */
  paths: { path: string; from: number }[];
}

/** The path (one character a byte) under which a wish was first seen. */
export function pathOfWish(wishes: Wishes, place: number): string {
  return wishes.paths.findLast(({ from }) => from <= place)?.path ?? '';
}

export class WishQueue {
  readonly #oidBytes: number;
  readonly #queue: OidQueue;
  /** Runs of the queue by number; the first holds the queue's begin. */
  #runs: { path: string; from: number }[] = [];
  #firstRun = 0;
  /** Asked for before, and not come: they go first. */
  readonly #lost: Wishes[] = [];
  #lostCount = 0;

  constructor(oidBytes: number) {
    this.#oidBytes = oidBytes;
    this.#queue = new OidQueue(oidBytes);
  }

  get length(): number {
    return this.#queue.length + this.#lostCount;
  }

  /** The next object below this path; those of one path come one after the other. */
  push(path: string, bytes: Uint8Array, at: number): void {
    if (this.#runs.at(-1)?.path !== path) this.#runs.push({ path, from: this.#queue.end });
    this.#queue.push(bytes, at);
  }

  /** As many of them as one request may ask for; they leave the queue. Null when it is empty. */
  take(limits: RequestLimits): Wishes | null {
    let taken: Wishes | null = null;
    const room = new RequestRoom(limits);
    // What is left over of cut requests alone would often make a small one.
    for (let lost = this.#takeLost(room); lost !== null; lost = this.#takeLost(room)) {
      taken = joined(taken, lost);
    }
    return joined(taken, this.#takeNew(room));
  }

  /** They did not come, and are asked for again before all others. */
  giveBack(wishes: Wishes): void {
    if (wishes.count === 0) return;
    this.#lost.push(wishes);
    this.#lostCount += wishes.count;
  }

  #takeLost(room: RequestRoom): Wishes | null {
    const lost = this.#lost[0];
    const count = lost === undefined ? 0 : fittingOf(lost, room);
    if (lost === undefined || count === 0) return null;
    const { first, rest } = splitWishes(lost, count, this.#oidBytes);
    if (rest === null) this.#lost.shift();
    else this.#lost[0] = rest;
    this.#lostCount -= first.count;
    return first;
  }

  #takeNew(room: RequestRoom): Wishes | null {
    // What did not come goes before what was never asked for.
    if (this.#lost.length > 0) return null;
    const from = this.#queue.begin;
    let to = from;
    const paths: Wishes['paths'] = [];
    for (let run = this.#runs[this.#firstRun]; run !== undefined && to < this.#queue.end;) {
      const next = this.#runs[this.#firstRun + 1];
      const runEnd = next?.from ?? this.#queue.end;
      const fitting = room.fill(run.path, runEnd - to);
      if (fitting > 0) paths.push({ path: run.path, from: to - from });
      to += fitting;
      if (to < runEnd || next === undefined) break;
      this.#firstRun++;
      run = next;
    }
    this.#forgetRuns();
    if (to === from) return null;
    const oids = this.#queue.slice(from, to);
    this.#queue.dropTo(to);
    return { oids, count: to - from, paths };
  }

  #forgetRuns(): void {
    if (this.#firstRun < 1024 || this.#firstRun * 2 < this.#runs.length) return;
    this.#runs = this.#runs.slice(this.#firstRun);
    this.#firstRun = 0;
  }
}

/** How many of them, from the first on, have room in the request. */
function fittingOf(wishes: Wishes, room: RequestRoom): number {
  let fitting = 0;
  for (const [run, { path, from }] of wishes.paths.entries()) {
    const to = wishes.paths[run + 1]?.from ?? wishes.count;
    const here = room.fill(path, to - from);
    fitting += here;
    if (here < to - from) break;
  }
  return fitting;
}

function joined(a: Wishes | null, b: Wishes | null): Wishes | null {
  if (a === null || b === null) return a ?? b;
  const oids = new Uint8Array(a.oids.length + b.oids.length);
  oids.set(a.oids);
  oids.set(b.oids, a.oids.length);
  const paths = [...a.paths, ...b.paths.map(({ path, from }) => ({ path, from: from + a.count }))];
  return { oids, count: a.count + b.count, paths };
}

/** The first `count` of them, and the rest. */
export function splitWishes(
  wishes: Wishes,
  count: number,
  oidBytes: number,
): { first: Wishes; rest: Wishes | null } {
  if (count >= wishes.count) return { first: wishes, rest: null };
  const first = {
    oids: wishes.oids.subarray(0, count * oidBytes),
    count,
    paths: wishes.paths.filter(({ from }) => from < count),
  };
  const rest = {
    oids: wishes.oids.subarray(count * oidBytes),
    count: wishes.count - count,
    paths: [
      { path: pathOfWish(wishes, count), from: 0 },
      ...wishes.paths
        .filter(({ from }) => from > count)
        .map(({ path, from }) => ({ path, from: from - count })),
    ],
  };
  return { first, rest };
}

/** Those for which `keep` says so, in their order. */
export function filterWishes(
  wishes: Wishes,
  oidBytes: number,
  keep: (bytes: Uint8Array, at: number) => boolean,
): Wishes {
  const oids = new Uint8Array(wishes.oids.length);
  const paths: Wishes['paths'] = [];
  let count = 0;
  let run = -1;
  for (let place = 0; place < wishes.count; place++) {
    while ((wishes.paths[run + 1]?.from ?? Infinity) <= place) run++;
    if (!keep(wishes.oids, place * oidBytes)) continue;
    const path = wishes.paths[run]?.path ?? '';
    if (paths.at(-1)?.path !== path) paths.push({ path, from: count });
    oids.set(wishes.oids.subarray(place * oidBytes, (place + 1) * oidBytes), count * oidBytes);
    count++;
  }
  return { oids: oids.slice(0, count * oidBytes), count, paths };
}

/** The wish for one id, hex, and the others; null and all of them when it is not among them. */
export function withoutWish(
  wishes: Wishes,
  oidBytes: number,
  oid: string | null,
): { named: Wishes | null; others: Wishes } {
  if (oid === null || oid.length !== oidBytes * 2) return { named: null, others: wishes };
  const wanted = bytesOfHex(oid);
  const isNamed = (bytes: Uint8Array, at: number) => wanted.every((byte, i) => bytes[at + i] === byte);
  const named = filterWishes(wishes, oidBytes, isNamed);
  if (named.count === 0) return { named: null, others: wishes };
  return { named, others: filterWishes(wishes, oidBytes, (bytes, at) => !isNamed(bytes, at)) };
}
