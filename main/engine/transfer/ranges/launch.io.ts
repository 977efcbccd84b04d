/** Opens one more connection: which span it is to bring, and how that is asked for. */

import { onAnswer } from './answers.io.ts';
import { Lane } from './lane.io.ts';
import type { RangeRun } from './range-run.io.ts';
import type { SourceState } from './source-choice.ts';
import { firstAskBytes, nextSpan, type LaneState } from './span-plan.ts';
import { lengthOf, type Span } from './spans.ts';
import { ifRangeField } from './validator.ts';

/** Bytes that come twice where a server does not tell versions apart. */
const overlapBytesMax = 64 * 1024;

/** Whether a connection was opened. */
export function launch(run: RangeRun, source: SourceState): boolean {
  const { http, hosts, timeouts, userAgent, clock } = run.world;
  const whole = source.ranges === 'no';
  const span = whole ? { fromBytes: 0, toBytes: Infinity } : spanFor(run, source);
  if (span === null || !hosts.take(source.host)) return false;
  const known = run.knownTo(source);
  const proof = !whole && run.needsProof(source) ? proofAround(run, span) : { before: 0, after: 0 };
  const lane = new Lane({
    http,
    source,
    span: { fromBytes: span.fromBytes, toBytes: span.toBytes + proof.after },
    whole,
    overlapBytes: proof.before,
    isProved: proof.before + proof.after > 0,
    known,
    ifRange: known.validator === null ? null : ifRangeField(known.validator),
    headers: { 'user-agent': userAgent },
    version: run.restarts,
    credential: run.wish.sources[source.place]?.credential,
    timeouts,
    signal: run.signal,
    nowMs: () => clock.nowMs(),
    monotonicMs: () => clock.monotonicMs(),
    onAnswer: (which, verdict) => onAnswer(run, which, verdict),
  });
  run.launch(lane);
  return true;
}

/** Bytes before or else behind a span that are here and can show whether an answer is of the same version. */
function proofAround(run: RangeRun, span: Span): { before: number; after: number } {
  const { here } = run.ledger;
  const front = { fromBytes: Math.max(0, span.fromBytes - overlapBytesMax), toBytes: span.fromBytes };
  const back = { fromBytes: span.toBytes, toBytes: span.toBytes + overlapBytesMax };
  const before = here.within(front).at(-1);
  if (before?.toBytes === span.fromBytes) return { before: lengthOf(before), after: 0 };
  const after = here.within(back)[0];
  return { before: 0, after: after?.fromBytes === span.toBytes ? lengthOf(after) : 0 };
}

function spanFor(run: RangeRun, source: SourceState): Span | null {
  if (run.totalBytes === null) {
    const { fromBytes, toBytes } = run.target;
    return run.lanes.size > 0 ? null : { fromBytes, toBytes: Math.min(toBytes, fromBytes + firstAskBytes) };
  }
  const nowMs = run.world.clock.monotonicMs();
  const lanes = [...run.lanes];
  const states: LaneState[] = lanes.map((lane) => {
    const { ownsFromBytes, atBytes, toBytes, bytesPerSecond } = lane;
    return { ownsFromBytes, atBytes, toBytes, bytesPerSecond, silentMs: nowMs - lane.lastByteAtMs };
  });
  const { target, ledger } = run;
  const connectionsMax = run.isSolo(source) ? 1 : run.growth.max;
  const next = nextSpan({
    ...{ target, here: ledger.here, lanes: states, connectionsMax, bytesPerSecond: source.bytesPerSecond },
  });
  if (next === null) return null;
  if (next.kind === 'ask') return next.span;
  if (next.kind === 'relieve') {
    lanes[next.lane]?.stop();
    return null;
  }
  const slow = lanes[next.lane];
  if (slow !== undefined) slow.toBytes = next.span.fromBytes;
  return next.span;
}
