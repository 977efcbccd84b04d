/**
 * Finds the object that is larger than any connection lives long enough to carry. Pure.
 *
 * Theory of operation. A request that was cut before a single object had come whole is *stuck*: asked again as it is, it
 * would be cut at the same place again. Servers send what is named in about the order it is named in, so the first object
 * is the *suspect*. It waits until nothing else can be asked for, and is then asked for alone; the others of its request
 * go on in smaller ones, in case it was not the first. A suspect that was cut alone again and again, never much later than
 * before, is too large for this line and set aside. An object that the server says it does not have is a suspect as well:
 * one server of several may be behind the others, so it is asked for again later before that is believed.
 */

import { splitWishes, type Wishes } from './wish-queue.ts';

/** Smaller requests a stuck one becomes: few enough to cost little, so many that a wrong guess costs few more cuts. */
const parts = 16;
/** Cuts alone, none of them much later than those before, that make an object too large. */
const cutsAloneMax = 3;
/** So much later is a sign that the next one may come through. */
const muchLater = 1.25;
/** Refusals, the first among others included, before a server is taken at its word. */
const refusalsMax = 6;

/** What is known of an object that was asked for alone. */
export interface TriedAlone {
  /** Cuts while it was asked for alone, since one came much later than those before. */
  cuts: number;
  /** The most that arrived of it. */
  bytesMax: number;
}

export interface Suspect<Kind> extends TriedAlone {
  kind: Kind;
  wishes: Wishes;
  refusals: number;
}

/** It was cut alone once more, after so many bytes. Answers whether that makes it too large for this line. */
export function isTooLarge(tried: TriedAlone, bytes: number): boolean {
  tried.cuts = bytes > tried.bytesMax * muchLater ? 1 : tried.cuts + 1;
  tried.bytesMax = Math.max(tried.bytesMax, bytes);
  return tried.cuts >= cutsAloneMax;
}

export interface NarrowedPart<Kind> {
  kind: Kind;
  wishes: Wishes;
}

export class Narrowing<Kind> {
  readonly #oidBytes: number;
  readonly #parts: NarrowedPart<Kind>[] = [];
  readonly #suspects: Suspect<Kind>[] = [];

  constructor(oidBytes: number) {
    this.#oidBytes = oidBytes;
  }

  /** Of this, `bytes` came and not one whole object. */
  stuck(kind: Kind, wishes: Wishes, bytes: number): void {
    if (wishes.count === 0) return;
    const { first, rest } = splitWishes(wishes, 1, this.#oidBytes);
    // Where it was the only one, it was asked for alone.
    const seen = rest === null ? { cuts: 1, bytesMax: bytes } : { cuts: 0, bytesMax: 0 };
    this.#suspects.push({ kind, wishes: first, ...seen, refusals: 0 });
    if (rest === null) return;
    const size = Math.ceil(rest.count / parts);
    for (let left: Wishes | null = rest; left !== null;) {
      const split = splitWishes(left, size, this.#oidBytes);
      this.#parts.push({ kind, wishes: split.first });
      left = split.rest;
    }
  }

  /** The server refused a request because of this one object. */
  refused(kind: Kind, wishes: Wishes): void {
    this.#suspects.push({ kind, wishes, cuts: 0, bytesMax: 0, refusals: 1 });
  }

  /** A suspect was refused. Answers with it when it was often enough; else it will be asked for again. */
  refusedAlone(suspect: Suspect<Kind>): Suspect<Kind> | null {
    suspect.refusals++;
    if (suspect.refusals >= refusalsMax) return suspect;
    // Before the others: when this one stays refused, nobody needs to ask for those.
    this.#suspects.unshift(suspect);
    return null;
  }

  /** These are asked for as they are, with no others beside them. */
  keepApart(part: NarrowedPart<Kind>): void {
    if (part.wishes.count > 0) this.#parts.push(part);
  }

  /** The next request; null when only suspects are left. */
  takePart(): NarrowedPart<Kind> | null {
    return this.#parts.shift() ?? null;
  }

  /** The next to be asked for alone, with nothing else on the line. */
  takeSuspect(): Suspect<Kind> | null {
    return this.#suspects.shift() ?? null;
  }

  /**
   * A suspect did not come. `bytes`: what came of it before the cut; null when that says nothing about it. Answers with
   * it when it is too large; else it will be asked for again.
   */
  failedAlone(suspect: Suspect<Kind>, bytes: number | null): Suspect<Kind> | null {
    if (bytes !== null && isTooLarge(suspect, bytes)) return suspect;
    this.#suspects.push(suspect);
    return null;
  }
}
