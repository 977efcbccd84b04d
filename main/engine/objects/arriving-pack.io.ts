/**
 * A pack over a slow line is indexed while it arrives: every run of whole entries becomes a thin pack of its own, which
 * git checks and indexes in a scratch directory, and the index of the whole is composed of theirs. Object ids come from
 * git alone. When anything does not agree, the pack is left to one `git index-pack`, as if nothing had been done.
 */

import type { ObjectFormat } from '../../git/index.ts';
import { EngineError, failureOf } from '../errors.ts';
import type {
  ComposedIndex,
  Disk,
  FollowedPack,
  Git,
  GitOptions,
  PackFollower,
  PackTools,
} from '../ports.ts';
import { ArrivingClosure } from './arriving-closure.io.ts';
import { indexFailure } from './index-pack.io.ts';
import { segmentIsDue } from './segment-size.ts';

export interface ArrivingPackParts {
  git: Git;
  disk: Disk;
  packs: PackTools;
  gitDir: string;
  /** The spool; ends in ".pack". */
  path: string;
  objectFormat: ObjectFormat;
  /** Object ids that must be here with all they reach; null where links lead outside on purpose. */
  tips: readonly string[] | null;
  listener: {
    /** Of the entries the pack's header declares, so many are here whole and so many are indexed. */
    onEntries(here: number, indexed: number, declared: number): void;
  };
  signal: AbortSignal;
  log: (event: string, facts?: Record<string, unknown>) => void;
}

export interface ArrivedPack extends ComposedIndex {
  /** Everything the tips reach was seen to be here. */
  connected: boolean;
}

/** Less than this is not worth waking the thread for. */
const scanStepBytes = 512 * 1024;
/** With more than this in no segment, indexing does not keep up with the line. */
const behindBytes = 32 * 1024 * 1024;
/** Shares of the pack after which it is tried to list the commits, which most servers send first. */
const listAfter = [0.3, 0.6, 0.9];

const nothingYet: FollowedPack = {
  entries: 0,
  wholeBytes: 0,
  declaredEntries: null,
  segmentedEntries: 0,
  segmentedBytes: 0,
};

/** Failures of the machine or the person's wish are told; everything else only means that git does it all at once. */
const told: ReadonlySet<string> = new Set(['disk-full', 'disk-failed', 'target-not-writable']);

export class ArrivingPack {
  readonly #parts: ArrivingPackParts;
  readonly #follower: PackFollower;
  readonly #scratch: string;
  readonly #closure: ArrivingClosure | null;
  readonly #listAfter = [...listAfter];
  #lengthBytes = 0;
  #askedBytes = 0;
  #state = nothingYet;
  #indexed = 0;
  #scanning: Promise<void> | null = null;
  #indexing: Promise<void> | null = null;
  #walking: Promise<void> | null = null;
  /** Git of this version writes reverse indexes. */
  #reverse = false;
  /** Nothing more will come: now somebody waits. */
  #ended = false;
  #failure: EngineError | null = null;
  #closing: Promise<void> | null = null;

  constructor(parts: ArrivingPackParts) {
    this.#parts = parts;
    this.#scratch = parts.path.replace(/\.pack$/, '.segments');
    this.#follower = parts.packs.follow(parts.path, parts.objectFormat);
    this.#closure =
      parts.tips === null
        ? null
        : new ArrivingClosure({
            git: parts.git,
            proof: this.#follower.proof,
            objects: this.#objects(),
            tips: parts.tips,
            signal: parts.signal,
          });
  }

  /** The spool has this many bytes now. Never waits: work goes on beside the stream. */
  grown(lengthBytes: number): void {
    this.#lengthBytes = lengthBytes;
    if (this.#scanning !== null || lengthBytes - this.#askedBytes < scanStepBytes) return;
    this.#scanning = this.#scan().finally(() => (this.#scanning = null));
  }

  /**
   * The stream has ended and the spool has this many bytes.
   * @param whole not cut off: anything but a whole pack is a fault
   * @returns null when one `git index-pack` has to do it
   * @throws EngineError `disk-full` and the like; the signal's reason when aborted
   */
  async finish(lengthBytes: number, whole: boolean): Promise<ArrivedPack | null> {
    this.#ended = true;
    await this.#scanning;
    this.#lengthBytes = lengthBytes;
    await this.#attempt(async () => {
      this.#state = await this.#follower.advance(lengthBytes);
    });
    for (;;) {
      if (this.#indexing !== null) await this.#indexing;
      else if (!this.#startIndexing()) break;
    }
    // Git walks while the index is written.
    const connecting = whole ? this.#finishClosure() : Promise.resolve(false);
    const composed = await this.#attempt(() => this.#follower.compose({ whole, reverse: this.#reverse }));
    const connected = await connecting;
    this.#parts.signal.throwIfAborted();
    if (composed !== undefined) return { ...composed, connected };
    if (this.#failure !== null && told.has(this.#failure.code)) throw this.#failure;
    this.#parts.log('segments given up', { detail: this.#failure?.facts.detail });
    return null;
  }

  /** Resolves when nothing of it runs any more and the scratch directory is gone; the spool and its index stay. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#failure ??= new EngineError('cancelled');
    await Promise.all([this.#scanning, this.#indexing, this.#walking]);
    await this.#follower.close();
    await this.#parts.disk.remove(this.#scratch);
  }

  /** Keeps the first failure, after which nothing more is done. */
  async #attempt<T>(work: () => Promise<T>): Promise<T | undefined> {
    if (this.#failure !== null) return undefined;
    try {
      this.#parts.signal.throwIfAborted();
      return await work();
    } catch (error) {
      const { code, facts } = failureOf(error);
      this.#failure ??= new EngineError(code, facts);
      return undefined;
    }
  }

  async #scan(): Promise<void> {
    while (this.#failure === null && this.#lengthBytes - this.#askedBytes >= scanStepBytes) {
      await this.#attempt(async () => {
        this.#askedBytes = this.#lengthBytes;
        this.#state = await this.#follower.advance(this.#askedBytes);
      });
      this.#tell();
      if (this.#indexing === null && segmentIsDue(this.#state)) this.#startIndexing();
    }
  }

