/**
 * Finishes a clone from whatever is here, slice by slice of its history: for servers that know no filters, and for
 * shallow and filtered clones. Protocol v2 lets any object be wanted; without filters a tree comes with everything below
 * it. So, once all commits are here (commits-first.io.ts), the root trees of some hundred or thousand neighbouring
 * commits are asked for in one request, newest first. As `have` go the commits just before them that are here with all
 * their content, each declared shallow, so that nothing is claimed about what lies behind; with `thin-pack` the server
 * leaves out what these contain and leans its deltas on them.
 *
 * Measured with git 2.39 as the server on a public history of 85,361 commits and 419,403 objects (one full pack: 318 MB
 * with the deltas its owner had, 143 MB repacked with `-f --window=10`), commits (35 MB) not counted:
 *
 *     slices of about            16 MB   10 MB    4 MB    3 MB
 *     from the 318 MB pack        189       –     263       –    MB in all, where the pack has 283
 *     from the 143 MB pack          –     159       –     237    MB in all, where the pack has 108
 *     the same without thin-pack 1040       –       –       –
 *
 * A whole clone of the former with every answer cut after 20 MB took 237 MB (257 MB where resets threw away what the kernel
 * still held), of the latter 186 MB; 2.3 MB were uploaded.
 *
 * Objects that come twice were about 10 % at 16 MB and 45 % at 4 MB: small trees and files that changed back and forth
 * between slices. Asking for commits instead of trees would send every commit again; `deepen` would send whole trees at
 * the ends of all branches.
 *
 * What a cut slice brought is kept: a pack holds its trees, then its blobs, in the order of the roots, so that some roots
 * from the first on are whole (objects/whole-roots.io.ts finds out which), and the next slice begins behind them. When
 * not even the first one is, what it lacks is asked for by id. Nothing about the progress is kept but the objects
 * themselves: after any end of the process the same question says where to go on.
 */

import type { ObjectFormat } from '../../git/index.ts';
import { EngineError } from '../errors.ts';
import { readHistory, wholeRoots } from '../objects/index.ts';
import { BatchSize, History, isTooLarge, SliceSize, type TriedAlone } from '../pieces/index.ts';
import type { RefMap } from '../plan/index.ts';
import type { GitConnection, RemoteOffer } from '../remote/index.ts';
import { Asking, type Spooled } from './asking.io.ts';
import { readBoundary } from './boundary.io.ts';
import { completeCommitsFirst } from './commits-first.io.ts';
import { isDrop } from './ledger.io.ts';
import { setAsideFailure } from './set-aside.ts';
import { completeTagsIfPresent } from './tags-if-present.io.ts';
import type { WorkContext } from './work-context.ts';

/** More do not make a slice smaller: what a server leaves out by them is the same small change again. */
const edgesMax = 500;

/** What connections to this remote carry before they break, by the last one that did. */
function lifeBytes({ live }: WorkContext): number | null {
  const cut = live.attempts.findLast(
    ({ failure, bytes }) => failure !== null && isDrop(failure) && bytes > 0,
  );
  return cut?.bytes ?? null;
}

class Slices {
  readonly #asking: Asking;
  readonly #history: History;
  readonly #size: SliceSize;
  readonly #batchSize: BatchSize;
  readonly #triedAlone = new Map<string, TriedAlone>();
  /** `blob:none`, or nothing. */
  readonly #filter: string | undefined;
  /** The slice before this one, on its way into the repository. */
  #storing: Promise<unknown> = Promise.resolve();

  constructor(asking: Asking, history: History, filter: string | undefined) {
    this.#asking = asking;
    this.#history = history;
    this.#filter = filter;
    const life = lifeBytes(asking.context);
    this.#size = new SliceSize(life);
    this.#batchSize = new BatchSize(life);
  }

  async complete(): Promise<void> {
    const { length } = this.#history;
    let at = await this.#wholeUpTo(0, length);
    while (at < length) {
      const to = this.#end(at);
      const spooled = await this.#spool(at, to);
      // One pack at a time, in order: deltas of this one may lean on the one before.
      await this.#storing;
      if (spooled.cut === null) {
        this.#learn(spooled, at, to, to);
        this.#storing = this.#asking.store(spooled);
        this.#storing.catch(() => {});
        at = to;
        continue;
      }
      await this.#asking.store(spooled);
      const whole = await this.#wholeUpTo(at, to);
      this.#learn(spooled, at, to, whole);
      at = whole > at ? whole : await this.#fill(at);
    }
    await this.#storing;
  }

  /** Resolves when nothing of ours touches the workspace any more; call it however the work ends. */
  async settle(): Promise<void> {
    await this.#storing.catch(() => {});
  }

