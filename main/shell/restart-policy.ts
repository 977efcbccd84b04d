/** When to start the engine again after it ended unasked, and when to ask a person instead. */

const windowMs = 60_000;
const failuresMax = 5;
const delayMsMin = 250;

export type RestartStep = { kind: 'restart'; delayMs: number } | { kind: 'ask' };

/**
 * The step after the last of these failures. `failedAtMs` rises; only the last minute counts. Doubling from a quarter of
 * a second: a single crash is hardly noticed, and five in a minute mean that starting again does not help.
 */
export function restartStep(failedAtMs: readonly number[]): RestartStep {
  const last = failedAtMs.at(-1) ?? 0;
  const recent = failedAtMs.filter((at) => last - at < windowMs).length;
  if (recent >= failuresMax) return { kind: 'ask' };
  return { kind: 'restart', delayMs: delayMsMin * 2 ** Math.max(0, recent - 1) };
}
