/**
 * How many requests to have under way. Pure. While a server thinks and an answer travels the line is idle, so there are as
 * many requests as it takes to fill that time: from the share of each request's time that passes before its first byte.
 */

const mostMax = 4;
const weight = 0.3;
/** So many answers in a row after a server said that it was too much, and one more is tried. */
const answersToRegain = 20;

export class InFlight {
  readonly #mostEver: number;
  #most: number;
  #waitShare = 0.5;
  #answers = 0;

  /** @param most what the connection allows */
  constructor(most: number) {
    this.#mostEver = Math.min(most, mostMax);
    this.#most = this.#mostEver;
  }

  get limit(): number {
    return Math.max(1, Math.min(this.#most, Math.round(1 / (1 - Math.min(this.#waitShare, 0.9)))));
  }

  /** A request came to an end. */
  learn(waitMs: number, totalMs: number): void {
    this.#answers++;
    if (this.#answers >= answersToRegain && this.#most < this.#mostEver) {
      this.#most++;
      this.#answers = 0;
    }
    if (totalMs <= 0) return;
    this.#waitShare = this.#waitShare * (1 - weight) + Math.min(1, waitMs / totalMs) * weight;
  }

  /** The server says that this was too much (RFC 6585, section 4; RFC 9110, section 15.6.4). */
  throttle(): void {
    this.#most = Math.max(1, Math.floor(this.limit / 2));
    this.#answers = 0;
  }
}
