/** What one run of a range download knows and has under way: the file's version, its sources, its connections. */

import { EngineError, errorKinds, type EngineFailure } from '../../errors.ts';
import type { StoredPiece, StoredRange } from '../../jobs/records.ts';
import type { SpanFile } from '../../ports.ts';
import { backoffMs } from '../backoff.ts';
import { BlockWriter, BufferPool } from './block-writer.io.ts';
import { ConnectionGrowth } from './connection-growth.ts';
import type { Lane } from './lane.io.ts';
import { stopped, type LaneEnd, type Taking } from './lane.io.ts';
import { PieceLedger } from './piece-ledger.io.ts';
import type { KnownFile } from './range-answer.ts';
import type { RangeListener, RangeNotice, RangeWish, RangeWorld } from './range-wish.ts';
import { newSource, putAside, triesMax, type SourceState } from './source-choice.ts';
import type { Span } from './spans.ts';
import { isStrong, strongTag, type Validator } from './validator.ts';

/** A longer wait is the job's, where a person sees when it goes on. */
const waitMsMax = 60_000;
/** So much more, and a cut is no sign of trouble: the next try comes at once. */
const progressBytesMin = 64 * 1024;
/** Versions in one run, before the file is said to change faster than it can be fetched. */
const restartsMax = 5;

export interface RunParts {
  wish: RangeWish;
  world: RangeWorld;
  signal: AbortSignal;
  listener: RangeListener;
  file: SpanFile;
  /** What was kept, as it was read from the store. */
  kept: { range: StoredRange | null; pieces: StoredPiece[] };
}

export class RangeRun {
  readonly wish: RangeWish;
  readonly world: RangeWorld;
  readonly signal: AbortSignal;
  readonly file: SpanFile;
  readonly ledger: PieceLedger;
  readonly sources: SourceState[];
  readonly lanes = new Set<Lane>();
  readonly growth: ConnectionGrowth;
  readonly #listener: RangeListener;
  readonly #pool = new BufferPool();
  /** Of the version that is fetched. */
  totalBytes: number | null;
  validator: Validator | null;
  receivedBytes = 0;
  freshBytes = 0;
  requests = 0;
  cuts = 0;
  restarts = 0;
  connectionsMost = 0;
  /** Ends of lanes that nobody has looked at yet. */
  readonly ends: { lane: Lane; end: LaneEnd }[] = [];
  /** A failure that ends the run: of the disk, or our own. */
  fatal: { error: unknown } | null = null;
  #wake: () => void = () => {};

  constructor(parts: RunParts) {
    const { wish, world, kept } = parts;
    this.wish = wish;
    this.world = world;
    this.signal = parts.signal;
    this.file = parts.file;
    this.#listener = parts.listener;
    this.growth = new ConnectionGrowth(world.connectionsMax);
    const range = kept.range;
    this.totalBytes = range?.totalBytes ?? wish.totalBytes ?? null;
    this.validator =
      range === null || (range.etag === null && range.lastModified === null)
        ? null
        : { etag: range.etag, lastModified: range.lastModified, dateIsStrong: range.dateIsStrong };
    const { artefactId } = wish;
    const newId = () => world.chance.id();
    const saveRange = () => this.#saveRange();
    const { file, store } = { file: parts.file, store: world.store };
    this.ledger = new PieceLedger(
      { artefactId, file, store, newId, saveRange },
      range === null ? [] : kept.pieces,
    );
    const gave = new Set(this.ledger.pieces.map(({ source }) => source));
    this.sources = wish.sources.map(({ url }, place) => ({
      ...newSource(place, url),
      proved: gave.has(place),
    }));
    for (const before of range?.sources ?? []) {
      const source = this.sources[before.place];
      if (source === undefined) continue;
      source.receivedBytes = before.receivedBytes;
      source.cuts = before.cuts;
      source.bytesPerSecond = before.bytesPerSecond;
      // Whatever else it was put aside for may have passed.
      if (before.aside?.code === 'pack-corrupt') source.aside = before.aside;
    }
  }

  get isComplete(): boolean {
    return this.totalBytes !== null && this.ledger.here.covers(this.target);
  }

  /** What is to be here in the end; without an end while nobody has told it. */
  get target(): Span {
    const { fromBytes = 0, toBytes = Infinity } = this.wish.span ?? {};
    return { fromBytes, toBytes: Math.min(toBytes, this.totalBytes ?? Infinity) };
  }

  notice(notice: RangeNotice): void {
    this.#listener.onNotice?.(notice);
  }

  progress(): void {
    this.#listener.onProgress?.(this.ledger.here.bytes, this.totalBytes);
  }

  /** Whether somebody vouches for the whole whatever the sources say. */
  get isVouched(): boolean {
    return this.wish.sha256 !== undefined || this.wish.blockSha256 !== undefined;
  }

  /** What an answer of this source is judged by. */
  knownTo(source: SourceState): KnownFile {
    if (source.validator !== null) return { totalBytes: this.totalBytes, validator: source.validator };
    if (source.proved) return { totalBytes: this.totalBytes, validator: this.validator };
    if (this.isVouched || this.validator === null) return { totalBytes: this.totalBytes, validator: null };
    // A date says nothing about another server's file, and a weak tag too little.
    const etag = strongTag(this.validator);
    const validator = etag === null ? null : { etag, lastModified: null, dateIsStrong: false };
    return { totalBytes: this.totalBytes, validator };
  }

