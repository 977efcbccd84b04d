/** Which commits and tags are in the hidden repository, and what they name. */

import { commitLinks, oidBytesLength, OidList, OidSet, tagTarget, bytesOfHex } from '../../git/index.ts';
import { allObjects, missingObjects, readObjects, type ObjectReader } from '../objects/index.ts';
import { CommitGraph, type CommitFrontier } from '../pieces/index.ts';

export class Census {
  readonly graph: CommitGraph;
  /** Root trees of the commits that are here, each once, newest commits first as far as packs have them so. */
  readonly rootTrees: OidList;
  readonly #reader: ObjectReader;
  readonly #seenTrees = new OidSet();
  readonly #read = new OidSet();
  /** What tags that are here name, by the tag's id. */
  readonly #tags = new Map<string, { oid: string; type: string }>();

  constructor(reader: ObjectReader) {
    this.#reader = reader;
    this.graph = new CommitGraph(reader.format);
    this.rootTrees = new OidList(oidBytesLength(reader.format));
  }

  /** Looks at everything that came since the last time. */
  async update(): Promise<void> {
    const fresh = new OidList(oidBytesLength(this.#reader.format));
    await allObjects(this.#reader, (oid, type) => {
      if ((type === 'commit' || type === 'tag') && this.#read.add(bytesOfHex(oid))) fresh.pushHex(oid);
    });
    await readObjects(this.#reader, fresh.hex(), ({ oid, type, body }) => {
      if (type === 'tag') {
        this.#tags.set(oid, tagTarget(body));
        return;
      }
      const { tree, parents } = commitLinks(body);
      this.graph.add(oid, parents);
      const treeBytes = bytesOfHex(tree);
      if (this.#seenTrees.add(treeBytes)) this.rootTrees.push(treeBytes);
    });
  }

  /** What commits and tags are still missing to reach everything behind `wants`, and how to say so. */
  async frontier(wants: readonly string[]): Promise<CommitFrontier> {
    const absent = await missingObjects(this.#reader, this.#named(wants));
    const frontier = this.graph.frontier([]);
    return { ...frontier, missing: [...new Set([...frontier.missing, ...absent.hex()])] };
  }

  /** The wants themselves and everything their tags lead to. */
  *#named(wants: readonly string[]): Generator<string> {
    for (let oid of wants) {
      for (;;) {
        yield oid;
        const target = this.#tags.get(oid);
        if (target === undefined) break;
        oid = target.oid;
      }
    }
  }

  /** Trees that refs or tags name without a commit. */
  async looseTrees(wants: readonly string[]): Promise<OidList> {
    const trees = new OidList(oidBytesLength(this.#reader.format));
    const others = [...this.#named(wants)].filter((oid) => !this.graph.has(oid) && !this.#tags.has(oid));
    await readObjects(this.#reader, others, ({ oid, type }) => {
      if (type === 'tree' && this.#seenTrees.add(bytesOfHex(oid))) trees.pushHex(oid);
    });
    return trees;
  }
}
