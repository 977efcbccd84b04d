/**
 * Finds out what a history still lacks, from what is here, while more and more of it arrives. Made to run in a thread of
 * its own: it reads every tree of the history.
 *
 * Theory of operation. Whoever downloads says which packs came in (`packAdded`) and which requests are over (`settle`),
 * and asks what to ask for next (`next`). Commits come in rounds (`frontier`), because their parents are known only by
 * themselves. Meanwhile the trees of those that are here can be asked for already, and are read as they come. From
 * `startTrees` on the walk goes on below them, in the order of paths, and the objects that trees name become wishes:
 * trees before blobs, since a tree that is not here hides what is below it. `next` waits while a request would be
 * needlessly small and something else is on its way. What no connection carries is set aside; reading passes over a tree
 * that was.
 */

import {
  bytesOfHex,
  EntrySizes,
  hexOf,
  oidBytesLength,
  OidFlags,
  OidList,
  packIndexOids,
} from '../../git/index.ts';
import { EngineError } from '../errors.ts';
import {
  filterWishes,
  here,
  Narrowing,
  oldestStretch,
  pathOfWish,
  SizeByPath,
  TreeFrontier,
  withoutWish,
  type RequestLimits,
  type Suspect,
  type Wishes,
  type WishQueue,
} from '../pieces/index.ts';
import type {
  BatchEnd,
  Disk,
  HistoryWalk,
  SetAside,
  WantedBatch,
  WantedKind,
  WantedSizes,
} from '../ports.ts';
import { CommitCensus } from './commit-census.io.ts';
import { allObjects, readObjects, type ObjectReader } from './read-objects.io.ts';

/** Trees read in one go. */
const treesPerRun = 20_000;
/** A process is not started for fewer, as long as more are on their way. */
const treesPerRunMin = 500;
/** A request for fewer objects is not worth its while, as long as the line is busy anyway. */
const idleBatchMin = 1_000;
/** With more merges among its commits a history's trees are asked for one by one. */
const mergeShareMax = 0.02;

interface Outstanding {
  kind: WantedKind;
  wishes: Wishes;
  /** From a request that was stuck: a smaller part of it, or the object that stands in the way. */
  narrowed: 'part' | Suspect<WantedKind> | null;
  /** Asked for with all trees below them. */
  asRoots: boolean;
}

interface Waiting {
  resolve: (batch: WantedBatch | null) => void;
  reject: (error: unknown) => void;
}

/** Roots with all that is below them go by number: how much that is has nothing to do with their path. */
function limitsOf(kind: WantedKind, sizes: WantedSizes, seen: SizeByPath): RequestLimits {
  const { foreseen } = sizes;
  if (kind === 'root' || foreseen === undefined)
    return { idsMax: sizes[kind], bytesMax: Infinity, bytesOf: () => 0 };
  const { idsMax, bytesMax, bytesPerId } = foreseen;
  return { idsMax, bytesMax, bytesOf: (path) => seen.expect(path, bytesPerId[kind]) };
}

export class HistoryWalkRun implements HistoryWalk {
  readonly #reader: ObjectReader;
  readonly #disk: Pick<Disk, 'read'>;
  readonly #wants: readonly string[];
  readonly #flags: OidFlags;
  readonly #census: CommitCensus;
  readonly #frontier: TreeFrontier;
  readonly #narrowing: Narrowing<WantedKind>;
  /** Of trees without what is below them, and of blobs. */
  readonly #sizesSeen = new SizeByPath();
  /** Of the pack that came last. */
  #entrySizes: EntrySizes | null = null;
  readonly #setAside = new Map<string, SetAside>();
  readonly #outstanding = new Map<number, Outstanding>();
  #waiting: Waiting[] = [];
  #sizes: WantedSizes | null = null;
  #batches = 0;
  #treesStarted = false;
  #reading = false;
  #lookAgain = false;
  #failure: unknown = null;