  /** Where the slice that begins at `from` ends. Behind the last root there may be places without one. */
  #end(from: number): number {
    let left = this.#size.roots;
    for (const { place } of this.#history.roots(from, this.#history.length)) {
      if (left-- === 0) return place;
    }
    return this.#history.length;
  }

  async #spool(from: number, to: number): Promise<Spooled> {
    const edges = this.#history.edges(from, to, edgesMax);
    return this.#asking.spool({
      wants: [...this.#history.roots(from, to)].map(({ tree }) => tree),
      haves: edges,
      shallow: edges,
      thinPack: edges.length > 0,
      ...(this.#filter === undefined ? {} : { filter: this.#filter }),
    });
  }

  #learn({ artefact, cut }: Spooled, from: number, to: number, whole: number): void {
    const roots = (end: number) => [...this.#history.roots(from, end)].length;
    this.#size.learn({
      roots: roots(to),
      whole: roots(whole),
      bytes: artefact.bytes,
      cut: cut !== null,
    });
  }

  /** The first place from `from` on whose tree lacks something; `to` when none does. */
  async #wholeUpTo(from: number, to: number): Promise<number> {
    const places = [...this.#history.roots(from, to)];
    const { whole } = await wholeRoots(
      this.#asking.reader,
      places.map(({ tree }) => tree),
      this.#filter === undefined,
    );
    return places[whole]?.place ?? to;
  }

  /** What one root lacks, by id, until it lacks nothing. Answers with the place behind it. */
  async #fill(place: number): Promise<number> {
    const roots = [...this.#history.roots(place, place + 1)].map(({ tree }) => tree);
    for (;;) {
      const lacks = await wholeRoots(this.#asking.reader, roots, this.#filter === undefined);
      const ids = [...lacks.missingTrees, ...lacks.missingBlobs];
      if (ids.length === 0) return place + 1;
      const cuts = await this.#askFor(ids);
      const left = await wholeRoots(this.#asking.reader, roots, this.#filter === undefined);
      // Another tree may lack more than the one it was missing in; the same things missing again is what counts.
      const stillMissing = new Set([...left.missingTrees, ...left.missingBlobs]);
      if (cuts === 0 && ids.every((id) => stillMissing.has(id))) {
        throw new EngineError('objects-missing', {
          host: this.#asking.context.address.host,
          detail: `The server did not send ${ids.length} objects it was asked for, ${ids[0]} among them.`,
        });
      }
    }
  }

  /** @throws EngineError `object-too-large` when that happened often enough */
  #cutAlone(oid: string, bytes: number): void {
    const tried = this.#triedAlone.get(oid) ?? { cuts: 0, bytesMax: 0 };
    this.#triedAlone.set(oid, tried);
    if (!isTooLarge(tried, bytes)) return;
    const object = { why: 'too-large', oid, path: null, bytesSeen: tried.bytesMax } as const;
    throw setAsideFailure(this.#asking.context.address.host, [object]);
  }

  /** Once each, in as many requests as it takes. Answers with the number of cuts. */
  async #askFor(ids: readonly string[]): Promise<number> {
    let cuts = 0;
    for (let from = 0; from < ids.length;) {
      const wants = ids.slice(from, from + this.#batchSize.ids.blob);
      const spooled = await this.#asking.spool({
        wants,
        ...(this.#filter === undefined ? {} : { filter: this.#filter }),
      });
      const { bytes } = spooled.artefact;
      const came = await this.#asking.store(spooled);
      const telling = spooled.cut !== null && came === 0 && this.#batchSize.isTelling(bytes);
      if (telling && wants.length === 1 && wants[0] !== undefined) this.#cutAlone(wants[0], bytes);
      if (spooled.cut !== null) cuts++;
      this.#batchSize.learn({
        kind: 'blob',
        ids: wants.length,
        came,
        bytes,
        cut: spooled.cut !== null,
      });
      from += wants.length;
    }
    return cuts;
  }
}

/** The content of all commits, and of trees that are named without one. */
async function completeContent(
  asking: Asking,
  wants: readonly string[],
  looseTrees: readonly string[],
): Promise<void> {
  const { context } = asking;
  const { filter } = context.live.record.options;
  const history = new History(asking.reader.format);
  await readHistory(asking.reader, wants, {
    onCommit: (oid, tree, parents) => history.addCommit(oid, tree, parents),
  });
  context.note(
    'info',
    `All ${history.length.toLocaleString('en')} commits are here; now their content, newest first.`,
  );
  for (const tree of looseTrees) history.addTree(tree);
  const slices = new Slices(asking, history, filter);
  try {
    await slices.complete();
  } finally {
    // A pack may still be on its way into the repository when the work is stopped or fails.
    await slices.settle();
  }
}

/** Everything the refs reach is here when it resolves, but for what the clone's options leave out. */
export async function completeBySlices(
  context: WorkContext,
  connection: GitConnection,
  offer: RemoteOffer,
  map: RefMap,
): Promise<void> {
  const format: ObjectFormat = offer.objectFormat;
  const { filter } = context.live.record.options;
  const asking = new Asking(context, connection, format);
  await asking.begin();
  const boundary = await readBoundary(context);
  const looseTrees = await completeCommitsFirst(asking, {
    wants: map.wants,
    boundary,
    ...(offer.capabilities.filter ? { filter: 'tree:0' } : {}),
  });
  if (filter !== 'tree:0') await completeContent(asking, map.wants, looseTrees);
  await completeTagsIfPresent(asking, map.tagsIfPresent, boundary);
}
