/** Attempts that ended alike, one after the other, as one line: hundreds of them say no more than their sum. */

import type { AttemptView } from '../../../main/contract/index.ts';

export interface AttemptGroup {
  /** Newest first, at least one. */
  attempts: readonly AttemptView[];
  first: AttemptView;
  last: AttemptView;
  bytes: number;
  /** Whole objects kept of them; null where nobody counted. */
  entriesKept: number | null;
  seconds: number;
}

/** Fewer are shown one by one. */
const groupMin = 3;

const alike = (a: AttemptView, b: AttemptView) =>
  a.result === b.result && a.failure?.code === b.failure?.code && a.source === b.source;

/** Newest first. */
export function attemptGroups(attempts: readonly AttemptView[], nowMs: number): AttemptGroup[] {
  const runs: AttemptView[][] = [];
  for (const attempt of attempts.toReversed()) {
    const run = runs.at(-1);
    if (run?.[0] && alike(run[0], attempt)) run.push(attempt);
    else runs.push([attempt]);
  }
  return runs
    .flatMap((run) => (run.length < groupMin ? run.map((attempt) => [attempt]) : [run]))
    .map((run) => groupOf(run, nowMs));
}

export function groupOf(attempts: readonly AttemptView[], nowMs: number): AttemptGroup {
  const last = attempts[0];
  const first = attempts.at(-1);
  if (first === undefined || last === undefined) throw new Error('a group has at least one attempt');
  const sum = (of: (attempt: AttemptView) => number) =>
    attempts.reduce((total, attempt) => total + of(attempt), 0);
  return {
    attempts,
    first,
    last,
    bytes: sum(({ bytes }) => bytes),
    entriesKept: attempts.every(({ entriesKept }) => entriesKept === null)
      ? null
      : sum(({ entriesKept }) => entriesKept ?? 0),
    seconds: sum(({ startedAtMs, endedAtMs }) => ((endedAtMs ?? nowMs) - startedAtMs) / 1000),
  };
}
