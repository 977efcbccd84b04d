/**
 * Which trees are here with everything below them? Asked of many versions of a repository's root tree at once, in an
 * order: the answer is how many from the first on are whole, and what the first one that is not lacks.
 */

import { hexOf, oidBytesLength, OidIndex, TreeVersions } from '../../git/index.ts';
import { EngineError } from '../errors.ts';
import { missingObjects, readObjects, type ObjectReader } from './read-objects.io.ts';

export interface WholeRoots {
  /** So many roots, from the first on, lack nothing. */
  whole: number;
  /** What the next one lacks: trees nobody can look into, and blobs, in the order of its levels and names. */
  missingTrees: string[];
  missingBlobs: string[];
}

/** Roots looked at together: enough that a version costs little more than its difference from the one before. */
const rootsTogether = 1_000;

/** What was met below some roots: for each object the first root that reaches it. */
class Reached {
  readonly #index: OidIndex;
  #first = new Int32Array(1024);
  /** Blobs in the order in which they were met, by number. */
  readonly #blobs: number[] = [];
  readonly #oidBytes: number;

  constructor(oidBytes: number) {
    this.#oidBytes = oidBytes;
    this.#index = new OidIndex(oidBytes);
  }

  /** False when an earlier root, or this one, reaches it in another way already. */
  meet(oid: string, kind: 'tree' | 'blob', root: number): boolean {
    const before = this.#index.size;
    const number = this.#index.put(oid);
    if (number < before) {
      if ((this.#first[number] ?? 0) <= root) return false;
      this.#first[number] = root;
      return true;
    }
    if (number >= this.#first.length) {
      const larger = new Int32Array(this.#first.length * 2);
      larger.set(this.#first);
      this.#first = larger;
    }
    this.#first[number] = root;
    if (kind === 'blob') this.#blobs.push(number);
    return true;
  }

  firstRoot(oid: string): number {
    return this.#first[this.#index.get(oid)] ?? 0;
  }

  *blobs(): Generator<string> {
    for (const number of this.#blobs) yield this.#index.oidOf(number);
  }

  /** The id at this place of a tree's bytes. */
  idAt(bytes: Uint8Array, at: number): string {
    return hexOf(bytes.subarray(at, at + this.#oidBytes));
  }
}

interface LevelTree {
  oid: string;
  root: number;
}

/** Reads the trees of one level; answers with those below them and with those that are not here. */
async function readLevel(
  reader: ObjectReader,
  level: readonly LevelTree[],
  reached: Reached,
): Promise<{ next: LevelTree[]; missing: LevelTree[] }> {
  const next: LevelTree[] = [];
  const missing: LevelTree[] = [];
  const versions = new TreeVersions(oidBytesLength(reader.format));
  let place = 0;
  const ids = level.map(({ oid }) => oid);
  await readObjects(reader, ids, ({ oid, type, body }) => {
    while (ids[place] !== oid && place < level.length) missing.push(level[place++]!);
    const root = level[place++]?.root ?? 0;
    if (type !== 'tree')
      throw new EngineError('objects-missing', { detail: `a ${type} stands where a tree belongs` });
    // What is skipped as equal to the last tree was met from there, by a root that is not later.
    versions.next(body, ({ bytes, oidAt, kind }) => {
      const child = reached.idAt(bytes, oidAt);
      if (reached.meet(child, kind, root) && kind === 'tree') next.push({ oid: child, root });
    });
  });
  missing.push(...level.slice(place));
  // The roots' order is what makes "the first root that reaches it" true.
  next.sort((a, b) => a.root - b.root);
  return { next, missing };
}

async function lookTogether(
  reader: ObjectReader,
  roots: readonly string[],
  withBlobs: boolean,
): Promise<WholeRoots> {
  const reached = new Reached(oidBytesLength(reader.format));
  let level: LevelTree[] = [];
  roots.forEach((oid, root) => {
    if (reached.meet(oid, 'tree', root)) level.push({ oid, root });
  });
  const missingTrees: LevelTree[] = [];
  while (level.length > 0) {
    const { next, missing } = await readLevel(reader, level, reached);
    missingTrees.push(...missing);
    level = next;
  }
  const blobs = withBlobs ? [...(await missingObjects(reader, reached.blobs())).hex()] : [];
  // Taken from what was met, not from the walk: a later level may have found an earlier root.
  const rootOf = (oid: string) => reached.firstRoot(oid);
  const trees = [...new Set(missingTrees.map(({ oid }) => oid))];
  let whole = roots.length;
  for (const oid of trees) whole = Math.min(whole, rootOf(oid));
  for (const oid of blobs) whole = Math.min(whole, rootOf(oid));
  return {
    whole,
    missingTrees: trees.filter((oid) => rootOf(oid) === whole),
    missingBlobs: blobs.filter((oid) => rootOf(oid) === whole),
  };
}

/**
 * @param roots trees, each once
 * @param withBlobs false where blobs are left out on purpose
 * @throws EngineError `objects-missing` when one of them is no tree
 */
export async function wholeRoots(
  reader: ObjectReader,
  roots: Iterable<string>,
  withBlobs: boolean,
): Promise<WholeRoots> {
  let whole = 0;
  let together: string[] = [];
  const look = async (): Promise<WholeRoots | null> => {
    const seen = await lookTogether(reader, together, withBlobs);
    whole += seen.whole;
    const stopped = seen.whole < together.length;
    together = [];
    return stopped ? { ...seen, whole } : null;
  };
  for (const root of roots) {
    together.push(root);
    if (together.length < rootsTogether) continue;
    const stop = await look();
    if (stop !== null) return stop;
  }
  return (await look()) ?? { whole, missingTrees: [], missingBlobs: [] };
}
