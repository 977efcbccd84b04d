/**
 * Which commits are here, and what to say to a server so that it sends exactly the others. Pure.
 *
 * A pack that was cut off leaves commits whose parents are missing. A `have` promises the whole history behind it, so
 * such commits may not simply be claimed: they are declared shallow first, which tells the server that behind them
 * nothing is here (gitprotocol-v2, "fetch": shallow, have). With the filter `tree:0` it then sends exactly the commits
 * that are not here, and the promise is not made about trees and blobs at all.
 */

import { oidBytesLength, OidIndex, type ObjectFormat } from '../../git/index.ts';

export interface CommitFrontier {
  /** Wanted or named as a parent, and not here. */
  missing: string[];
  /**
   * Named as a parent by commits that nothing wanted is known to reach yet, and not here: an answer that was cut leaves
   * runs of commits with gaps between them.
   */
  beyond: string[];
  /** Here, with a parent that is not. */
  shallow: string[];
  /** Here, and no parent of any commit whose own parents are all here: enough to tell everything that is here. */
  haves: string[];
  /** Of each missing one and each beyond: the latest date of a child that is here, seconds since 1970. */
  childSeconds: Map<string, number>;
}

export class CommitGraph {
  readonly #index: OidIndex;
  /** By commit number: where its parents begin in `#parents`, or -1 for one that is not here. */
  #parentsAt = new Int32Array(1024).fill(-1);
  #parents = new Int32Array(1024);
  #parentsLength = 0;
  /** By commit number: when it was committed, seconds since 1970. */
  #seconds = new Float64Array(1024);
  #size = 0;
  #merges = 0;

  constructor(format: ObjectFormat) {
    this.#index = new OidIndex(oidBytesLength(format));
  }

  /** Commits that are here. */
  get size(): number {
    return this.#size;
  }

  /** The part of the commits here that have several parents. */
  get mergeShare(): number {
    return this.#size === 0 ? 0 : this.#merges / this.#size;
  }

