/**
 * Which bytes the next request asks for. Pure.
 *
 * As segmented downloaders do it (aria2's SegmentMan, "min-split-size"; libtorrent's end game), with one difference: a
 * request asks for a bounded part of what is missing, so that most connections end at the end of their answer and can be
 * used again. A connection that is left in the middle of an answer throws away what is on its way.
 */

import { common, lengthOf, type Span, type SpanSet } from './spans.ts';

/** What one connection is fetching. */
export interface LaneState {
  /** What is before this is here; what is between this and the next is on its way to the disk. */
  ownsFromBytes: number;
  /** The next byte it will bring, and where it will stop. */
  atBytes: number;
  toBytes: number;
  /** Smoothed; null while nothing is known. */
  bytesPerSecond: number | null;
  /** Since its last byte, or since it began. */
  silentMs: number;
}

export interface PlanSituation {
  /** What is to be here in the end. */
  target: Span;
  here: SpanSet;
  lanes: readonly LaneState[];
  /** How many connections there may be at most; they share what is missing. */
  connectionsMax: number;
  /** What the connection that will be given the span is likely to bring; null when nobody knows. */
  bytesPerSecond: number | null;
}

export type NextSpan =
  | { kind: 'ask'; span: Span }
  /** Lane `lane` stops at `span.fromBytes`, the new one fetches the rest of what it was to bring. */
  | { kind: 'split'; lane: number; span: Span }
  /** Lane `lane` says nothing any more: it is ended, and others fetch what it was to bring. */
  | { kind: 'relieve'; lane: number };

/** Pieces begin and end at multiples of this; so do requests, where they can. */
export const blockBytes = 1024 * 1024;

/** Before anything is known of the file: enough to learn the speed from, and little to leave if it is the wrong file. */
export const firstAskBytes = 16 * blockBytes;

/** Smaller requests would cost more in round trips than they gain. */
const askBytesMin = 4 * blockBytes;
/** A request that lasts this long makes the round trip before the next one small, also on slow far-away lines. */
const askSecondsMin = 20;

/** The slowest connection is helped when it would still take this long, and this much is left to share. */
const splitSecondsMin = 2;
const splitBytesMin = 512 * 1024;
/** Silence after which, at the end, another connection takes over: less than the time-out, for all others are idle. */
const relieveMs = 5_000;

function alignedDown(bytes: number): number {
  return Math.floor(bytes / blockBytes) * blockBytes;
}

/** As much of a gap as one request shall ask for: its share of what is missing, down to a floor (guided self-scheduling). */
function askOf(gap: Span, missingBytes: number, situation: PlanSituation): Span {
  const evenly = missingBytes / (2 * situation.connectionsMax);
  // Who was never measured may be slow, and would keep the others waiting.
  const share = situation.bytesPerSecond === null ? Math.min(evenly, firstAskBytes) : evenly;
  const lasting = (situation.bytesPerSecond ?? 0) * askSecondsMin;
  // With one connection there is nobody to leave anything to.
  const wanted = situation.connectionsMax === 1 ? lengthOf(gap) : Math.max(share, lasting, askBytesMin);
  const toBytes = alignedDown(gap.fromBytes + wanted);
  // A rest that is hardly worth a request goes along.
  const rest = gap.toBytes - toBytes;
  return {
    fromBytes: gap.fromBytes,
    toBytes: rest < askBytesMin / 2 ? gap.toBytes : Math.max(toBytes, gap.fromBytes + 1),
  };
}

function secondsLeft(lane: LaneState): number {
  const bytes = lane.toBytes - lane.atBytes;
  return lane.bytesPerSecond === null ? 0 : bytes / Math.max(1, lane.bytesPerSecond);
}

function endGame(situation: PlanSituation): NextSpan | null {
  const { lanes } = situation;
  const silent = lanes.findIndex(({ silentMs }) => silentMs >= relieveMs);
  if (silent >= 0) return { kind: 'relieve', lane: silent };
  let slowest = -1;
  let seconds = splitSecondsMin;
  lanes.forEach((lane, index) => {
    if (lane.toBytes - lane.atBytes < splitBytesMin || secondsLeft(lane) < seconds) return;
    slowest = index;
    seconds = secondsLeft(lane);
  });
  const lane = lanes[slowest];
  if (lane === undefined) return null;
  const own = lane.bytesPerSecond ?? 0;
  const others = situation.bytesPerSecond ?? own;
  // Each gets what it brings in the same time.
  const keeps = (lane.toBytes - lane.atBytes) * (own / Math.max(1, own + others));
  const middle = lane.atBytes + Math.ceil(keeps);
  const aligned = alignedDown(middle) + blockBytes;
  const fromBytes = aligned < lane.toBytes ? Math.max(aligned, lane.atBytes) : middle;
  return { kind: 'split', lane: slowest, span: { fromBytes, toBytes: lane.toBytes } };
}

/** The part of the file for one more connection; null when there is nothing for it to do. */
export function nextSpan(situation: PlanSituation): NextSpan | null {
  const { target, here, lanes } = situation;
  let gaps = here.gapsWithin(target);
  for (const lane of lanes) {
    const taken = { fromBytes: lane.ownsFromBytes, toBytes: lane.toBytes };
    gaps = gaps.flatMap((gap) => {
      if (lengthOf(common(gap, taken)) === 0) return [gap];
      return [
        { fromBytes: gap.fromBytes, toBytes: taken.fromBytes },
        { fromBytes: taken.toBytes, toBytes: gap.toBytes },
      ].filter((rest) => lengthOf(rest) > 0);
    });
  }
  const gap = gaps[0];
  if (gap === undefined) return endGame(situation);
  const missingBytes = gaps.reduce((sum, each) => sum + lengthOf(each), 0);
  return { kind: 'ask', span: askOf(gap, missingBytes, situation) };
}
