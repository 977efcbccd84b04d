/**
 * Objects by id, batch after batch, several at once. A batch that is cut off keeps every object that came whole; the rest
 * is asked for again. While batches arrive, those before them are indexed, one at a time.
 */

import type { ObjectFormat } from '../../git/index.ts';
import { EngineError, failureOf } from '../errors.ts';
import { PackGathering } from '../objects/index.ts';
import { BatchSize, type BatchOutcome, InFlight, type FilterUse } from '../pieces/index.ts';
import type { BegunJoin, HistoryWalk, WantedBatch, WantedSizes } from '../ports.ts';
import type { GitConnection } from '../remote/index.ts';
import { Bearing } from './bearing.io.ts';
import { spoolPack, type PackRequest } from './download.io.ts';
import { isDrop } from './ledger.io.ts';
import { lineTo } from './line-records.io.ts';
import type { LiveArtefact } from './live-job.ts';
import { refusalOf, type Refusal } from './refusals.ts';
import { countRepeated, salvage } from './salvage.io.ts';
import { setAsideFailure, setAsideSentence } from './set-aside.ts';
import type { WorkContext } from './work-context.ts';

/** Requests in a row that may break early without a single object, before the job waits and tries later. */
const emptyCutsMax = 4;
/** So long answers that are still coming may take when no more will be asked for. */
const lastAnswersMsMax = 30_000;
/** Not a name that anybody takes for a spool's. */
const gatheredName = 'gathered.part';
/** Answers on the disk that wait to be indexed; with more, asking waits. */
const unstoredMax = 4;

export interface PieceOutcome {
  /** Objects gained. */
  objects: number;
  /** Of the pack, as it came. */
  bytes: number;
  cut: boolean;
  /** Instead of all: because of one object, or for a reason that is dealt with, so that the same may be asked again. */
  refused: { oid: string } | 'again' | null;
}

interface Stored {
  /** Objects in the pack. */
  objects: number;
  /** Of these, the ones that were not here before. */
  fresh: number;
}

interface Spooled {
  artefact: LiveArtefact;
  /** What cut it off. */
  cut: unknown;
  refusal: Refusal | null;
  /** Until the first byte of the pack, and until the last. */
  waitMs: number;
  totalMs: number;
}

export class Batches {
  readonly #context: WorkContext;
  readonly #connection: GitConnection;
  readonly #format: ObjectFormat;
  readonly #walk: HistoryWalk;
  readonly #size: BatchSize;
  readonly #inFlight: InFlight;
  readonly #bearing: Bearing;
  readonly #gathering: PackGathering;
  #underWay = 0;
  #unstored = 0;
  #emptyCuts = 0;
  #over: { error: unknown } | null = null;
  /** What arrived is stored one after the other; settles when the last is. */
  #storing: Promise<unknown> = Promise.resolve();
  /** Resolves at the next change of `#underWay` or `#unstored`. */
  #change = Promise.withResolvers<void>();

  constructor(context: WorkContext, connection: GitConnection, format: ObjectFormat, walk: HistoryWalk) {
    this.#context = context;
    this.#connection = connection;
    this.#format = format;
    this.#walk = walk;
    this.#size = new BatchSize(lineTo(context)?.lifeBytes ?? null);
    this.#inFlight = new InFlight(connection.requestsAtOnce);
    this.#bearing = new Bearing(context, this.#inFlight);
    const { ports, workspace, signal } = context;
    const path = ports.disk.join(workspace.spools, gatheredName);
    this.#gathering = new PackGathering({ ...ports, path, format, signal });
  }

  /** Bytes that one answer should have on a line that breaks; null where none broke. */
  get bytesGoal(): number | null {
    return this.#size.lifeGoal;
  }

  /** Looks at what is here already. */
  async begin(): Promise<void> {
    await this.#walk.begin();
    const { ports, workspace } = this.#context;
    const directory = ports.disk.join(workspace.gitDir, 'objects', 'pack');
    if ((await ports.disk.kindOf(directory)) !== 'directory') return;
    const packs = (await ports.disk.list(directory)).filter((name) => name.endsWith('.pack'));
    // Of several nobody knows what they have in common.
    if (packs.length === 1) this.#gathering.add(ports.disk.join(directory, packs[0]!));
  }

