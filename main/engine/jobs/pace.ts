/**
 * How long a job will still take, from how its fraction grew lately. Not from bytes: the stages after the download have
 * none. Time is an argument. Pure.
 */

/** Looks back this far: a slower line is believed soon, a short stop is not taken for the rule. */
const windowMs = 30_000;
/** An estimate is believed after this much of growth, and after this much of the whole. */
const spanMsMin = 5_000;
const growthMin = 0.01;
/** Nobody plans by more than this, and the slope is too small to be trusted. */
const secondsMax = 7 * 86_400;

export class Pace {
  #samples: { atMs: number; fraction: number }[] = [];

  /** Tells how far the job is at `nowMs` (monotonic). A fraction that fell starts the measuring anew. */
  add(fraction: number | null, nowMs: number): void {
    const last = this.#samples.at(-1);
    if (fraction === null || (last !== undefined && fraction < last.fraction)) this.reset();
    if (fraction === null) return;
    this.#samples.push({ atMs: nowMs, fraction });
    this.#samples = this.#samples.filter(({ atMs }) => nowMs - atMs <= windowMs);
  }

  /** Seconds left at this pace, or null while that is not worth believing. */
  secondsLeft(): number | null {
    const first = this.#samples[0];
    const last = this.#samples.at(-1);
    if (first === undefined || last === undefined || last.fraction >= 1) return null;
    const growth = last.fraction - first.fraction;
    const spanMs = last.atMs - first.atMs;
    if (spanMs < spanMsMin || growth < growthMin) return null;
    const seconds = Math.round((spanMs * (1 - last.fraction)) / growth / 1000);
    return seconds > secondsMax ? null : seconds;
  }

  /** Forget the past: work begins, or something large was found to be here already. */
  reset(): void {
    this.#samples = [];
  }
}
