/**
 * What an interrupted update still lacks, while it arrives. Other than the walk of a whole history this one leaves the
 * looking to git, which stops at what the repository's refs reach: an update is small beside its repository.
 */

import { oidBytesLength, OidList, type ObjectFormat } from '../../git/index.ts';
import type { CommitFrontier } from '../pieces/index.ts';
import type { HistoryWalk, WantedBatch, WantedSizes } from '../ports.ts';
import { missingBehind, type NewObjects } from './new-objects.io.ts';
import { missingObjects } from './read-objects.io.ts';
import { UpdateCensus } from './update-census.io.ts';

/** Until sizes are told. */
const idsAtOnce = 1_000;

interface Waiting {
  resolve: (batch: WantedBatch | null) => void;
  reject: (error: unknown) => void;
}

export class UpdateWalk implements HistoryWalk {
  readonly #objects: NewObjects;
  readonly #format: ObjectFormat;
  readonly #wants: readonly string[];
  readonly #common: readonly string[];
  readonly #census: UpdateCensus;
  readonly #outstanding = new Map<number, OidList>();
  #waiting: Waiting[] = [];
  #wishes: string[] = [];
  #idsAtOnce = idsAtOnce;
  #batches = 0;
  #looking = false;
  #closed = false;

  /**
   * @param wants ids that must be here in the end, with everything behind them
   * @param common ids that are here whole, some of them likely at the server too
   */
  constructor(
    objects: NewObjects,
    format: ObjectFormat,
    wants: readonly string[],
    common: readonly string[],
  ) {
    this.#objects = objects;
    this.#format = format;
    this.#wants = wants;
    this.#common = common;
    this.#census = new UpdateCensus(objects, format);
  }

  begin(): Promise<void> {
    return Promise.resolve();
  }

  /** What came is found where it lies. */
  packAdded(): Promise<number> {
    return Promise.resolve(0);
  }

  async frontier(): Promise<CommitFrontier & { commits: number }> {
    await this.#census.update();
    const frontier = await this.#census.frontier(this.#wants);
    const haves = [...new Set([...this.#common, ...frontier.haves])];
    return { ...frontier, haves, commits: this.#census.commits };
  }

  async startTrees(): Promise<void> {
    this.#wishes = await missingBehind(this.#objects, this.#wants);
  }

  resize(sizes: WantedSizes): Promise<void> {
    this.#idsAtOnce = Math.max(1, sizes.tree);
    this.#serve();
    return Promise.resolve();
  }

  next(): Promise<WantedBatch | null> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#serve();
    });
  }

  async settle(number: number): Promise<{ missing: number }> {
    const ids = this.#outstanding.get(number);
    if (ids === undefined) return { missing: 0 };
    const { git, quarantine, signal } = this.#objects;
    const reader = { git, gitDir: quarantine, format: this.#format, signal };
    const lost = [...(await missingObjects(reader, ids.hex())).hex()];
    this.#outstanding.delete(number);
    this.#wishes.push(...lost);
    return { missing: lost.length };
  }

  pathOf(): Promise<string | null> {
    return Promise.resolve(null);
  }

  close(): Promise<void> {
    this.#closed = true;
    this.#serve();
    return Promise.resolve();
  }

  #serve(): void {
    while (this.#waiting.length > 0) {
      if (!this.#closed && this.#wishes.length === 0) {
        // What hangs on what is under way is known when it is here.
        if (this.#outstanding.size === 0) this.#look();
        return;
      }
      const waiting = this.#waiting.shift();
      waiting?.resolve(this.#closed ? null : this.#take());
    }
  }

  /** Trees and blobs alike: named, they come, and with `tree:0` nothing below them does. */
  #take(): WantedBatch {
    const ids = this.#wishes.splice(0, this.#idsAtOnce);
    const oids = new OidList(oidBytesLength(this.#format));
    for (const id of ids) oids.pushHex(id);
    const number = this.#batches++;
    this.#outstanding.set(number, oids);
    return { number, kind: 'tree', oids: oids.bytes().slice(), count: ids.length };
  }

  /** One level further; when nothing is missing any more, nobody waits any longer. */
  #look(): void {
    if (this.#looking) return;
    this.#looking = true;
    missingBehind(this.#objects, this.#wants)
      .then((missing) => {
        this.#looking = false;
        this.#wishes = missing;
        if (missing.length > 0) return this.#serve();
        for (const { resolve } of this.#waiting.splice(0)) resolve(null);
      })
      .catch((error: unknown) => {
        this.#looking = false;
        for (const { reject } of this.#waiting.splice(0)) reject(error);
      });
  }
}