  /**
   * One request for commits, stored before it resolves. Cuts are an outcome as long as objects come, refusals as long as
   * something can be done about them.
   * @throws EngineError of the connection after several cuts or refusals without any object, or at once for anything else
   */
  async fetch(request: PackRequest): Promise<PieceOutcome> {
    this.#underWay++;
    const spooled = await this.#spool(request, 'commit').finally(() => {
      this.#underWay--;
      this.#changed();
    });
    const { bytes } = spooled.artefact;
    if (spooled.refusal === null) this.#inFlight.learn(spooled.waitMs, spooled.totalMs);
    const { fresh } = await this.#inTurn(() => this.#store(spooled.artefact, 'commits'));
    this.#judge(fresh, bytes, spooled.cut);
    if (spooled.cut !== null) this.#size.learnLife(bytes);
    const { refusal } = spooled;
    const refused = refusal === null || refusal.kind === 'object' ? refusal : 'again';
    return { objects: fresh, bytes, cut: spooled.cut !== null, refused };
  }

  /**
   * Everything the walk finds missing. When it rejects, requests may still be under way: see `end`.
   * @throws EngineError `objects-missing` when the server stops sending what it is asked for; as `fetch`
   */
  async fetchMissing(): Promise<void> {
    const failed = Promise.withResolvers<never>();
    failed.promise.catch(() => {});
    await this.#walk.resize(this.#sizes());
    await this.#fetchUntil(failed);
  }

  /**
   * Nothing more is asked for, because of this error. Where it is a server's word it is waited for what is still coming:
   * what it says to one request need not keep it from answering the others. The caller aborts what is left.
   */
  async end(error: unknown): Promise<void> {
    this.#over = { error };
    if (!(error instanceof EngineError) || error.kind.fault !== 'server') return;
    const { ports, signal } = this.#context;
    await Promise.race([this.settle(), ports.clock.sleep(lastAnswersMsMax, signal)]);
  }

  async #fetchUntil(failed: PromiseWithResolvers<never>): Promise<void> {
    for (;;) {
      await Promise.race([this.#bearing.ready(), failed.promise]);
      const batch = await Promise.race([this.#walk.next(), failed.promise]);
      if (batch === null) return;
      this.#underWay++;
      this.#unstored++;
      this.#fetchBatch(batch).catch((error: unknown) => failed.reject(error));
      while (this.#underWay >= this.#inFlight.limit || this.#unstored >= unstoredMax) {
        await Promise.race([this.#change.promise, failed.promise]);
      }
    }
  }

  /** What was put together of the packs that came; once all has come. */
  gathered(): Promise<BegunJoin | null> {
    return this.#gathering.end();
  }

  /** Resolves when nothing of ours touches the workspace any more; call it however the work ends. */
  async settle(): Promise<void> {
    while (this.#underWay > 0) await this.#change.promise;
    await this.#storing.catch(() => {});
    await this.#gathering.end();
  }

  async #fetchBatch(batch: WantedBatch): Promise<void> {
    let spooled: Spooled;
    try {
      spooled = await this.#spool({ wants: [], wantBytes: batch.oids }, batch.kind);
    } catch (error) {
      this.#unstored--;
      throw error;
    } finally {
      this.#underWay--;
      this.#changed();
    }
    if (spooled.cut === null && spooled.refusal === null)
      this.#inFlight.learn(spooled.waitMs, spooled.totalMs);
    try {
      await this.#inTurn(() => this.#takeIn(batch, spooled));
    } finally {
      this.#unstored--;
      this.#changed();
    }
  }

  async #takeIn(batch: WantedBatch, { artefact, cut, refusal }: Spooled): Promise<void> {
    const { bytes } = artefact;
    const { objects, fresh } = await this.#store(artefact, 'others');
    const stuck = cut !== null && fresh === 0 && this.#size.isTelling(bytes);
    const { missing, setAside } = await this.#walk.settle(batch.number, {
      stuckBytes: stuck ? bytes : null,
      refused: refusal?.kind === 'object' ? refusal.oid : null,
    });
    if (setAside !== null) this.#context.note('notice', setAsideSentence(setAside));
    // Everything else was asked for before; and other refs may lead past what the server does not have.
    if (setAside?.why === 'refused') throw setAsideFailure(this.#context.address.host, [setAside]);
    this.#judge(fresh, bytes, cut);
    const twice = objects === 0 ? 0 : (objects - fresh) / objects;
    const came = batch.count - missing;
    if (refusal === null) this.#learn(batch, { came, bytes, cut: cut !== null, twice });
    await this.#walk.resize(this.#sizes());
    // Nothing came though nothing broke: the server has them no more. After a cut it is only asked again.
    if (cut === null && refusal === null && missing >= batch.count) {
      throw new EngineError('objects-missing', {
        host: this.#context.address.host,
        detail: `The server did not send ${missing} objects it was asked for.`,
      });
    }
  }

  #learn({ kind, count, narrowed }: WantedBatch, end: Omit<BatchOutcome, 'kind' | 'ids'>): void {
    if (!narrowed) this.#size.learn({ kind, ids: count, ...end });
    else if (end.cut) this.#size.learnLife(end.bytes);
  }

  #sizes(): WantedSizes {
    const { ids, foreseen } = this.#size;
    return { ...ids, foreseen, ...(this.#bearing.filters.hasRoots ? {} : { root: 0 }) };
  }

  #changed(): void {
    const { resolve } = this.#change;
    this.#change = Promise.withResolvers();
    resolve();
  }

  /** One at a time: indexing takes as many processors as there are. */
  #inTurn<Value>(work: () => Promise<Value>): Promise<Value> {
    const done = this.#storing.then(work);
    this.#storing = done.catch(() => {});
    return done;
  }

  /** What the first, whole answer promised is the only total anybody knows. */
  #showProgress(): void {
    const { artefacts, progress } = this.#context.live;
    const stored = artefacts.filter(({ stored: { state } }) => state === 'verified');
    const done = stored.reduce((sum, artefact) => sum + artefact.stored.objects, 0);
    const promised =
      artefacts.find(({ stored: { kind } }) => kind === 'pack-stream')?.stored.totalObjects ?? null;
    progress.advance('download', done, promised === null ? null : Math.max(done, promised), 'objects');
  }

  async #store(artefact: LiveArtefact, holds: 'commits' | 'others'): Promise<Stored> {
    const { objects, index } = await salvage(this.#context, artefact, this.#format);
    const known = index === null ? 0 : await this.#walk.packAdded(index, holds);
    if (index !== null && known === objects) this.#gathering.add(index.replace(/\.idx$/, '.pack'));
    const fresh = known ?? objects;
    countRepeated(this.#context, artefact, objects, fresh);
    this.#showProgress();
    return { objects, fresh };
  }

  /** @throws what is neither a cut nor a refusal that can be borne; what came of it is stored */
  async #spool(what: PackRequest, use: FilterUse): Promise<Spooled> {
    await this.#bearing.ready();
    if (this.#over !== null) throw this.#over.error;
    const filter = this.#bearing.filters.of(use);
    const { episode } = this.#bearing;
    const request = filter === null ? what : { ...what, filter };
    const { clock } = this.#context.ports;
    const beganAtMs = clock.monotonicMs();
    let firstAtMs: number | null = null;
    // Nothing looks at the bytes on their way: they are indexed from the spool.
    const sink = {
      write: () => {
        firstAtMs ??= clock.monotonicMs();
        return Promise.resolve();
      },
    };
    const wish = { connection: this.#connection, objectFormat: this.#format, request };
    const { artefact, stream, error } = await spoolPack(this.#context, wish, 'object-batch', sink);
    this.#context.signal.throwIfAborted();
    const endedAtMs = clock.monotonicMs();
    const times = { waitMs: (firstAtMs ?? endedAtMs) - beganAtMs, totalMs: endedAtMs - beganAtMs };
    if (stream !== null) this.#bearing.answered();
    if (stream !== null) return { artefact, cut: null, refusal: null, ...times };
    const failure = failureOf(error);
    if (isDrop(failure)) return { artefact, cut: error, refusal: null, ...times };
    const refusal = refusalOf(failure);
    try {
      if (refusal === null) throw error;
      this.#bearing.refused(refusal, { filter, episode }, error);
      return { artefact, cut: null, refusal, ...times };
    } catch (forGood) {
      const holds = use === 'commit' ? 'commits' : 'others';
      await this.#inTurn(() => this.#store(artefact, holds));
      throw forGood;
    }
  }

  /** A cut as late as connections live is no sign of trouble, whatever was in it. */
  #judge(fresh: number, bytes: number, cut: unknown): void {
    const early = cut !== null && fresh === 0 && !this.#size.isTelling(bytes);
    this.#emptyCuts = early ? this.#emptyCuts + 1 : 0;
    if (this.#emptyCuts >= emptyCutsMax) {
      this.#emptyCuts = 0;
      throw cut;
    }
  }
}