  has(oid: string): boolean {
    const number = this.#index.get(oid);
    return number !== -1 && (this.#parentsAt[number] ?? -1) !== -1;
  }

  /** As `CommitFrontier.haves`, enough to tell all commits that are here and not younger than this. */
  havesUntil(seconds: number): string[] {
    const isTold = (commit: number) => (this.#seconds[commit] ?? 0) <= seconds;
    const hasChild = new Uint8Array(this.#index.size);
    for (let commit = 0; commit < this.#index.size; commit++) {
      const parents = this.#parentsOf(commit);
      if (parents === null || !isTold(commit) || parents.some((parent) => !this.#isHere(parent))) continue;
      for (const parent of parents) hasChild[parent] = 1;
    }
    return this.#parentsFirst((commit) => isTold(commit) && hasChild[commit] === 0);
  }

  /**
   * A server takes the parents of what it is told for told as well, before it learns what is shallow (upload-pack.c,
   * do_got_oid): one that is told behind its shallow child would not count, and all behind it would come again.
   */
  #parentsFirst(isChosen: (commit: number) => boolean): string[] {
    const chosen: string[] = [];
    for (const commit of this.inTopologicalOrder().reverse()) {
      if (isChosen(commit)) chosen.push(this.#index.oidOf(commit));
    }
    return chosen;
  }

  /** Answers with the commit's number, below `numbers`. */
  add(oid: string, parents: readonly string[], seconds = 0): number {
    const number = this.#index.put(oid);
    const numbers = parents.map((parent) => this.#index.put(parent));
    this.#makeRoom(numbers.length + 1);
    if (this.#parentsAt[number] !== -1) return number;
    this.#seconds[number] = seconds;
    this.#parentsAt[number] = this.#parentsLength;
    this.#parents[this.#parentsLength++] = numbers.length;
    for (const parent of numbers) this.#parents[this.#parentsLength++] = parent;
    this.#size++;
    if (numbers.length > 1) this.#merges++;
    return number;
  }

  /** Commits have numbers below this one, those that are only named as parents as well. */
  get numbers(): number {
    return this.#index.size;
  }

  /**
   * The numbers of all commits that are here: children before their parents, and a side branch right behind the merge
   * that took it in (git-rev-list(1), --topo-order). Neighbours in this order have most of their trees in common.
   */
  inTopologicalOrder(): Int32Array {
    const total = this.#index.size;
    const children = new Int32Array(total);
    for (let commit = 0; commit < total; commit++) {
      for (const parent of this.#parentsOf(commit) ?? []) children[parent] = (children[parent] ?? 0) + 1;
    }
    const stack: number[] = [];
    for (let commit = 0; commit < total; commit++) {
      if (this.#isHere(commit) && children[commit] === 0) stack.push(commit);
    }
    const order = new Int32Array(this.#size);
    let length = 0;
    for (let commit = stack.pop(); commit !== undefined; commit = stack.pop()) {
      order[length++] = commit;
      for (const parent of this.#parentsOf(commit) ?? []) {
        const left = (children[parent] ?? 0) - 1;
        children[parent] = left;
        if (left === 0 && this.#isHere(parent)) stack.push(parent);
      }
    }
    return order.subarray(0, length);
  }

  /** Marks, by number, what these commits reach as far as that is known here, themselves included. */
  reachedFrom(commits: Iterable<string>): Uint8Array {
    const reached = new Uint8Array(this.#index.size);
    const stack: number[] = [];
    const reach = (commit: number) => {
      if (reached[commit] !== 0) return;
      reached[commit] = 1;
      stack.push(commit);
    };
    for (const oid of commits) if (this.has(oid)) reach(this.#index.get(oid));
    for (let commit = stack.pop(); commit !== undefined; commit = stack.pop()) {
      for (const parent of this.#parentsOf(commit) ?? []) reach(parent);
    }
    return reached;
  }

  /**
   * What else is here, of a history that nobody wants any more, is told to the server but not completed.
   * @param wanted commits that must be here in the end
   */
  frontier(wanted: readonly string[]): CommitFrontier {
    const total = this.#index.size;
    const reached = this.reachedFrom(wanted);
    const missing = new Set<number>();
    const beyond = new Set<number>();
    const hasChild = new Uint8Array(total);
    const shallow: string[] = [];
    const latest = new Map<number, number>();
    for (let commit = 0; commit < total; commit++) {
      const parents = this.#parentsOf(commit);
      if (parents === null) continue;
      const absent = parents.filter((parent) => !this.#isHere(parent));
      for (const parent of absent) {
        (reached[commit] === 1 ? missing : beyond).add(parent);
        latest.set(parent, Math.max(latest.get(parent) ?? 0, this.#seconds[commit] ?? 0));
      }
      if (absent.length > 0) shallow.push(this.#index.oidOf(commit));
      else for (const parent of parents) hasChild[parent] = 1;
    }
    const haves = this.#parentsFirst((commit) => hasChild[commit] === 0);
    const wants = new Set([...missing].map((number) => this.#index.oidOf(number)));
    for (const oid of wanted) if (!this.has(oid)) wants.add(oid);
    return {
      missing: [...wants],
      beyond: [...beyond].map((number) => this.#index.oidOf(number)),
      shallow,
      haves,
      childSeconds: new Map([...latest].map(([number, seconds]) => [this.#index.oidOf(number), seconds])),
    };
  }

  #isHere(number: number): boolean {
    return (this.#parentsAt[number] ?? -1) !== -1;
  }

  #parentsOf(number: number): Int32Array | null {
    const at = this.#parentsAt[number] ?? -1;
    if (at === -1) return null;
    return this.#parents.subarray(at + 1, at + 1 + (this.#parents[at] ?? 0));
  }

  #makeRoom(parents: number): void {
    if (this.#index.size > this.#parentsAt.length) {
      const larger = new Int32Array(Math.max(this.#index.size, this.#parentsAt.length * 2)).fill(-1);
      larger.set(this.#parentsAt);
      this.#parentsAt = larger;
      const seconds = new Float64Array(larger.length);
      seconds.set(this.#seconds);
      this.#seconds = seconds;
    }
    if (this.#parentsLength + parents > this.#parents.length) {
      const larger = new Int32Array(this.#parents.length * 2 + parents);
      larger.set(this.#parents);
      this.#parents = larger;
    }
  }
}
