/**
 * What is done with a pack while it arrives: fed to one git as it comes, or, once the line has shown itself to be slow,
 * left in its spool and indexed in segments.
 */

import type { ObjectFormat } from '../../git/index.ts';
import { EngineError } from '../errors.ts';
import {
  ArrivingPack,
  startIndexing,
  storePack,
  type Indexing,
  type VerifiedPack,
} from '../objects/index.ts';
import type { PackSink } from '../transfer/index.ts';
import { spoolPath } from './ledger.io.ts';
import type { LiveArtefact } from './live-job.ts';
import { LinkSpeed } from './link-speed.ts';
import type { WorkContext } from './work-context.ts';

export interface IntakeOptions {
  objectFormat: ObjectFormat;
  /** Follow the links of every object, from these ids; null where links lead outside of the pack on purpose. */
  tips: readonly string[] | null;
  promisor: boolean;
  /** Deltas may lean on what is in the repository: then the spool is no pack, and one git must make it one. */
  thin: boolean;
}

export class PackIntake implements PackSink {
  readonly #context: WorkContext;
  readonly #options: IntakeOptions;
  readonly #speed = new LinkSpeed();
  #git: Indexing | null;
  #arriving: ArrivingPack | null = null;
  #bytes = 0;

  constructor(context: WorkContext, options: IntakeOptions) {
    this.#context = context;
    this.#options = options;
    const { live, ports, workspace, signal } = context;
    this.#git = startIndexing(ports.git, workspace.gitDir, {
      checkClosure: options.tips !== null,
      promisor: options.promisor,
      thin: options.thin,
      signal,
      listener: {
        onObjects: (done, total) => this.#onObjects(done, total),
        onDeltas: (done, total) => live.progress.advance('index', done, total, 'deltas'),
      },
    });
  }

  /** Called while the same bytes are written to the spool: only those before them are there for sure. */
  async write(chunk: Uint8Array): Promise<void> {
    const { clock } = this.#context.ports;
    this.#arriving?.grown(this.#bytes);
    this.#bytes += chunk.length;
    if (this.#git === null) return;
    const beganMs = clock.monotonicMs();
    await this.#git.write(chunk);
    const nowMs = clock.monotonicMs();
    const isSlow = this.#speed.add(chunk.length, nowMs - beganMs, nowMs);
    if (isSlow && !this.#options.thin) await this.#changeWay();
  }

  /**
   * The pack came to its end and is all in the spool.
   * @throws EngineErrors as git or the disk give them
   */
  async finish(artefact: LiveArtefact): Promise<VerifiedPack> {
    if (this.#arriving === null) {
      if (this.#git === null) throw new EngineError('internal', { detail: 'a pack nobody took' });
      return await this.#git.finish();
    }
    const arrived = await this.#arriving.finish(this.#bytes, true);
    // Its thread holds the spool open, which is moved now, or written to.
    await this.#arriving.close();
    const { ports, workspace, signal } = this.#context;
    const path = spoolPath(this.#context, artefact);
    const sealed = arrived ?? (await ports.packs.seal(path, this.#options.objectFormat, signal));
    if (sealed === null || ('complete' in sealed && !sealed.complete)) {
      throw new EngineError('pack-corrupt', { detail: 'the pack does not have the checksum at its end' });
    }
    await storePack({
      git: ports.git,
      disk: ports.disk,
      gitDir: workspace.gitDir,
      path,
      ...(arrived === null ? {} : { indexedAs: arrived.hash }),
      promisor: this.#options.promisor,
      signal,
    });
    return { hash: sealed.hash, selfContained: arrived?.connected === true };
  }

  /** The pack was cut off. What is known of its beginning is put beside the spool, for whoever salvages it. */
  async cut(): Promise<void> {
    await this.#git?.abandon();
    if (this.#options.tips === null || this.#context.signal.aborted) return;
    await this.#arriving?.finish(this.#bytes, false);
  }

  /** Resolves when nothing of it runs any more. */
  async close(): Promise<void> {
    await this.#arriving?.close();
  }

  async #changeWay(): Promise<void> {
    const { live, ports, workspace, signal } = this.#context;
    const artefact = live.artefacts.findLast(({ stored }) => stored.kind === 'pack-stream');
    if (artefact === undefined) return;
    await this.#git?.abandon();
    this.#git = null;
    ports.log('indexing in segments', { job: live.id, bytes: this.#bytes });
    this.#arriving = new ArrivingPack({
      git: ports.git,
      disk: ports.disk,
      packs: ports.packs,
      gitDir: workspace.gitDir,
      path: spoolPath(this.#context, artefact),
      objectFormat: this.#options.objectFormat,
      tips: this.#options.tips,
      listener: {
        onEntries: (here, indexed, declared) => {
          this.#onObjects(here, declared);
          live.progress.ahead('index', indexed, declared, 'objects');
        },
      },
      signal,
      log: (event, facts) => ports.log(event, { job: live.id, ...facts }),
    });
  }

  #onObjects(done: number, total: number): void {
    const { live } = this.#context;
    live.progress.advance('download', done, total, 'objects');
    const artefact = live.artefacts.at(-1);
    if (artefact?.stored.kind === 'pack-stream') artefact.stored.objects = done;
  }
}
