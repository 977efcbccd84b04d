/** What is known of each source of an artefact, and which one the next request goes to. Time is an argument. Pure. */

import type { EngineFailure } from '../../errors.ts';
import type { Validator } from './validator.ts';

/** Bytes per second of one connection, smoothed: after this long a change is believed to two thirds. */
const smoothingMs = 5_000;
/** Failures in a row without progress that are borne within one run. */
export const triesMax = 8;

/** How a source answers requests for parts. */
export type RangeSkill =
  | 'unknown'
  | 'yes'
  /** One answer was wrong: one connection at a time, and the next wrong one is the last. */
  | 'doubtful'
  /** Whole files only. */
  | 'no';

export interface SourceState {
  readonly place: number;
  url: string;
  host: string;
  ranges: RangeSkill;
  /** Of the version this source has; null before its first good answer. */
  validator: Validator | null;
  /** It gave bytes that count. */
  worked: boolean;
  /** Failures in a row without progress. */
  tries: number;
  /** Monotonic: not asked before. */
  restsUntilMs: number;
  /** Why it is not asked any more for this artefact. */
  aside: EngineFailure | null;
  /** The last thing that went wrong. */
  failure: EngineFailure | null;
  /** Of one connection; null while nothing was measured. */
  bytesPerSecond: number | null;
  receivedBytes: number;
  /** Connections that broke. */
  cuts: number;
  /** Renewed addresses without a byte in between. */
  renewals: number;
  /** Times it re-encoded the file. */
  alterations: number;
  /** Proved to have the bytes that are here, so that it may be mixed with others. */
  proved: boolean;
  /** Its answers do not say of which version they are: bytes that are here are asked for again and compared. */
  overlaps: boolean;
  /** Fresh copies are wanted: what it gave before was damaged on the way. */
  pastCaches: boolean;
}

export function newSource(place: number, url: string): SourceState {
  return {
    place,
    url,
    host: new URL(url).host,
    ranges: 'unknown',
    validator: null,
    worked: false,
    tries: 0,
    restsUntilMs: 0,
    aside: null,
    failure: null,
    bytesPerSecond: null,
    receivedBytes: 0,
    cuts: 0,
    renewals: 0,
    alterations: 0,
    proved: false,
    overlaps: false,
    pastCaches: false,
  };
}

/** Takes in what `connections` of a source brought within `spanMs`. */
export function measure(source: SourceState, bytes: number, spanMs: number, connections: number): void {
  if (connections === 0 || spanMs <= 0) return;
  const now = (bytes * 1000) / spanMs / connections;
  const weight = 1 - Math.exp(-spanMs / smoothingMs);
  source.bytesPerSecond =
    source.bytesPerSecond === null ? now : source.bytesPerSecond + (now - source.bytesPerSecond) * weight;
}

/** The source is not asked any more for this artefact; the first reason is the one to tell. */
export function putAside(source: SourceState, why: EngineFailure): void {
  source.aside ??= why;
}

/** Those that have given nothing yet first: each is tried once. */
function faster(one: SourceState, other: SourceState): number {
  const [tried, otherTried] = [one, other].map(({ receivedBytes }) => Number(receivedBytes > 0)) as [
    number,
    number,
  ];
  return tried - otherTried || (other.bytesPerSecond ?? 0) - (one.bytesPerSecond ?? 0);
}

export interface ChoiceSituation {
  nowMs: number;
  /** May this source be asked beside those that are being asked? */
  mayMix: (source: SourceState) => boolean;
  /** Has its host room, and does it want to be asked? */
  hasRoom: (source: SourceState) => boolean;
}

/** Which source next; else the moment from which one may be asked (monotonic), or null when none ever may. */
export function chooseSource(
  sources: readonly SourceState[],
  situation: ChoiceSituation,
): { source: SourceState } | { source: null; atMs: number | null } {
  const left = sources.filter((source) => source.aside === null && source.tries <= triesMax);
  if (left.length === 0) return { source: null, atMs: null };
  const mixable = left.filter((source) => situation.mayMix(source));
  const ready = mixable.filter(
    (source) => source.restsUntilMs <= situation.nowMs && situation.hasRoom(source),
  );
  // Those that fail without progress come last; then each is tried once; then the fastest.
  const [best] = ready.toSorted(
    (one, other) =>
      Number(one.tries > 0) - Number(other.tries > 0) || faster(one, other) || one.place - other.place,
  );
  if (best !== undefined) return { source: best };
  if (mixable.length === 0) return { source: null, atMs: null };
  return { source: null, atMs: Math.min(...mixable.map(({ restsUntilMs }) => restsUntilMs)) };
}
