/** What the answers and ends of connections mean for a run: which bytes are taken, and what becomes of their source. */

import { EngineError } from '../../errors.ts';
import type { Lane, LaneEnd, Taking } from './lane.io.ts';
import { misbehaviour, type Verdict } from './range-answer.ts';
import type { RangeRun } from './range-run.io.ts';
import type { SourceState } from './source-choice.ts';

/** Renewed addresses that do not work either, before the source is given up. */
const renewalsMax = 2;

type WholeVerdict = Extract<Verdict, { kind: 'whole' }>;
type PartVerdict = Extract<Verdict, { kind: 'part' }>;

/** The source has bytes of the version that is fetched. */
function prove(run: RangeRun, source: SourceState, verdict: PartVerdict | WholeVerdict): void {
  if (run.totalBytes === null || run.validator === null) {
    run.totalBytes ??= verdict.totalBytes;
    run.validator ??= verdict.validator;
  }
  source.validator = verdict.validator;
  source.proved = true;
}

function takePart(run: RangeRun, lane: Lane, verdict: PartVerdict): Taking | null {
  const { source, span } = lane;
  // A server that does not say which version this is a part of: bytes that are here will have to show it.
  const isProved = verdict.sameness === 'same' || !run.needsProof(source) || lane.isProved;
  if (!isProved) return null;
  prove(run, source, verdict);
  source.ranges = 'yes';
  const { fromBytes, toBytes } = verdict.span;
  return run.writerFor(lane, 'compare', {
    atBytes: fromBytes,
    toBytes: Math.min(toBytes, span.toBytes),
    whole: false,
  });
}

function takeWhole(run: RangeRun, lane: Lane, verdict: WholeVerdict): Taking | null {
  const { source } = lane;
  const isFirst = run.validator === null && run.ledger.here.isEmpty;
  const { totalBytes: announced } = run.wish;
  if (announced !== undefined && verdict.totalBytes !== null && verdict.totalBytes !== announced) return null;
  // One connection brings all of it.
  if (run.lanes.size > 1) return null;
  if (verdict.sameness === 'different' && !isFirst) {
    if (!source.proved || run.othersThan(source).length > 0) return null;
    run.restart('the server has another version', source, verdict);
    if (run.fatal !== null) return null;
    lane.version = run.restarts;
  } else {
    if (!run.canJoin(source)) return null;
    if (!lane.whole && source.ranges !== 'no') noRanges(run, source);
  }
  prove(run, source, verdict);
  // `replace`, for this body is one version from its first byte to its last, whatever is here.
  const toBytes = verdict.totalBytes ?? run.totalBytes ?? Infinity;
  return run.writerFor(lane, 'replace', { atBytes: 0, toBytes, whole: true });
}

function noRanges(run: RangeRun, source: SourceState): void {
  source.ranges = 'no';
  run.notice({ kind: 'no-ranges', place: source.place });
}

/** Called with an answer's head; null leaves its body. */
export function onAnswer(run: RangeRun, lane: Lane, verdict: Verdict): Taking | null {
  if (verdict.kind === 'part') return takePart(run, lane, verdict);
  if (verdict.kind === 'whole') return takeWhole(run, lane, verdict);
  return null;
}

/** The source has another version, or other bytes under the same name. */
async function changed(run: RangeRun, source: SourceState, why: string): Promise<void> {
  if (run.othersThan(source).length > 0 || !source.proved) return run.aside(source, failureOf(source, why));
  await run.stopLanes();
  run.restart(why, source, { totalBytes: null, validator: null });
}

function failureOf(source: SourceState, why: string) {
  const { code, facts } = misbehaviour(source.url, why);
  return { code, facts };
}

function senseless(run: RangeRun, lane: Lane, why: string): void {
  const { source } = lane;
  source.failure = failureOf(source, why);
  if (lane.whole) run.aside(source, source.failure);
  else if (source.ranges === 'doubtful') noRanges(run, source);
  else source.ranges = 'doubtful';
}

