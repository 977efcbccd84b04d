/**
 * What an interrupted update still lacks, while it arrives. Other than the walk of a whole history this one leaves the
 * looking to git, which stops at what the repository's refs reach: an update is small beside its repository.
 */

import { hexOf, oidBytesLength, OidList, type ObjectFormat } from '../../git/index.ts';
import { Narrowing, withoutWish, type Suspect, type Wishes } from '../pieces/index.ts';
import type { BatchEnd, HistoryWalk, SetAside, WantedBatch, WantedSizes } from '../ports.ts';
import { missingBehind, type NewObjects } from './new-objects.io.ts';
import { missingObjects } from './read-objects.io.ts';
import { UpdateCensus } from './update-census.io.ts';

/** Until sizes are told. */
const idsAtOnce = 1_000;

interface Outstanding {
  oids: OidList;
  /** From a request that was stuck: a smaller part of it, or the object that stands in the way. */
  narrowed: 'part' | Suspect<'tree'> | null;
}

interface Waiting {
  resolve: (batch: WantedBatch | null) => void;
  reject: (error: unknown) => void;
}

export class UpdateWalk implements HistoryWalk {
  readonly #objects: NewObjects;
  readonly #format: ObjectFormat;
  readonly #wants: readonly string[];
  readonly #common: readonly string[];
  readonly #scope: 'commits' | 'everything';
  readonly #census: UpdateCensus;
  readonly #narrowing: Narrowing<'tree'>;
  readonly #setAside = new Map<string, SetAside>();
  readonly #outstanding = new Map<number, Outstanding>();
  #waiting: Waiting[] = [];
  #wishes: string[] = [];
  #idsAtOnce = idsAtOnce;
  #batches = 0;
  #looking = false;
  /** Until all commits are here nobody knows what they hold. */
  #treesStarted = false;
  #closed = false;

  /**
   * @param wants ids that must be here in the end, with everything behind them
   * @param common ids that are here whole, some of them likely at the server too
   * @param scope with `commits` what these hold is left to others
   */
  constructor(
    objects: NewObjects,
    format: ObjectFormat,
    wants: readonly string[],
    common: readonly string[],
    scope: 'commits' | 'everything' = 'everything',
  ) {
    this.#scope = scope;
    this.#objects = objects;
    this.#format = format;
    this.#wants = wants;
    this.#common = common;
    this.#census = new UpdateCensus(objects, format);
    this.#narrowing = new Narrowing(oidBytesLength(format));
  }

  begin(): Promise<void> {
    return Promise.resolve();
  }

  /** What came is found where it lies. */
  packAdded(): Promise<null> {
    return Promise.resolve(null);
  }

  async frontier(
    islands: boolean,
  ): Promise<{ missing: string[]; shallow: string[]; haves: string[]; commits: number }> {
    await this.#census.update();
    const { missing, shallow, haves } = await this.#census.frontier(this.#wants, islands);
    const common = [...new Set([...this.#common, ...haves])];
    return { missing, shallow, haves: common, commits: this.#census.commits };
  }

  async startTrees(): Promise<void> {
    if (this.#scope === 'commits') this.#closed = true;
    else this.#wishes = await missingBehind(this.#objects, this.#wants);
    this.#treesStarted = true;
    this.#serve();
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

  async settle(number: number, end: BatchEnd): Promise<{ missing: number; setAside: SetAside | null }> {
    const batch = this.#outstanding.get(number);
    if (batch === undefined) return { missing: 0, setAside: null };
    const { git, quarantine, signal } = this.#objects;
    const reader = { git, gitDir: quarantine, format: this.#format, signal };
    const lost = await missingObjects(reader, batch.oids.hex());
    this.#outstanding.delete(number);
    const setAside = lost.length === 0 ? null : this.#askAgain(batch, lost, end);
    return { missing: lost.length, setAside };
  }

  setAside(): Promise<readonly SetAside[]> {
    return Promise.resolve([...this.#setAside.values()]);
  }

  #askAgain({ narrowed }: Outstanding, lost: OidList, end: BatchEnd): SetAside | null {
    if (narrowed !== null && narrowed !== 'part') {
      if (end.refused !== null) return this.#put(this.#narrowing.refusedAlone(narrowed), 'refused');
      return this.#put(this.#narrowing.failedAlone(narrowed, end.stuckBytes), 'too-large');
    }
    const wishes = { oids: lost.bytes().slice(), count: lost.length, paths: [] };
    if (end.stuckBytes !== null) {
      this.#narrowing.stuck('tree', wishes, end.stuckBytes);
      return null;
    }
    const oidBytes = oidBytesLength(this.#format);
    const { named, others } = withoutWish(wishes, oidBytes, end.refused);
    if (named !== null) this.#narrowing.refused('tree', named);
    if (narrowed === 'part') this.#narrowing.keepApart({ kind: 'tree', wishes: others });
    else this.#wishes.push(...OidList.of(others.oids, oidBytes).hex());
    return null;
  }

  #put(suspect: Suspect<'tree'> | null, why: SetAside['why']): SetAside | null {
    if (suspect === null) return null;
    const object = { why, oid: hexOf(suspect.wishes.oids), path: null, bytesSeen: suspect.bytesMax };
    this.#setAside.set(object.oid, object);
    return object;
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
    if (!this.#treesStarted && !this.#closed) return;
    while (this.#waiting.length > 0) {
      const batch = this.#closed ? null : this.#take();
      if (batch === null && !this.#closed) {
        // What hangs on what is under way is known when it is here.
        if (this.#outstanding.size === 0) this.#look();
        return;
      }
      this.#waiting.shift()?.resolve(batch);
    }
  }

  #take(): WantedBatch | null {
    const part = this.#narrowing.takePart();
    if (part !== null) return this.#askNarrowed(part.wishes, 'part');
    if (this.#wishes.length > 0) {
      const oids = new OidList(oidBytesLength(this.#format));
      for (const id of this.#wishes.splice(0, this.#idsAtOnce)) oids.pushHex(id);
      return this.#ask(oids, null);
    }
    const suspect = this.#outstanding.size > 0 ? null : this.#narrowing.takeSuspect();
    return suspect === null ? null : this.#askNarrowed(suspect.wishes, suspect);
  }

  #askNarrowed({ oids }: Wishes, narrowed: Outstanding['narrowed']): WantedBatch {
    return this.#ask(OidList.of(oids.slice(), oidBytesLength(this.#format)), narrowed);
  }

  /** Trees and blobs alike: named, they come, and with `tree:0` nothing below them does. */
  #ask(oids: OidList, narrowed: Outstanding['narrowed']): WantedBatch {
    const number = this.#batches++;
    this.#outstanding.set(number, { oids, narrowed });
    return {
      number,
      kind: 'tree',
      oids: oids.bytes().slice(),
      count: oids.length,
      narrowed: narrowed !== null,
    };
  }

  /** One level further; when nothing is missing any more, nobody waits any longer. */
  #look(): void {
    if (this.#looking) return;
    this.#looking = true;
    missingBehind(this.#objects, this.#wants)
      .then((missing) => {
        this.#looking = false;
        this.#wishes = missing.filter((id) => !this.#setAside.has(id));
        if (this.#wishes.length > 0) return this.#serve();
        for (const { resolve } of this.#waiting.splice(0)) resolve(null);
      })
      .catch((error: unknown) => {
        this.#looking = false;
        for (const { reject } of this.#waiting.splice(0)) reject(error);
      });
  }
}
