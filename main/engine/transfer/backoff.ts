/**
 * How long to wait before the next try. Exponential back-off with full jitter (M. Brooker, "Exponential Backoff And
 * Jitter"): many clients that were cut at the same moment do not come back at the same moment. Pure; chance is handed in.
 */

export const retryDelayMsMin = 1_000;
export const retryDelayMsMax = 60_000;

/**
 * Uniform between 0 and the exponential bound for this try, but never less than a tenth of it.
 * @param tries in a row without progress, this one included (1 for the first failure)
 */
export function backoffMs(tries: number, chance: number): number {
  const bound = Math.min(retryDelayMsMax, retryDelayMsMin * 2 ** Math.min(tries - 1, 16));
  return Math.round(Math.max(bound / 10, bound * chance));
}