  /** @param wants ids of refs; everything they reach is what is walked */
  constructor(reader: ObjectReader, disk: Pick<Disk, 'read'>, wants: readonly string[]) {
    this.#reader = reader;
    this.#disk = disk;
    this.#wants = wants;
    this.#flags = new OidFlags();
    this.#census = new CommitCensus(reader, (oid) => this.#isHere(bytesOfHex(oid), 0));
    this.#frontier = new TreeFrontier(reader.format, this.#flags);
    this.#narrowing = new Narrowing(oidBytesLength(reader.format));
  }

  async begin(): Promise<void> {
    const history = new OidList(oidBytesLength(this.#reader.format));
    await allObjects(this.#reader, (oid, type) => {
      this.#flags.mark(oid, 0, here);
      if (type === 'commit' || type === 'tag') history.push(oid);
    });
    await this.#census.read(history);
    this.#frontier.addRoots(this.#census.newRootTrees(this.#wants));
    this.#readOn();
  }

  async packAdded(indexPath: string, holds: 'commits' | 'others'): Promise<number> {
    const index = await this.#disk.read(indexPath);
    if (index === null) throw new EngineError('disk-failed', { path: indexPath, detail: 'an index is gone' });
    const oids = packIndexOids(index, this.#reader.format);
    const oidBytes = oidBytesLength(this.#reader.format);
    const fresh = new OidList(oidBytes);
    for (let at = 0; at < oids.length; at += oidBytes) {
      if ((this.#flags.mark(oids, at, here) & here) === 0) fresh.push(oids, at);
    }
    if (holds === 'commits') {
      await this.#census.read(fresh);
      this.#frontier.addRoots(this.#census.newRootTrees(this.#wants));
    } else this.#entrySizes = new EntrySizes(index, this.#reader.format);
    this.#readOn();
    return fresh.length;
  }

  frontier(
    islands: boolean,
    stretch: { wantsMax: number | null } | null,
  ): Promise<{ missing: string[]; shallow: string[]; haves: string[]; commits: number }> {
    const { graph } = this.#census;
    const { missing, shallow, haves, childSeconds } = this.#census.frontier(this.#wants, islands);
    const all = { missing, shallow, haves, commits: graph.size };
    if (stretch === null) return Promise.resolve(all);
    const { wants, latest } = oldestStretch(missing, childSeconds, stretch.wantsMax);
    if (latest === Infinity) return Promise.resolve({ ...all, missing: wants });
    return Promise.resolve({ ...all, missing: wants, haves: graph.havesUntil(latest) });
  }

  async startTrees(): Promise<void> {
    this.#frontier.addRoots(this.#census.newRootTrees(this.#wants));
    this.#frontier.addRoots(await this.#census.looseTrees(this.#wants));
    this.#frontier.closeRoots();
    this.#treesStarted = true;
    this.#readOn();
  }

  resize(sizes: WantedSizes): Promise<void> {
    this.#sizes = sizes;
    this.#serve();
    return Promise.resolve();
  }

  next(): Promise<WantedBatch | null> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#serve();
    });
  }

  settle(number: number, end: BatchEnd): Promise<{ missing: number; setAside: SetAside | null }> {
    const batch = this.#outstanding.get(number);
    if (batch === undefined) return Promise.resolve({ missing: 0, setAside: null });
    this.#outstanding.delete(number);
    const oidBytes = oidBytesLength(this.#reader.format);
    this.#learnSizes(batch);
    const lost = filterWishes(batch.wishes, oidBytes, (oids, at) => !this.#isHere(oids, at));
    const setAside = lost.count === 0 ? null : this.#askAgain(batch, lost, end);
    this.#readOn();
    return Promise.resolve({ missing: lost.count, setAside });
  }

  /** By what of it is in the pack that came last. */
  #learnSizes({ wishes, asRoots }: Outstanding): void {
    const sizes = this.#entrySizes;
    if (sizes === null || asRoots) return;
    const oidBytes = oidBytesLength(this.#reader.format);
    for (const [run, { path, from }] of wishes.paths.entries()) {
      const to = wishes.paths[run + 1]?.from ?? wishes.count;
      for (let place = from; place < to; place++) {
        const bytes = sizes.of(wishes.oids, place * oidBytes);
        if (bytes !== null) this.#sizesSeen.learn(path, bytes);
      }
    }
  }

  setAside(): Promise<readonly SetAside[]> {
    return Promise.resolve([...this.#setAside.values()]);
  }

  /** Where what did not come waits now; or that it was set aside. */
  #askAgain({ kind, narrowed }: Outstanding, lost: Wishes, end: BatchEnd): SetAside | null {
    if (narrowed !== null && narrowed !== 'part') {
      if (end.refused !== null) return this.#put(this.#narrowing.refusedAlone(narrowed), 'refused');
      return this.#put(this.#narrowing.failedAlone(narrowed, end.stuckBytes), 'too-large');
    }
    if (end.stuckBytes !== null) {
      this.#narrowing.stuck(kind, lost, end.stuckBytes);
      return null;
    }
    const { named, others } = withoutWish(lost, oidBytesLength(this.#reader.format), end.refused);
    if (named !== null) this.#narrowing.refused(kind, named);
    if (narrowed === 'part') this.#narrowing.keepApart({ kind, wishes: others });
    else this.#queueOf(kind).giveBack(others);
    return null;
  }

  #put(suspect: Suspect<WantedKind> | null, why: SetAside['why']): SetAside | null {
    if (suspect === null) return null;
    const oid = hexOf(suspect.wishes.oids);
    const object = { why, oid, path: pathOfWish(suspect.wishes, 0), bytesSeen: suspect.bytesMax };
    this.#setAside.set(oid, object);
    return object;
  }

  pathOf(number: number, place: number): Promise<string | null> {
    const batch = this.#outstanding.get(number);
    return Promise.resolve(batch === undefined ? null : pathOfWish(batch.wishes, place));
  }

  close(): Promise<void> {
    this.#fail(new EngineError('internal', { detail: 'the walk was closed' }));
    return Promise.resolve();
  }

  #isHere(oids: Uint8Array, at: number): boolean {
    return (this.#flags.of(oids, at) & here) !== 0;
  }

  #queueOf(kind: WantedKind): WishQueue {
    const { rootWishes, treeWishes, blobWishes } = this.#frontier;
    return { root: rootWishes, tree: treeWishes, blob: blobWishes }[kind];
  }

  /** Reads the trees that are here, as far as they go, unless it is being done already. */
  #readOn(): void {
    this.#lookAgain = this.#reading;
    if (this.#reading) return;
    this.#reading = true;
    this.#readRuns()
      .catch((error: unknown) => this.#fail(error))
      .finally(() => {
        this.#reading = false;
        // What came after the last look and before this moment would wait for ever.
        if (this.#lookAgain) this.#readOn();
        this.#serve();
      });
  }

  async #readRuns(): Promise<void> {
    for (;;) {
      const count = this.#frontier.readable(treesPerRun);
      if (count === 0) {
        if (!this.#passOver()) return;
        continue;
      }
      // More of them are on their way or can be asked for: they will be read together.
      const all = count === this.#frontier.unread;
      if (!all && count < treesPerRunMin && this.#treesComing()) return;
      const oids = OidList.of(this.#frontier.next(count), oidBytesLength(this.#reader.format));
      let read = 0;
      await readObjects(this.#reader, oids, ({ type, body }) => {
        if (type !== 'tree')
          throw new EngineError('objects-missing', { detail: `a ${type} stands where a tree belongs` });
        read++;
        this.#frontier.read(body);
      });
      if (read !== count) {
        throw new EngineError('objects-missing', { detail: `${count - read} trees that were here are gone` });
      }
      this.#serve();
    }
  }

  /** Whether the next tree was set aside, and is behind us now. */
  #passOver(): boolean {
    if (this.#setAside.size === 0 || this.#frontier.unread === 0) return false;
    const passed = this.#setAside.has(hexOf(this.#frontier.next(1)));
    if (passed) this.#frontier.passOver();
    return passed;
  }

  #treesComing(): boolean {
    return (
      !this.#treesStarted ||
      this.#frontier.rootWishes.length + this.#frontier.treeWishes.length > 0 ||
      [...this.#outstanding.values()].some(({ kind }) => kind !== 'blob')
    );
  }

  #serve(): void {
    while (this.#waiting.length > 0) {
      const [first] = this.#waiting;
      if (first === undefined || !this.#answer(first)) return;
      this.#waiting.shift();
    }
  }

  /** False: it has to wait. */
  #answer({ resolve, reject }: Waiting): boolean {
    if (this.#failure !== null) {
      reject(this.#failure);
      return true;
    }
    if (this.#sizes === null) return false;
    const sizes = this.#isBranchy ? { ...this.#sizes, root: 0 } : this.#sizes;
    const part = this.#narrowing.takePart();
    if (part !== null) {
      this.#ask(resolve, part.kind, part.wishes, 'part', sizes);
      return true;
    }
    const kind = this.#kindToAsk(sizes);
    if (kind === null) {
      if (!this.#treesStarted || this.#reading || this.#outstanding.size > 0) return false;
      const suspect = this.#narrowing.takeSuspect();
      if (suspect !== null) {
        this.#ask(resolve, suspect.kind, suspect.wishes, suspect, sizes);
        return true;
      }
      // Trees that are here are read to their end before anybody may say that nothing is missing.
      if (this.#frontier.unread > 0) return false;
      resolve(null);
      return true;
    }
    const asRoots = kind === 'root' && sizes.root > 0;
    const limits = limitsOf(kind === 'root' && !asRoots ? 'tree' : kind, sizes, this.#sizesSeen);
    const wishes = this.#queueOf(kind).take(limits);
    if (wishes === null) return false;
    this.#ask(resolve, kind, wishes, null, sizes);
    return true;
  }

  #ask(
    resolve: Waiting['resolve'],
    kind: WantedKind,
    wishes: Wishes,
    narrowed: Outstanding['narrowed'],
    sizes: WantedSizes,
  ): void {
    const number = this.#batches++;
    // What is stuck is not asked for with all that is below it.
    const asRoots = kind === 'root' && sizes.root > 0 && narrowed === null;
    this.#outstanding.set(number, { kind, wishes, narrowed, asRoots });
    resolve({
      number,
      kind: kind === 'root' && !asRoots ? 'tree' : kind,
      oids: wishes.oids.slice(),
      count: wishes.count,
      narrowed: narrowed !== null,
    });
  }

  /** Branches side by side have trees in common that come again with each of their commits, asked for with all below them. */
  get #isBranchy(): boolean {
    return this.#census.graph.mergeShare > mergeShareMax;
  }

  #kindToAsk(sizes: WantedSizes): WantedKind | null {
    const { rootWishes, treeWishes, blobWishes } = this.#frontier;
    const enough = (size: number) => (this.#outstanding.size === 0 ? Math.min(size, idleBatchMin) : size);
    // While commits come there will soon be more. With all below them they are asked for as neighbours of a whole history:
    // what they have in common would come again and again otherwise.
    const alone = sizes.root === 0 ? enough(sizes.tree) : Infinity;
    const rootsMin = this.#treesStarted || sizes.root === 1 ? 1 : alone;
    if (rootWishes.length >= rootsMin) return this.#probing(sizes) ? null : 'root';
    // While the walk goes on there will soon be more; when it stands still these are what it waits for.
    if (treeWishes.length >= (this.#reading ? enough(sizes.tree) : 1)) return 'tree';
    const blobsGrow = this.#reading || this.#frontier.unread > 0;
    const lineIdle = this.#outstanding.size === 0 && !this.#reading;
    if (blobWishes.length >= (blobsGrow && !lineIdle ? enough(sizes.blob) : 1)) return 'blob';
    return null;
  }

  /** A first root was asked for, to see how much is below it; whether the others are asked for so depends on it. */
  #probing(sizes: WantedSizes): boolean {
    return sizes.root === 1 && [...this.#outstanding.values()].some(({ kind }) => kind === 'root');
  }

  #fail(error: unknown): void {
    this.#failure ??= error;
    this.#serve();
  }
}