async function refused(
  run: RangeRun,
  source: SourceState,
  verdict: Extract<Verdict, { kind: 'refused' }>,
): Promise<void> {
  const { renew } = run.wish.sources[source.place] ?? {};
  const had = source.worked || source.proved || !run.ledger.here.isEmpty;
  if (renew === undefined || !had || source.renewals >= renewalsMax)
    return run.aside(source, verdict.failure);
  source.renewals++;
  const url = await renew(run.signal).catch(() => null);
  run.signal.throwIfAborted();
  if (url === null || !URL.canParse(url)) return run.aside(source, verdict.failure);
  source.url = url;
  source.host = new URL(url).host;
  run.notice({ kind: 'renewed', place: source.place });
}

async function unused(run: RangeRun, lane: Lane, verdict: Verdict): Promise<void> {
  const { source } = lane;
  switch (verdict.kind) {
    case 'changed':
      return await changed(run, source, verdict.why);
    case 'senseless':
      return senseless(run, lane, verdict.why);
    case 'altered':
      source.alterations++;
      source.pastCaches = true;
      if (source.alterations > 1) run.aside(source, failureOf(source, verdict.why));
      return;
    case 'past-end':
      // Within a file whose length is known nothing is past the end.
      if (run.totalBytes === null && verdict.totalBytes === 0) run.totalBytes = 0;
      else senseless(run, lane, 'no such range (416)');
      return;
    case 'refused':
      // Lanes of an address that was replaced meanwhile say nothing about the new one.
      return lane.url === source.url ? await refused(run, source, verdict) : undefined;
    case 'trouble':
      if (run.lanes.size > 0 && verdict.failure.code === 'too-many-requests')
        run.growth.halve(run.world.clock.monotonicMs());
      return run.trouble(source, verdict.failure);
    case 'part':
      if (source.proved) source.overlaps = true;
      else run.aside(source, failureOf(source, 'nothing proves that it has the same file'));
      return;
    case 'whole':
      if (verdict.sameness === 'different')
        return await changed(run, source, 'the server has another version');
      if (!source.proved && !run.canJoin(source))
        return run.aside(source, failureOf(source, 'nothing proves that it has the same file'));
      if (!lane.whole && source.ranges !== 'no') noRanges(run, source);
      return;
  }
}

/** A body without a length has ended: where nobody else knows the length, it is that of the body. */
function learnLength(run: RangeRun, lane: Lane): void {
  if (run.totalBytes !== null || !lane.bringsWhole || !lane.ended) return;
  if (lane.endsByClose && !run.isVouched && run.wish.check === undefined) {
    // An orderly close may be a cut (RFC 9112 §6.3): nothing would show it.
    run.aside(lane.source, failureOf(lane.source, 'nothing tells how long the file is'));
    return;
  }
  run.totalBytes = lane.atBytes;
}

/** What a connection's end means. @throws EngineErrors that end the run */
export async function onEnd(run: RangeRun, lane: Lane, end: LaneEnd): Promise<void> {
  const { source } = lane;
  const freshBytes = lane.writer?.freshBytes ?? 0;
  run.freshBytes += freshBytes;
  if (freshBytes > 0) {
    source.worked = true;
    source.tries = 0;
    source.renewals = 0;
    source.alterations = 0;
  }
  // What a connection has to say about an earlier version was said by another one already.
  if (lane.version !== run.restarts) return;
  switch (end.kind) {
    case 'stopped':
      return;
    case 'done':
      learnLength(run, lane);
      if (freshBytes === 0 && run.totalBytes === null) run.trouble(source, cutShort(source));
      else if (freshBytes === 0 && lane.atBytes < lane.toBytes) run.trouble(source, cutShort(source));
      return;
    case 'cut':
      source.cuts++;
      run.cuts++;
      return run.trouble(source, { code: end.error.code, facts: end.error.facts }, freshBytes);
    case 'unused':
      return await unused(run, lane, end.verdict);
    case 'differs':
      return await changed(run, source, 'other bytes under the same name');
    case 'block-damaged':
      return run.aside(source, failureOf(source, 'a block is not what it was announced to be'));
  }
}

function cutShort(source: SourceState) {
  const { code, facts } = new EngineError('connection-lost', {
    host: source.host,
    detail: 'an answer without bytes',
  });
  return { code, facts };
}
