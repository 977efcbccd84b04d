/**
 * One request after the other for what is missing, each answer kept as far as it came. Cuts are an outcome here, not a
 * failure, as long as anything comes.
 */

import { OidSet, type ObjectFormat } from '../../git/index.ts';
import { EngineError, failureOf } from '../errors.ts';
import { allObjects, packContents, type ObjectReader } from '../objects/index.ts';
import { tellingBytesMin } from '../pieces/index.ts';
import type { GitConnection } from '../remote/index.ts';
import { spoolPack, type PackRequest } from './download.io.ts';
import { isDrop } from './ledger.io.ts';
import type { LiveArtefact } from './live-job.ts';
import { salvage } from './salvage.io.ts';
import type { WorkContext } from './work-context.ts';

/** Nothing looks at the bytes on their way: they are indexed from the spool. */
const nowhere = { write: () => Promise.resolve() };

/** Requests in a row that may break before a single object was whole, until the job waits and tries later. */
const emptyCutsMax = 3;

export interface Spooled {
  artefact: LiveArtefact;
  thin: boolean;
  /** What ended it early; null when it came to its end. */
  cut: unknown;
}

export interface Asked {
  /** Objects that were not here before. */
  fresh: number;
  cut: boolean;
}

export class Asking {
  readonly context: WorkContext;
  readonly reader: ObjectReader;
  readonly #connection: GitConnection;
  /** Everything that is here, to tell what comes a second time. */
  readonly #here = new OidSet();
  #emptyCuts = 0;

  constructor(context: WorkContext, connection: GitConnection, format: ObjectFormat) {
    this.context = context;
    this.#connection = connection;
    this.reader = {
      git: context.ports.git,
      gitDir: context.workspace.gitDir,
      format,
      signal: context.signal,
    };
  }

  /** Looks at what earlier tries brought; before the first request. */
  async begin(): Promise<void> {
    await allObjects(this.reader, (oid) => this.#here.add(oid));
  }

  /** @throws EngineError of the connection for anything but a cut; the signal's reason when stopped */
  async spool(request: PackRequest): Promise<Spooled> {
    const { context, reader } = this;
    const { artefact, stream, error } = await spoolPack(
      context,
      { connection: this.#connection, objectFormat: reader.format, request },
      'object-batch',
      nowhere,
    );
    context.signal.throwIfAborted();
    const spooled = { artefact, thin: request.thinPack === true, cut: stream === null ? error : null };
    if (stream !== null || isDrop(failureOf(error))) return spooled;
    await this.store(spooled);
    throw error;
  }

  /**
   * Into the repository, as much as is whole; answers with the entries.
   * @throws the cut itself after several early ones in a row that brought nothing; `pack-corrupt` when an answer that came whole
   * cannot be used
   */
  async store({ artefact, thin, cut }: Spooled): Promise<number> {
    const { context, reader } = this;
    const expected = artefact.stored.totalObjects ?? 0;
    const { bytes } = artefact;
    const { objects: entries } = await salvage(context, artefact, reader.format, {
      thin,
      twice: (index, endBytes) => this.#countTwice(index, endBytes),
    });
    this.#showProgress();
    if (cut === null && entries < expected) {
      throw new EngineError('pack-corrupt', {
        detail: `Only ${entries} of ${expected} objects can be used.`,
      });
    }
    // A later cut is no sign of trouble: what is too large for the line is found by asking for less.
    const early = entries === 0 && cut !== null && bytes < tellingBytesMin;
    this.#emptyCuts = early ? this.#emptyCuts + 1 : 0;
    if (this.#emptyCuts >= emptyCutsMax) {
      this.#emptyCuts = 0;
      throw cut;
    }
    return entries;
  }

  async ask(request: PackRequest): Promise<Asked> {
    const spooled = await this.spool(request);
    const entries = await this.store(spooled);
    return { fresh: entries === 0 ? 0 : spooled.artefact.stored.objects, cut: spooled.cut !== null };
  }

  async #countTwice(index: string, endBytes: number): Promise<{ objects: number; bytes: number }> {
    const twice = { objects: 0, bytes: 0 };
    const { disk } = this.context.ports;
    await packContents(disk, this.reader.format, { index, endBytes }, (oid, at, bytes) => {
      if (this.#here.add(oid, at)) return;
      twice.objects++;
      twice.bytes += bytes;
    });
    return twice;
  }

  /** What the first, whole answer promised is the only total anybody knows. */
  #showProgress(): void {
    const { artefacts, progress } = this.context.live;
    const stored = artefacts.filter(({ stored: { state } }) => state === 'verified');
    const done = stored.reduce((sum, artefact) => sum + artefact.stored.objects, 0);
    const promised =
      artefacts.find(({ stored: { kind } }) => kind === 'pack-stream')?.stored.totalObjects ?? null;
    progress.advance('download', done, promised === null ? null : Math.max(done, promised), 'objects');
  }
}
