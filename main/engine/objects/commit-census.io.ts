/** Which commits and tags are here, what they name, and which are still missing. */

import { bytesOfHex, commitLinks, oidBytesLength, OidList, OidSet, tagTarget } from '../../git/index.ts';
import { CommitGraph, type CommitFrontier } from '../pieces/index.ts';
import { readObjects, type ObjectReader } from './read-objects.io.ts';

export class CommitCensus {
  readonly graph: CommitGraph;
  readonly #reader: ObjectReader;
  readonly #isHere: (oid: string) => boolean;
  readonly #oidBytes: number;
  /** Trees of the commits that are here, by the commit's number in the graph. */
  #trees: Uint8Array;
  /** What tags that are here name, by the tag's id. */
  readonly #tags = new Map<string, string>();
  /** Root trees that were handed out. */
  readonly #handedOut: OidSet;

  /** @param isHere whether an object of any type is here */
  constructor(reader: ObjectReader, isHere: (oid: string) => boolean) {
    this.#reader = reader;
    this.#isHere = isHere;
    this.graph = new CommitGraph(reader.format);
    this.#oidBytes = oidBytesLength(reader.format);
    this.#trees = new Uint8Array(1024 * this.#oidBytes);
    this.#handedOut = new OidSet();
  }

  /** Reads these objects; what is neither commit nor tag is passed over. */
  async read(oids: OidList): Promise<void> {
    await readObjects(this.#reader, oids, ({ oid, type, body }) => {
      if (type === 'tag') this.#tags.set(oid, tagTarget(body).oid);
      if (type !== 'commit') return;
      const { tree, parents, seconds } = commitLinks(body);
      this.#keepTree(this.graph.add(oid, parents, seconds), tree);
    });
  }

  /**
   * What commits and tags are still missing to reach everything behind `wants`, and how to say so.
   * @param islands as long as anything is missing, with all that may turn out to be: each gap between runs of commits would
   * take a request of its own otherwise
   */
  frontier(wants: readonly string[], islands: boolean): CommitFrontier {
    const named = [...this.#named(wants)];
    const absent = named.filter((oid) => !this.#isHere(oid));
    const frontier = this.graph.frontier(named.filter((oid) => this.graph.has(oid)));
    const missing = new Set([...frontier.missing, ...absent]);
    if (islands && missing.size > 0) for (const oid of frontier.beyond) missing.add(oid);
    return { ...frontier, missing: [...missing] };
  }

  /**
   * Trees of the commits that the wants are known to reach, as far as they were not handed out before; in topological
   * order. Ids one behind the other.
   */
  newRootTrees(wants: readonly string[]): Uint8Array {
    const roots = new OidList(this.#oidBytes);
    const reached = this.graph.reachedFrom(this.#named(wants));
    for (const commit of this.graph.inTopologicalOrder()) {
      if (reached[commit] !== 1) continue;
      const at = commit * this.#oidBytes;
      if (this.#handedOut.add(this.#trees, at)) roots.push(this.#trees, at);
    }
    return roots.bytes();
  }

  /** Trees that refs or tags name without a commit, and that were not handed out before. */
  async looseTrees(wants: readonly string[]): Promise<Uint8Array> {
    const roots = new OidList(this.#oidBytes);
    const others = [...this.#named(wants)].filter((oid) => !this.graph.has(oid) && !this.#tags.has(oid));
    await readObjects(this.#reader, others, ({ oid, type }) => {
      const bytes = bytesOfHex(oid);
      if (type === 'tree' && this.#handedOut.add(bytes)) roots.push(bytes);
    });
    return roots.bytes();
  }

  #keepTree(commit: number, tree: string): void {
    const at = commit * this.#oidBytes;
    if (at + this.#oidBytes > this.#trees.length) {
      const larger = new Uint8Array(Math.max(2 * this.#trees.length, at + this.#oidBytes));
      larger.set(this.#trees);
      this.#trees = larger;
    }
    this.#trees.set(bytesOfHex(tree), at);
  }

  /** The wants themselves and everything their tags lead to. */
  *#named(wants: readonly string[]): Generator<string> {
    for (let oid of wants) {
      for (;;) {
        yield oid;
        const target = this.#tags.get(oid);
        if (target === undefined) break;
        oid = target;
      }
    }
  }
}
