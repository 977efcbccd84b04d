/** What a range download is asked for, what it needs of the world, and what it tells. Types only. */

import type { EngineFailure } from '../../errors.ts';
import type { Chance, Clock, Disk, HttpClient, HttpRequest, HttpTimeouts, RangeStore } from '../../ports.ts';
import type { HostSlots } from './host-slots.ts';
import type { Span } from './spans.ts';

/** A place the bytes may come from. The same place in the list means the same source after a restart. */
export interface RangeSource {
  url: string;
  credential?: HttpRequest['credential'];
  /**
   * Asks whoever named the address for a new one, when it has expired; null when there is none. Called by one connection
   * at a time. What it throws is taken for null, but for the signal's reason.
   */
  renew?: (signal: AbortSignal) => Promise<string | null>;
}

export interface RangeWish {
  artefactId: string;
  /** Of the file that grows; its pieces' rows belong to this file and to no other. */
  path: string;
  /** In the order of preference, at least one. */
  sources: readonly RangeSource[];
  /** Only this part of the file (say, a header) has to be here; absent: all of it. */
  span?: Span;
  /** Where somebody has announced it: a source with another length lies. */
  totalBytes?: number;
  /** Of the whole file, hex. With it sources may be mixed whose validators cannot be compared. */
  sha256?: string;
  /** Of each MiB, hex, in order. */
  blockSha256?: readonly string[];
  /**
   * A further check of the whole file. Null when it is good; else the spans that look bad, empty when nobody knows
   * which: these are fetched again.
   */
  check?: (signal: AbortSignal) => Promise<readonly Span[] | null>;
}

export interface RangeWorld {
  clock: Clock;
  chance: Chance;
  disk: Disk;
  http: HttpClient;
  store: RangeStore;
  /** Shared by all downloads of the engine. */
  hosts: HostSlots;
  /** Of one artefact. */
  connectionsMax: number;
  timeouts: HttpTimeouts;
  userAgent: string;
}

export type RangeNotice =
  /** The file on the server is another one now; `heldBytes` of the earlier one are compared with what comes. */
  | { kind: 'restarted'; why: string; heldBytes: number }
  | { kind: 'source-aside'; place: number; failure: EngineFailure }
  /** The server gives whole files only. */
  | { kind: 'no-ranges'; place: number }
  /** On the disk was not what had come; so much is fetched again. */
  | { kind: 'damaged'; bytes: number }
  /** The whole was not what it should be; so much is fetched again. */
  | { kind: 'repairing'; bytes: number }
  | { kind: 'renewed'; place: number }
  | { kind: 'waiting'; failure: EngineFailure; delayMs: number };

export interface RangeListener {
  /** Bytes of the file that are here (durable or not), and its length where that is known. */
  onProgress?: (hereBytes: number, totalBytes: number | null) => void;
  onNotice?: (notice: RangeNotice) => void;
}

export interface SourceReport {
  place: number;
  /** Without its query. */
  url: string;
  receivedBytes: number;
  cuts: number;
  /** Of one connection. */
  bytesPerSecond: number | null;
  aside: EngineFailure | null;
}

export interface RangeResult {
  /** Null only where a part was wanted and nobody has said how long the whole is. */
  totalBytes: number | null;
  /** Of bodies, by this run. */
  receivedBytes: number;
  /** Of these, the ones that were not here before. */
  freshBytes: number;
  requests: number;
  cuts: number;
  restarts: number;
  connectionsMost: number;
  sources: SourceReport[];
}
