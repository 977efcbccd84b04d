/**
 * Is the line slower than git can index? Then the pack is indexed in segments while it arrives; on a fast line one
 * `index-pack --stdin` is the shorter way. Time is an argument. Pure.
 */

/** One judgement looks at so much time; the first seconds of a transfer say little. */
const windowMs = 2_000;
/** Git indexes about twice this on two cores of a usual computer, all steps together. */
const slowBytesPerSecond = 12 * 1024 * 1024;
/** Where git itself keeps the line waiting, the line is not what is slow. */
const waitedShareMax = 0.3;
/** What has come would have to be read a second time: later than here a change of the way no longer pays. */
const bytesMax = 128 * 1024 * 1024;

export class LinkSpeed {
  #fromMs: number | null = null;
  #windowBytes = 0;
  #waitedMs = 0;
  #bytes = 0;

  /**
   * Tells of bytes that came, and how long git let them wait.
   * @returns true when the line is to be taken for a slow one
   */
  add(bytes: number, waitedMs: number, nowMs: number): boolean {
    this.#bytes += bytes;
    if (this.#fromMs === null) {
      this.#fromMs = nowMs;
      return false;
    }
    this.#windowBytes += bytes;
    this.#waitedMs += waitedMs;
    const elapsedMs = nowMs - this.#fromMs;
    if (elapsedMs < windowMs) return false;
    const slow =
      (this.#windowBytes * 1000) / elapsedMs < slowBytesPerSecond &&
      this.#waitedMs / elapsedMs < waitedShareMax &&
      this.#bytes <= bytesMax;
    this.#fromMs = nowMs;
    this.#windowBytes = 0;
    this.#waitedMs = 0;
    return slow;
  }
}