  /** Whether a source that has given nothing yet could prove that it has the same file. */
  canJoin(source: SourceState): boolean {
    if (source.proved || this.isVouched) return true;
    if (this.validator === null) return this.ledger.here.isEmpty;
    return strongTag(this.validator) !== null;
  }

  /** Whether an answer that does not say of which version it is could splice two versions. */
  needsProof(source: SourceState): boolean {
    if (this.isVouched || (this.ledger.here.isEmpty && this.lanes.size <= 1)) return false;
    const { validator } = this.knownTo(source);
    return source.overlaps || validator === null || !isStrong(validator);
  }

  /** Whether its answers must come one at a time: nothing but comparing would show that one is of another version. */
  isSolo(source: SourceState): boolean {
    if (source.ranges === 'no' || source.ranges === 'doubtful') return true;
    if (this.totalBytes === null || this.isVouched) return this.totalBytes === null;
    const { validator } = this.knownTo(source);
    return source.overlaps || validator === null || !isStrong(validator);
  }

  launch(lane: Lane): void {
    this.lanes.add(lane);
    this.requests++;
    this.connectionsMost = Math.max(this.connectionsMost, this.lanes.size);
    const over = (): void => {
      this.lanes.delete(lane);
      this.world.hosts.free(lane.host);
      this.#wake();
    };
    void lane.run().then(
      (end) => {
        this.ends.push({ lane, end });
        over();
      },
      (error: unknown) => {
        this.fatal ??= { error };
        over();
      },
    );
  }

  writerFor(lane: Lane, again: 'compare' | 'replace', taking: Omit<Taking, 'writer'>): Taking {
    const { file, ledger, wish } = this;
    const writer = new BlockWriter(
      {
        file,
        ledger,
        pool: this.#pool,
        source: lane.source.place,
        blockDigests: wish.blockSha256 ?? [],
        totalBytes: () => this.totalBytes,
        again,
      },
      taking.atBytes,
    );
    return { writer, ...taking };
  }

  /** Resolves after `ms`, or sooner when a lane has ended. */
  async pause(ms: number): Promise<void> {
    if (this.ends.length > 0 || this.fatal !== null) return;
    const over = new AbortController();
    const woken = new Promise<void>((resolve) => (this.#wake = resolve));
    const slept = this.world.clock.sleep(ms, AbortSignal.any([this.signal, over.signal])).catch(() => {});
    await Promise.race([woken, slept]);
    over.abort();
  }

  /** Closes all connections; what came over them is written when this resolves. */
  async stopLanes(): Promise<void> {
    for (const lane of this.lanes) lane.stop(stopped);
    while (this.lanes.size > 0) await new Promise<void>((resolve) => (this.#wake = resolve));
  }

  /** Something went wrong that time may cure: the source rests. */
  trouble(source: SourceState, failure: EngineFailure, freshBytes = 0): void {
    const { clock, chance, hosts } = this.world;
    source.failure = failure;
    const kind = errorKinds[failure.code];
    if (failure.code === 'cancelled' || failure.code === 'internal' || kind.fault === 'machine')
      throw new EngineError(failure.code, failure.facts);
    if (!kind.spurious && failure.code !== 'not-git') return this.aside(source, failure);
    if (freshBytes >= progressBytesMin && failure.facts.retryAfterMs === undefined) return;
    source.tries++;
    const orderedMs = failure.facts.retryAfterMs;
    const delayMs = Math.max(
      orderedMs === undefined ? backoffMs(source.tries, chance.fraction()) : 0,
      orderedMs ?? 0,
    );
    if (delayMs > waitMsMax) source.tries = triesMax + 1;
    const untilMs = clock.monotonicMs() + delayMs;
    source.restsUntilMs = Math.max(source.restsUntilMs, untilMs);
    if (orderedMs !== undefined) hosts.rest(source.host, untilMs);
    this.notice({ kind: 'waiting', failure, delayMs });
  }

  aside(source: SourceState, failure: EngineFailure): void {
    if (source.aside !== null) return;
    putAside(source, failure);
    this.notice({ kind: 'source-aside', place: source.place, failure });
  }

  /** Sources that have given bytes of this version and may give more. */
  othersThan(source: SourceState): SourceState[] {
    return this.sources.filter((each) => each !== source && each.aside === null && each.proved);
  }

  /**
   * Another version begins. What is here is kept for comparing. No other connection may be open.
   * When this happens again and again, the run is over.
   */
  restart(why: string, source: SourceState, now: KnownFile): void {
    this.restarts++;
    if (this.restarts > restartsMax) {
      const detail = 'the file changes faster than it can be fetched';
      this.fatal ??= { error: new EngineError('protocol-violation', { host: source.host, detail }) };
      return;
    }
    this.notice({ kind: 'restarted', why, heldBytes: this.ledger.here.bytes });
    for (const each of this.sources) {
      each.validator = null;
      each.proved = false;
    }
    this.totalBytes = now.totalBytes ?? this.wish.totalBytes ?? null;
    this.validator = now.validator;
    this.ledger.restart();
  }

  #saveRange(): void {
    this.world.store.saveRange({
      artefactId: this.wish.artefactId,
      totalBytes: this.totalBytes,
      etag: this.validator?.etag ?? null,
      lastModified: this.validator?.lastModified ?? null,
      dateIsStrong: this.validator?.dateIsStrong ?? false,
      sources: this.sources.map(({ place, url, receivedBytes, cuts, bytesPerSecond, aside }) => ({
        ...{ place, url, receivedBytes, cuts, bytesPerSecond, aside },
      })),
    });
  }
}
