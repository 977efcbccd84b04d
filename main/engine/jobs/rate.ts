/** How fast bytes come: one number per second, and a smoothed rate that does not jump. Time is an argument. Pure. */

const historySeconds = 120;
/** The rate shown looks back this far; shorter jumps about, longer lies after a pause. */
const windowSeconds = 8;
/** An estimate of the time left is believed after this much steady work. */
const etaSecondsMin = 5;

export class Rate {
  /** Bytes per whole second, newest last. */
  readonly #perSecond: number[] = [];
  #second: number | null = null;
  #current = 0;

  /** Tells of `bytes` received at `nowMs` (monotonic). */
  add(bytes: number, nowMs: number): void {
    this.#advance(nowMs);
    this.#current += bytes;
  }

  /** Bytes per second over the last few whole seconds; 0 when nothing has been heard for as long. */
  perSecond(nowMs: number): number {
    this.#advance(nowMs);
    const recent = this.#perSecond.slice(-windowSeconds);
    if (recent.length === 0) return 0;
    return recent.reduce((sum, bytes) => sum + bytes, 0) / recent.length;
  }

  /** Bytes of each of the last whole seconds, oldest first. */
  history(nowMs: number, seconds: number = historySeconds): number[] {
    this.#advance(nowMs);
    return this.#perSecond.slice(-seconds);
  }

  /** Seconds since the first byte that are behind this rate. */
  get seconds(): number {
    return this.#perSecond.length;
  }

  /** Forget the past: a new try starts from nothing. */
  reset(): void {
    this.#perSecond.length = 0;
    this.#second = null;
    this.#current = 0;
  }

  #advance(nowMs: number): void {
    const second = Math.floor(nowMs / 1000);
    if (this.#second === null) {
      this.#second = second;
      return;
    }
    // A clock that jumped far ahead (sleep) leaves silence, not hours of zeros.
    const missed = Math.min(second - this.#second, historySeconds);
    for (let i = 0; i < missed; i++) {
      this.#perSecond.push(this.#current);
      this.#current = 0;
    }
    if (this.#perSecond.length > historySeconds)
      this.#perSecond.splice(0, this.#perSecond.length - historySeconds);
    if (second > this.#second) this.#second = second;
  }
}

/** Seconds left at this pace, or null while that is not worth believing. */
export function etaSeconds(fraction: number | null, activeSeconds: number): number | null {
  if (fraction === null || fraction <= 0.02 || fraction >= 1 || activeSeconds < etaSecondsMin) return null;
  return Math.round((activeSeconds * (1 - fraction)) / fraction);
}
