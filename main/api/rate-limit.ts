/** A token bucket: a burst is fine, a flood is not. The moment is an argument. */

export interface RateLimit {
  /** Whether something of that cost may pass now. */
  allows(cost: number, nowMs: number): boolean;
}

export function createRateLimit(burst: number, perSecond: number): RateLimit {
  let tokens = burst;
  let lastMs: number | null = null;
  return {
    allows(cost, nowMs) {
      const elapsedSeconds = lastMs === null ? 0 : Math.max(0, nowMs - lastMs) / 1_000;
      lastMs = nowMs;
      tokens = Math.min(burst, tokens + elapsedSeconds * perSecond);
      if (cost > tokens) return false;
      tokens -= cost;
      return true;
    },
  };
}
