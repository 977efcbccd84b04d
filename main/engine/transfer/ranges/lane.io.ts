/** One request for a span, from its first header to its last byte on the disk. */

import { EngineError } from '../../errors.ts';
import type { HttpClient, HttpRequest, HttpResponse, HttpTimeouts } from '../../ports.ts';
import { BlockDamaged, BytesDiffer, type BlockWriter } from './block-writer.io.ts';
import { rangeField } from './content-range.ts';
import { judgeAnswer, type KnownFile, type Verdict } from './range-answer.ts';
import type { SourceState } from './source-choice.ts';
import type { Span } from './spans.ts';

/** The reason of a lane's end that is nobody's fault. */
export const stopped = new Error('this connection is not needed any more');

export type LaneEnd =
  /** Everything it was to bring, or as much as the answer held. */
  | { kind: 'done' }
  | { kind: 'stopped' }
  /** A failure of the network; what came is kept. */
  | { kind: 'cut'; error: EngineError }
  /** The answer's body was not used. */
  | { kind: 'unused'; verdict: Verdict }
  /** What came again differs from what is here. */
  | { kind: 'differs' }
  | { kind: 'block-damaged' };

/** How the body of an answer shall be taken. */
export interface Taking {
  writer: BlockWriter;
  /** Offset of the body's first byte, and where to stop; Infinity where the body's end is the file's. */
  atBytes: number;
  toBytes: number;
  /** The body is the whole file. */
  whole: boolean;
}

export interface LaneParts {
  http: HttpClient;
  source: SourceState;
  /** What is missing; the whole is asked for without `Range`. */
  span: Span;
  whole: boolean;
  /** Bytes in front of `span` that are here and asked for again, to be compared. */
  overlapBytes: number;
  /** Some of what it brings is here and will be compared. */
  isProved: boolean;
  known: KnownFile;
  ifRange: string | null;
  headers: Record<string, string>;
  version: number;
  credential: HttpRequest['credential'];
  timeouts: HttpTimeouts;
  signal: AbortSignal;
  nowMs: () => number;
  monotonicMs: () => number;
  onAnswer: (lane: Lane, verdict: Verdict) => Taking | null;
}

export class Lane {
  readonly source: SourceState;
  /** As it was asked; the source's may be renewed meanwhile. */
  readonly url: string;
  readonly host: string;
  /** Asked for without `Range`. */
  readonly whole: boolean;
  /** What comes is the whole file. */
  bringsWhole = false;
  /** Of which version of the file, counted from 0, its bytes are. */
  version: number;
  readonly span: Span;
  /** Next byte of the file it will bring; moves forward only. */
  atBytes: number;
  /** Where it stops; may be moved to the front while it runs. */
  toBytes: number;
  receivedBytes = 0;
  /** Of the last moments; null while nothing is known. */
  bytesPerSecond: number | null = null;
  lastByteAtMs: number;
  writer: BlockWriter | null = null;
  /** The body's proper end was seen. */
  ended = false;
  /** Neither a length nor chunks told where the body ends: its end proves nothing (RFC 9112 §6.3). */
  endsByClose = false;
  readonly #parts: LaneParts;
  readonly #stop = new AbortController();

  constructor(parts: LaneParts) {
    this.#parts = parts;
    this.source = parts.source;
    this.url = parts.source.url;
    this.host = parts.source.host;
    this.version = parts.version;
    this.whole = parts.whole;
    this.span = parts.span;
    this.atBytes = parts.span.fromBytes;
    this.toBytes = parts.span.toBytes;
    this.lastByteAtMs = parts.monotonicMs();
  }

  get isProved(): boolean {
    return this.#parts.isProved;
  }

  /** Where its own part of the file begins that nobody else may be given: what is before is in the ledger. */
  get ownsFromBytes(): number {
    const settledBytes = this.writer?.settledBytes ?? this.span.fromBytes;
    return this.bringsWhole ? settledBytes : Math.max(this.span.fromBytes, settledBytes);
  }

