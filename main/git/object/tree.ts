/**
 * Entries of trees (gitformat: mode SP name NUL oid, sorted by name with "/" after trees). Histories hold each tree in
 * many versions that differ in an entry or two, so what is asked here is mostly: what is in this version that was not
 * in the last?
 */

import { RemoteProtocolError } from '../errors.ts';

/** One entry by its places in the tree's bytes; valid only during the visit. */
export interface TreeVisit {
  (entry: {
    bytes: Uint8Array;
    nameFrom: number;
    nameTo: number;
    oidAt: number;
    kind: 'tree' | 'blob';
  }): void;
}

const space = 0x20;
const digit4 = 0x34;
const digit1 = 0x31;
const digit6 = 0x36;

/** Where the entry at `from` has its name and id. Throws RemoteProtocolError `object` when it does not end. */
function placesAt(
  bytes: Uint8Array,
  from: number,
  oidBytes: number,
): { nameFrom: number; oidAt: number; end: number } {
  const nameFrom = bytes.indexOf(space, from) + 1;
  const nul = nameFrom === 0 ? -1 : bytes.indexOf(0, nameFrom);
  const end = nul + 1 + oidBytes;
  if (nul === -1 || nameFrom - from > 8 || end > bytes.length) {
    throw new RemoteProtocolError('object', `A tree entry at byte ${from} does not end.`);
  }
  return { nameFrom, oidAt: nul + 1, end };
}

/** The mode tells a tree (40000), a submodule's commit (160000, of no interest here) and everything else apart. */
function kindAt(bytes: Uint8Array, from: number): 'tree' | 'blob' | 'gitlink' {
  if (bytes[from] === digit4) return 'tree';
  // "160000"; symbolic links are 120000 and files 100…
  return bytes[from] === digit1 && bytes[from + 1] === digit6 ? 'gitlink' : 'blob';
}

function compareNames(
  a: Uint8Array,
  aFrom: number,
  aTo: number,
  b: Uint8Array,
  bFrom: number,
  bTo: number,
): number {
  const length = Math.min(aTo - aFrom, bTo - bFrom);
  for (let i = 0; i < length; i++) {
    const difference = (a[aFrom + i] ?? 0) - (b[bFrom + i] ?? 0);
    if (difference !== 0) return difference;
  }
  return aTo - aFrom - (bTo - bFrom);
}

/**
 * Remembers the last version of a tree and visits what the next one has anew. An entry that only moved or kept its id
 * may be visited again: the caller's set of seen ids decides. Submodule commits are never visited.
 */
export class TreeVersions {
  readonly #oidBytes: number;
  /** The last version, in memory that is used again. */
  #last: Uint8Array = new Uint8Array(0);
  #room: Uint8Array = new Uint8Array(4096);
  /** Where the entries of `#last` begin, and its end; and the same of the version before, to be used again. */
  #starts: number[] = [0];
  #spareStarts: number[] = [];

  constructor(oidBytes: number) {
    this.#oidBytes = oidBytes;
  }

  /** The next tree has nothing to do with the last. */
  reset(): void {
    this.#last = this.#room.subarray(0, 0);
    this.#starts.length = 0;
    this.#starts.push(0);
  }

  next(tree: Uint8Array, visit: TreeVisit): void {
    const last = this.#last;
    const lastStarts = this.#starts;
    const starts = this.#spareStarts;
    starts.length = 0;
    let row = 0;
    let at = 0;
    while (at < tree.length) {
      // A run that is the same in both: skip it, entry by entry of the last version, without looking into it.
      let lastAt = lastStarts[row] ?? last.length;
      const same = sameRun(last, lastAt, tree, at);
      while (row + 1 < lastStarts.length && (lastStarts[row + 1] ?? 0) <= lastAt + same) {
        const length = (lastStarts[row + 1] ?? 0) - (lastStarts[row] ?? 0);
        starts.push(at);
        at += length;
        row++;
      }
      if (at >= tree.length) break;

      const { nameFrom, oidAt, end } = placesAt(tree, at, this.#oidBytes);
      const kind = kindAt(tree, at);
      if (kind !== 'gitlink') visit({ bytes: tree, nameFrom, nameTo: oidAt - 1, oidAt, kind });
      starts.push(at);
      at = end;

      // Find the place in the last version where the comparison goes on: behind everything up to this name.
      for (;;) {
        lastAt = lastStarts[row] ?? last.length;
        if (lastAt >= last.length) break;
        const old = placesAt(last, lastAt, this.#oidBytes);
        if (compareNames(last, old.nameFrom, old.oidAt - 1, tree, nameFrom, oidAt - 1) > 0) break;
        row++;
      }
    }
    starts.push(tree.length);
    this.#keep(tree);
    this.#spareStarts = lastStarts;
    this.#starts = starts;
  }

  #keep(tree: Uint8Array): void {
    if (tree.length > this.#room.length) this.#room = new Uint8Array(tree.length * 2);
    this.#room.set(tree);
    this.#last = this.#room.subarray(0, tree.length);
  }
}

function sameRun(a: Uint8Array, aFrom: number, b: Uint8Array, bFrom: number): number {
  const length = Math.min(a.length - aFrom, b.length - bFrom);
  let i = 0;
  while (i < length && a[aFrom + i] === b[bFrom + i]) i++;
  return i;
}
