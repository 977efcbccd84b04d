/**
 * All commits in one order, newest first, cut into slices: runs of commits whose trees are asked for together. Pure.
 *
 * No commit stands before one of its children (git-rev-list(1), --date-order). When everything up to some place is here
 * with its trees, the neighbours of the next slice that are here are therefore the children of its commits: a tree
 * differs from that of a child by the child's change and nothing else.
 */

import { bytesOfHex, oidBytesLength, OidIndex, OidList, OidSet, type ObjectFormat } from '../../git/index.ts';

const none = -1;

/** A list of numbers in four bytes each; `none` where nothing was set. */
class Numbers {
  #room = new Int32Array(1024).fill(none);
  length = 0;

  push(number: number): void {
    this.set(this.length, number);
  }

  set(place: number, number: number): void {
    if (place >= this.#room.length) {
      const larger = new Int32Array(Math.max(place + 1, this.#room.length * 2)).fill(none);
      larger.set(this.#room);
      this.#room = larger;
    }
    this.#room[place] = number;
    this.length = Math.max(this.length, place + 1);
  }

  at(place: number): number {
    return this.#room[place] ?? none;
  }
}

export class History {
  /** Each commit a number, in the order in which they are first heard of: as itself or as a parent. */
  readonly #numbers: OidIndex;
  readonly #trees: OidList;
  readonly #seenTrees = new OidSet();
  /** By place: the commit's number (none for a tree without a commit), and whether its tree stands nowhere before. */
  readonly #commitAt = new Numbers();
  readonly #freshTree = new Numbers();
  /** By the parent's number: the last link to it; by link: the child's place, and the link before it. */
  readonly #lastLink = new Numbers();
  readonly #linkChild = new Numbers();
  readonly #linkBefore = new Numbers();

  constructor(format: ObjectFormat) {
    this.#numbers = new OidIndex(oidBytesLength(format));
    this.#trees = new OidList(oidBytesLength(format));
  }

  /** Places, from 0 for the newest commit. */
  get length(): number {
    return this.#trees.length;
  }

  /** The next commit of the order. */
  addCommit(oid: string, tree: string, parents: readonly string[]): void {
    const place = this.length;
    this.#add(this.#numbers.put(oid), tree);
    for (const parent of parents) {
      const number = this.#numbers.put(parent);
      this.#linkChild.push(place);
      this.#linkBefore.push(this.#lastLink.at(number));
      this.#lastLink.set(number, this.#linkChild.length - 1);
    }
  }

  /** A tree that a ref or a tag names without a commit. */
  addTree(tree: string): void {
    this.#add(none, tree);
  }

  /** The trees of the places `from` up to `to`, each where it stands first. */
  *roots(from: number, to: number): Generator<{ place: number; tree: string }> {
    for (let place = from; place < Math.min(to, this.length); place++) {
      if (this.#freshTree.at(place) === 1) yield { place, tree: this.#trees.hexAt(place) };
    }
  }

  /**
   * Commits before `from` that are children of commits from there up to `to`: those whose parents are nearest come
   * first. A server leans its deltas on the first few (pack-objects, --thin) and leaves out what is in any of them.
   */
  edges(from: number, to: number, edgesMax: number): string[] {
    const edges = new Set<number>();
    for (let place = from; place < Math.min(to, this.length) && edges.size < edgesMax; place++) {
      const number = this.#commitAt.at(place);
      for (let link = this.#lastLink.at(number); link !== none; link = this.#linkBefore.at(link)) {
        const child = this.#linkChild.at(link);
        if (child < from && edges.size < edgesMax) edges.add(child);
      }
    }
    return [...edges].map((place) => this.#numbers.oidOf(this.#commitAt.at(place)));
  }

  #add(commit: number, tree: string): void {
    this.#commitAt.push(commit);
    this.#freshTree.push(this.#seenTrees.add(bytesOfHex(tree)) ? 1 : 0);
    this.#trees.pushHex(tree);
  }
}
