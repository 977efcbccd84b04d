/**
 * Feeds a decoder the same bytes in every way they may arrive (the manner of h11's test_io.py): whole, byte by byte, cut
 * once at every place, and at random places with empty chunks between. For bytes left over, put them behind the message
 * and let `run` answer with what remained.
 */

import { expect } from 'vitest';

/** A small generator with a seed (mulberry32): a failing cut can be cut again. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** `bytes` in pieces that end at `places`, each piece in memory of its own (the `slice` of a Buffer would share it). */
export function cutAt(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  let at = 0;
  for (const place of [...places, bytes.length]) {
    chunks.push(new Uint8Array(bytes.subarray(at, place)));
    at = place;
  }
  return chunks;
}

/** The ways of cutting: a name for the message, and the chunks. */
export function* cuttings(bytes: Uint8Array, seed = 1): Generator<{ how: string; chunks: Uint8Array[] }> {
  yield { how: 'whole', chunks: [new Uint8Array(bytes)] };
  if (bytes.length <= 100_000) {
    yield {
      how: 'byte by byte',
      chunks: cutAt(
        bytes,
        Array.from({ length: bytes.length }, (_, i) => i + 1),
      ),
    };
  }
  if (bytes.length <= 300) {
    for (let place = 1; place < bytes.length; place++)
      yield { how: `cut at ${place}`, chunks: cutAt(bytes, [place]) };
  }
  const random = seededRandom(seed);
  for (let round = 0; round < 8; round++) {
    const places = Array.from({ length: 1 + Math.floor(random() * 12) }, () =>
      Math.floor(random() * (bytes.length + 1)),
    );
    places.sort((a, b) => a - b);
    yield { how: `cut at ${places.join(', ')}`, chunks: cutAt(bytes, places) };
  }
}

/** What came of `run`: its value, or whose fault the failure is, in comparable form. */
export type Outcome<T> = { value: T } | { error: string; reason: string | undefined; message: string };

export function outcomeOf<T>(run: () => T): Outcome<T> {
  try {
    return { value: run() };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const reason = 'reason' in error ? String(error.reason) : undefined;
    return { error: error.name, reason, message: error.message };
  }
}

/** Runs `run` over every cutting of `bytes`, expects the same outcome from each, and gives it. */
export function feedEveryWay<T>(bytes: Uint8Array, run: (chunks: readonly Uint8Array[]) => T): Outcome<T> {
  let first: Outcome<T> | undefined;
  for (const { how, chunks } of cuttings(bytes)) {
    const outcome = outcomeOf(() => run(chunks));
    first ??= outcome;
    expect(outcome, how).toEqual(first);
  }
  if (first === undefined) throw new Error('There was nothing to feed.');
  return first;
}

/** Like `feedEveryWay`, for what must succeed. */
export function fedValue<T>(bytes: Uint8Array, run: (chunks: readonly Uint8Array[]) => T): T {
  const outcome = feedEveryWay(bytes, run);
  if ('error' in outcome) throw new Error(`${outcome.error}: ${outcome.message}`);
  return outcome.value;
}

/** Bytes of a text: characters below U+0100 stand for themselves, one byte each. */
export function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

export function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1');
}