  /** Closes the connection; what came is still written. */
  stop(reason: Error = stopped): void {
    this.#stop.abort(reason);
  }

  /** @throws EngineErrors of the disk; never for what the network or the server does */
  async run(): Promise<LaneEnd> {
    try {
      const end = await this.#fetch();
      await this.writer?.finish();
      return end;
    } catch (error) {
      // A failure of the disk, or other bytes, may be what the writer still has to tell.
      const late = await this.writer?.finish().then(
        () => null,
        (reason: unknown) => reason,
      );
      return this.#endOf(late ?? error);
    }
  }

  #endOf(error: unknown): LaneEnd {
    if (error instanceof BytesDiffer) return { kind: 'differs' };
    if (error instanceof BlockDamaged) return { kind: 'block-damaged' };
    if (error instanceof EngineError && !(error.facts.path !== undefined)) return { kind: 'cut', error };
    if (error === stopped || this.#parts.signal.aborted) return { kind: 'stopped' };
    throw error;
  }

  async #fetch(): Promise<LaneEnd> {
    const { span, whole, overlapBytes, known } = this.#parts;
    const asked = whole ? null : { fromBytes: span.fromBytes - overlapBytes, toBytes: span.toBytes };
    const response = await this.#send(asked);
    const verdict = judgeAnswer(asked, response, known, this.#parts.nowMs());
    const taking = this.#parts.onAnswer(this, verdict);
    if (taking === null) {
      // Nothing of it is wanted: closed, unless it has ended already.
      await response.body[Symbol.asyncIterator]().return?.();
      return { kind: 'unused', verdict };
    }
    this.writer = taking.writer;
    this.bringsWhole = taking.whole;
    this.atBytes = taking.whole ? 0 : Math.max(this.atBytes, taking.atBytes);
    this.toBytes = taking.whole ? taking.toBytes : Math.min(this.toBytes, taking.toBytes);
    const sized = response.headers.has('content-length') || response.headers.has('transfer-encoding');
    this.endsByClose = !sized;
    await this.#receive(response, taking, sized);
    return { kind: 'done' };
  }

  #send(asked: Span | null): Promise<HttpResponse> {
    const { http, source, headers, ifRange, credential, timeouts, signal } = this.#parts;
    return http.send(
      {
        method: 'GET',
        url: this.url,
        headers: {
          ...headers,
          'accept-encoding': 'identity',
          ...(asked === null ? {} : { range: rangeField(asked) }),
          ...(asked === null || ifRange === null ? {} : { 'if-range': ifRange }),
          ...(source.pastCaches ? { 'cache-control': 'no-cache' } : {}),
        },
        timeouts,
        redirects: 'follow',
        ...(credential === undefined ? {} : { credential }),
      },
      AbortSignal.any([signal, this.#stop.signal]),
    );
  }

  /** Reads to the end of the body, so that its connection can be used again, or to where it is to stop. */
  async #receive({ body }: HttpResponse, taking: Taking, sized: boolean): Promise<void> {
    let atBytes = taking.atBytes;
    for await (const chunk of body) {
      this.receivedBytes += chunk.byteLength;
      this.lastByteAtMs = this.#parts.monotonicMs();
      const part = chunk.subarray(0, Math.max(0, this.toBytes - atBytes));
      atBytes += part.byteLength;
      this.atBytes = Math.max(this.atBytes, atBytes);
      await taking.writer.take(part);
      // More than was asked for, or another connection brings the rest, or nothing will tell of the end but a close.
      if (part.byteLength < chunk.byteLength || (atBytes >= this.toBytes && !this.#endIsNear(sized, taking)))
        return;
    }
    this.ended = true;
  }

  #endIsNear(sized: boolean, taking: Taking): boolean {
    return sized && this.toBytes >= taking.toBytes;
  }
}
