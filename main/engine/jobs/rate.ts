/** How fast bytes come: one number per second, and a smoothed rate that does not jump. Time is an argument. Pure. */

const historySeconds = 120;
/** The rate shown looks back this far; shorter jumps about, longer lies after a pause. */
const windowSeconds = 8;
/** What is measured over less than this says nothing about a rate. */
const rateMsMin = 500;

export class Rate {
  /** Bytes per whole second, newest last. */
  readonly #perSecond: number[] = [];
  #second: number | null = null;
  #current = 0;
  /** The first moment anything is known about. */
  #sinceMs = 0;

  /** Tells of `bytes` received at `nowMs` (monotonic). */
  add(bytes: number, nowMs: number): void {
    this.#advance(nowMs);
    this.#current += bytes;
  }

  /** Bytes per second over the last few seconds; 0 when nothing has been heard for as long. */
  perSecond(nowMs: number): number {
    this.#advance(nowMs);
    const second = this.#second ?? 0;
    // The second under way counts for the part of it that is over, so that a fast start is not shown as a slow one.
    const spanMs = nowMs - Math.max(this.#sinceMs, (second - windowSeconds) * 1000);
    if (spanMs < rateMsMin) return 0;
    const recent = this.#perSecond.slice(-windowSeconds);
    return (recent.reduce((sum, bytes) => sum + bytes, this.#current) * 1000) / spanMs;
  }

  /** Bytes of each of the last whole seconds, oldest first. */
  history(nowMs: number, seconds: number = historySeconds): number[] {
    this.#advance(nowMs);
    return this.#perSecond.slice(-seconds);
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
      this.#sinceMs = nowMs;
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
