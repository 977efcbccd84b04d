/** How many connections a host gets from all downloads together, and until when it wants none. Time is an argument. Pure. */

/** As browsers do it: more is taken for an attack by some servers. */
const slotsMax = 6;

export class HostSlots {
  readonly #max: number;
  readonly #taken = new Map<string, number>();
  readonly #restUntilMs = new Map<string, number>();

  constructor(max: number = slotsMax) {
    this.#max = max;
  }

  /** Whether there was room. Each success is given back by `free`. */
  take(host: string): boolean {
    const taken = this.#taken.get(host) ?? 0;
    if (taken >= this.#max) return false;
    this.#taken.set(host, taken + 1);
    return true;
  }

  free(host: string): void {
    const left = (this.#taken.get(host) ?? 0) - 1;
    if (left > 0) this.#taken.set(host, left);
    else this.#taken.delete(host);
  }

  /** The host said when to come back (RFC 9110 §10.2.3): before that, nobody asks it anything. Monotonic milliseconds. */
  rest(host: string, untilMs: number): void {
    this.#restUntilMs.set(host, Math.max(untilMs, this.#restUntilMs.get(host) ?? 0));
  }

  restsUntilMs(host: string): number {
    return this.#restUntilMs.get(host) ?? 0;
  }
}
