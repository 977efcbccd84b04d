/**
 * Objects by id, batch after batch. A batch that is cut off keeps every object that came whole; the rest is asked for
 * again at once as long as anything comes. While one batch arrives the one before it is indexed.
 */

import type { ObjectFormat, OidList } from '../../git/index.ts';
import { EngineError, failureOf } from '../errors.ts';
import { missingObjects, type ObjectReader } from '../objects/index.ts';
import { BatchSize } from '../pieces/index.ts';
import type { GitConnection } from '../remote/index.ts';
import { spoolPack, type PackRequest } from './download.io.ts';
import { isDrop } from './ledger.io.ts';
import { salvage } from './salvage.io.ts';
import type { LiveArtefact } from './live-job.ts';
import type { WorkContext } from './work-context.ts';

/** Nothing looks at the bytes on their way: they are indexed from the spool. */
const nowhere = { write: () => Promise.resolve() };

/** Requests in a row that may break without a single object, before the job waits and tries later. */
const emptyCutsMax = 3;

export interface PieceOutcome {
  /** Objects gained. */
  objects: number;
  cut: boolean;
}

export class Batches {
  readonly #context: WorkContext;
  readonly #connection: GitConnection;
  readonly #format: ObjectFormat;
  readonly #reader: ObjectReader;
  readonly #size = new BatchSize();
  #emptyCuts = 0;
  /** The salvage of the last batch, which goes on while the next one arrives. */
  #storing: Promise<void> = Promise.resolve();

  constructor(context: WorkContext, connection: GitConnection, format: ObjectFormat) {
    this.#context = context;
    this.#connection = connection;
    this.#format = format;
    this.#reader = {
      git: context.ports.git,
      gitDir: context.workspace.gitDir,
      format,
      signal: context.signal,
    };
  }

  get reader(): ObjectReader {
    return this.#reader;
  }

  /**
   * One request, stored before it resolves. Cuts are an outcome as long as objects come.
   * @throws EngineError of the connection after several cuts without any object, or at once for anything but a cut
   */
  async fetch(request: PackRequest): Promise<PieceOutcome> {
    const { artefact, cut } = await this.#spool(request);
    const objects = await this.#store(artefact);
    this.#judge(objects, cut);
    return { objects, cut: cut !== null };
  }

  /**
   * All of these ids that are not here yet.
   * @param filter for trees: `tree:0`, so that a tree comes without what is below it
   * @throws EngineError `objects-missing` when the server stops sending what it is asked for
   */
  async fetchAll(ids: Iterable<string>, filter: string | undefined): Promise<void> {
    for (let wanted = await this.#missing(ids); wanted.length > 0;) {
      const cuts = await this.#pass(wanted, filter);
      const left = await this.#missing(wanted.hex());
      // Nothing came though nothing broke: the server has them no more. After a cut it is only asked again.
      if (left.length >= wanted.length && cuts === 0) {
        throw new EngineError('objects-missing', {
          host: this.#context.address.host,
          detail: `The server did not send ${left.length} objects it was asked for, ${left.hexAt(0)} among them.`,
        });
      }
      wanted = left;
    }
  }

  /** Resolves when nothing of ours touches the workspace any more; call it however the work ends. */
  async settle(): Promise<void> {
    await this.#storing.catch(() => {});
  }

  async #missing(ids: Iterable<string>): Promise<OidList> {
    await this.#storing;
    return missingObjects(this.#reader, ids);
  }

  /**
   * Asks once for everything, in batches. What a cut kept from coming is found by the next pass: the line is not left
   * idle while a cut batch is looked at. Answers with the number of cuts.
   */
  async #pass(wanted: OidList, filter: string | undefined): Promise<number> {
    let cuts = 0;
    for (let from = 0; from < wanted.length;) {
      const to = Math.min(wanted.length, from + this.#size.ids);
      const wants = [...wanted.hex(from, to)];
      const { artefact, cut } = await this.#spool({ wants, ...(filter === undefined ? {} : { filter }) });
      if (cut !== null) cuts++;
      const came = cut === null ? wants.length : 0;
      this.#size.learn({ ids: wants.length, came, bytes: artefact.bytes, cut: cut !== null });
      // One at a time: the pack before this one, and what was thought of it.
      await this.#storing;
      this.#storing = this.#store(artefact).then((objects) => this.#judge(objects, cut));
      this.#storing.catch(() => {});
      from = to;
    }
    await this.#storing;
    return cuts;
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

  async #store(artefact: LiveArtefact): Promise<number> {
    const objects = await salvage(this.#context, artefact, this.#format);
    this.#showProgress();
    return objects;
  }

  async #spool(request: PackRequest) {
    const { artefact, stream, error } = await spoolPack(
      this.#context,
      { connection: this.#connection, objectFormat: this.#format, request },
      'object-batch',
      nowhere,
    );
    this.#context.signal.throwIfAborted();
    if (stream !== null) return { artefact, cut: null };
    if (isDrop(failureOf(error))) return { artefact, cut: error };
    await salvage(this.#context, artefact, this.#format);
    throw error;
  }

  #judge(objects: number, cut: unknown): void {
    this.#emptyCuts = objects === 0 && cut !== null ? this.#emptyCuts + 1 : 0;
    if (this.#emptyCuts >= emptyCutsMax) {
      this.#emptyCuts = 0;
      throw cut;
    }
  }
}