  #tell(): void {
    const { entries, declaredEntries } = this.#state;
    if (declaredEntries !== null) this.#parts.listener.onEntries(entries, this.#indexed, declaredEntries);
  }

  /** Call when no git indexes. False when there is nothing to be indexed, or never will be. */
  #startIndexing(): boolean {
    if (this.#failure !== null || this.#state.entries === this.#indexed) return false;
    this.#indexing = this.#attempt(() => this.#indexSegment()).finally(() => {
      this.#indexing = null;
      this.#tell();
      this.#startWalking();
      if (segmentIsDue(this.#state)) this.#startIndexing();
    });
    return true;
  }

  async #indexSegment(): Promise<void> {
    const { git, disk, signal } = this.#parts;
    const packs = disk.join(this.#scratch, 'pack');
    if (this.#indexed === 0) {
      await disk.remove(this.#scratch);
      await disk.makeDirectory(packs);
    }
    const entries = await this.#follower.beginSegment();
    if (entries === 0) return;
    const child = git.start(['index-pack', '--stdin', '--fix-thin'], {
      ...this.#objects(),
      signal,
      priority: this.#ended || this.#isBehind() ? 'normal' : 'low',
      // All of it is made anew after a crash, and bases that are added for a moment need not be small.
      config: ['core.fsync=none', 'core.compression=0'],
    });
    const output = (async () => {
      let text = '';
      for await (const chunk of child.output) text += new TextDecoder().decode(chunk);
      return text;
    })();
    output.catch(() => {});
    try {
      for (let chunk = await this.#follower.segmentChunk(); chunk !== null;) {
        await child.write(chunk);
        chunk = await this.#follower.segmentChunk();
      }
    } catch (error) {
      child.kill();
      const { exitCode, stderr } = await child.ended;
      signal.throwIfAborted();
      throw stderr === '' ? error : indexFailure(exitCode, stderr);
    }
    child.endInput();
    const [{ exitCode, stderr }, text] = await Promise.all([child.ended, output]);
    signal.throwIfAborted();
    const hash = /^(?:pack|keep)\t([0-9a-f]{40,64})$/m.exec(text)?.[1];
    if (hash === undefined || exitCode !== 0) throw indexFailure(exitCode, stderr);
    await this.#follower.learnSegment(disk.join(packs, `pack-${hash}.idx`));
    this.#reverse ||= (await disk.kindOf(disk.join(packs, `pack-${hash}.rev`))) === 'file';
    this.#indexed += entries;
    this.#state = await this.#follower.advance(0);
  }

  /** One walk at a time, beside everything else. Its failure only means that the whole is walked at the end. */
  #startWalking(): void {
    if (this.#closure === null || this.#walking !== null || this.#failure !== null) return;
    const closure = this.#closure;
    this.#walking = (async () => {
      if (closure.listed || this.#mayList()) {
        if (closure.listed || (await closure.listCommits())) await closure.walk();
      }
    })()
      .catch((error: unknown) => {
        if (!this.#parts.signal.aborted) {
          this.#parts.log('walk beside the stream failed', { detail: String(error) });
        }
      })
      .finally(() => (this.#walking = null));
  }

  /** On a busy computer politeness would let the work pile up behind the last byte. */
  #isBehind(): boolean {
    return this.#lengthBytes - this.#state.segmentedBytes > behindBytes;
  }

  #mayList(): boolean {
    const [share] = this.#listAfter;
    const { declaredEntries } = this.#state;
    if (share === undefined || declaredEntries === null || this.#indexed < share * declaredEntries)
      return false;
    this.#listAfter.shift();
    return true;
  }

  async #finishClosure(): Promise<boolean> {
    await this.#walking;
    if (this.#closure === null || this.#failure !== null) return false;
    try {
      return await this.#closure.finish();
    } catch (error) {
      this.#parts.signal.throwIfAborted();
      this.#parts.log('walk beside the stream failed', { detail: String(error) });
      return false;
    }
  }

  #objects(): Pick<GitOptions, 'gitDir' | 'env'> {
    return { gitDir: this.#parts.gitDir, env: { GIT_OBJECT_DIRECTORY: this.#scratch } };
  }
}
