/**
 * All commits and tags of a clone, from a server that may know no filters. In every pack git sends, commits stand
 * before trees and trees before blobs, so whatever is cut off, commits are what came first; and commits that are here
 * are told apart by `shallow` and `have` (pieces/commit-graph.ts). Their trees may be missing all the same: to say
 * `have` of such commits would be a lie if their trees were not looked for afterwards, each by its id.
 */

import { commitLinks, oidBytesLength, OidList, OidSet, tagTarget } from '../../git/index.ts';
import { EngineError, failureOf } from '../errors.ts';
import { allObjects, missingObjects, readObjects, type ObjectReader } from '../objects/index.ts';
import { CommitGraph } from '../pieces/index.ts';
import type { Asking } from './asking.io.ts';

/** Rounds without anything new, before the server is taken at its word that it has no more. */
const idleRoundsMax = 2;

/** What a clone needs of commits and tags. */
export interface CommitsWish {
  /** Ids of refs. */
  wants: readonly string[];
  /** Commits behind which nothing is wanted. */
  boundary: readonly string[];
  /** `tree:0` where the server knows filters. */
  filter?: string;
}

/** Commits and tags in the hidden repository, and what is still missing of them. */
class CommitsHere {
  readonly #reader: ObjectReader;
  readonly #wish: CommitsWish;
  readonly #boundary: ReadonlySet<string>;
  readonly #graph: CommitGraph;
  readonly #read = new OidSet();
  /** What tags that are here name, by the tag's id. */
  readonly #tags = new Map<string, { oid: string; type: string }>();

  constructor(reader: ObjectReader, wish: CommitsWish) {
    this.#reader = reader;
    this.#wish = wish;
    this.#boundary = new Set(wish.boundary);
    this.#graph = new CommitGraph(reader.format);
  }

  /** Looks at everything that came since the last time. */
  async update(): Promise<void> {
    const fresh = new OidList(oidBytesLength(this.#reader.format));
    await allObjects(this.#reader, (oid, type) => {
      if ((type === 'commit' || type === 'tag') && this.#read.add(oid)) fresh.push(oid);
    });
    await readObjects(this.#reader, fresh.hex(), ({ oid, type, body }) => {
      if (type === 'tag') this.#tags.set(oid, tagTarget(body));
      else this.#graph.add(oid, this.#boundary.has(oid) ? [] : commitLinks(body).parents);
    });
  }

  /**
   * A request for what is missing, or null when nothing is.
   * @param islands ask also for what commits lack that no ref is known to reach yet: an answer that was cut leaves runs
   * of commits with gaps between them, and without this each gap would take a request of its own
   */
  async request(islands: boolean): Promise<{ wants: string[]; shallow: string[]; haves: string[] } | null> {
    const { wants, boundary } = this.#wish;
    const named = [...this.#named(wants)];
    const absent = await missingObjects(this.#reader, named);
    const commits = named.filter((oid) => this.#graph.has(oid));
    const narrow = this.#graph.frontier(commits);
    if (narrow.missing.length + absent.length === 0) return null;
    const { missing, shallow, haves } = islands
      ? this.#graph.frontier([...commits, ...narrow.haves, ...narrow.shallow])
      : narrow;
    const all = [...new Set([...missing, ...absent.hex()])];
    return { wants: all, shallow: [...new Set([...shallow, ...boundary])], haves };
  }

  /** Trees that refs or tags name without a commit. */
  async looseTrees(): Promise<string[]> {
    const named = [...this.#named(this.#wish.wants)];
    const others = named.filter((oid) => !this.#graph.has(oid) && !this.#tags.has(oid));
    const trees = new Set<string>();
    await readObjects(this.#reader, others, ({ oid, type }) => {
      if (type === 'tree') trees.add(oid);
    });
    return [...trees];
  }

  /** The ids themselves and everything their tags lead to. */
  *#named(oids: readonly string[]): Generator<string> {
    for (let oid of oids) {
      for (;;) {
        yield oid;
        const target = this.#tags.get(oid);
        if (target === undefined) break;
        oid = target.oid;
      }
    }
  }
}

/**
 * Asks until no commit and no tag is missing. Answers with the trees that no commit names.
 * @throws EngineError `objects-missing` when the server does not send what it is asked for
 */
export async function completeCommitsFirst(asking: Asking, wish: CommitsWish): Promise<string[]> {
  const here = new CommitsHere(asking.reader, wish);
  for (let idleRounds = 0, islands = true; ;) {
    await here.update();
    const request = await here.request(islands);
    if (request === null) return here.looseTrees();
    const { filter } = wish;
    const asked = asking.ask({ ...request, ...(filter === undefined ? {} : { filter }) });
    const { fresh, cut } = await asked.catch((error: unknown) => {
      // Some may belong to a history that the server has thrown away since.
      if (!islands || failureOf(error).code !== 'remote-refused') throw error;
      islands = false;
      return { fresh: 0, cut: true };
    });
    if (fresh === 0 && !cut) idleRounds++;
    if (idleRounds >= idleRoundsMax) {
      throw new EngineError('objects-missing', {
        host: asking.context.address.host,
        detail: `The server did not send ${request.wants.length} commits or tags it was asked for.`,
      });
    }
  }
}
