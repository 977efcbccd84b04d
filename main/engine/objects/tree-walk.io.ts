/**
 * From the trees of all commits to every blob of the history, level by level, in the order of paths: versions of one
 * file stand together, so that a server asked for them in this order can reuse its deltas.
 */

import { oidBytesLength, OidList, TreeVersions, type ObjectFormat, type OidSet } from '../../git/index.ts';
import { EngineError } from '../errors.ts';
import { readObjects, type ObjectReader } from './read-objects.io.ts';

/** All versions of the trees at the same depth; the versions of one path stand together. */
export class TreeLevel {
  readonly oids: OidList;
  /** Path of each group (ending in "/" but for the root), and where its versions begin in `oids`. */
  readonly groups: { path: string; from: number }[] = [];

  constructor(format: ObjectFormat) {
    this.oids = new OidList(oidBytesLength(format));
  }

  add(path: string, versions: OidList): void {
    this.groups.push({ path, from: this.oids.length });
    this.oids.append(versions);
  }
}

/** Blobs in the order of paths; `pathOf` names the file a blob was first seen as. */
export class BlobList {
  readonly oids: OidList;
  readonly #paths: string[] = [];
  readonly #starts: number[] = [];

  constructor(format: ObjectFormat) {
    this.oids = new OidList(oidBytesLength(format));
  }

  add(path: string, versions: OidList): void {
    this.#paths.push(path);
    this.#starts.push(this.oids.length);
    this.oids.append(versions);
  }

  pathOf(place: number): string {
    let low = 0;
    let high = this.#starts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((this.#starts[middle] ?? 0) <= place) low = middle;
      else high = middle;
    }
    return this.#paths[low] ?? '';
  }
}

/** What is new below one directory over all its versions, by name. */
class NewEntries {
  readonly #format: ObjectFormat;
  readonly #byName = new Map<string, OidList>();

  constructor(format: ObjectFormat) {
    this.#format = format;
  }

  add(name: string, bytes: Uint8Array, at: number): void {
    let versions = this.#byName.get(name);
    if (versions === undefined)
      this.#byName.set(name, (versions = new OidList(oidBytesLength(this.#format))));
    versions.push(bytes, at);
  }

  /** Hands everything over in the order of names, and is empty again. */
  flush(take: (name: string, versions: OidList) => void): void {
    for (const name of [...this.#byName.keys()].sort()) {
      const versions = this.#byName.get(name);
      if (versions !== undefined) take(name, versions);
    }
    this.#byName.clear();
  }
}

/** One character a byte: names need not be UTF-8, and are only compared and shown. */
function nameOf(bytes: Uint8Array, from: number, to: number): string {
  let name = '';
  for (let i = from; i < to; i++) name += String.fromCharCode(bytes[i] ?? 0);
  return name;
}

/**
 * Reads every tree of a level and answers with the next one; blobs not seen before go to `blobs`.
 * @param seen ids already met, trees and blobs; grows
 * @throws EngineError `objects-missing` when a tree of the level is not here
 */
export async function walkLevel(
  reader: ObjectReader,
  level: TreeLevel,
  seen: OidSet,
  blobs: BlobList,
): Promise<TreeLevel> {
  const next = new TreeLevel(reader.format);
  const newTrees = new NewEntries(reader.format);
  const newBlobs = new NewEntries(reader.format);
  const versions = new TreeVersions(oidBytesLength(reader.format));
  let place = 0;
  let group = -1;

  const endGroup = () => {
    const path = level.groups[group]?.path ?? '';
    newTrees.flush((name, oids) => next.add(`${path}${name}/`, oids));
    newBlobs.flush((name, oids) => blobs.add(path + name, oids));
    versions.reset();
  };
  await readObjects(reader, level.oids.hex(), ({ type, body }) => {
    while ((level.groups[group + 1]?.from ?? Infinity) <= place) {
      endGroup();
      group++;
    }
    place++;
    if (type !== 'tree')
      throw new EngineError('objects-missing', { detail: `a ${type} stands where a tree belongs` });
    versions.next(body, ({ bytes, nameFrom, nameTo, oidAt, kind }) => {
      if (!seen.add(bytes, oidAt)) return;
      (kind === 'tree' ? newTrees : newBlobs).add(nameOf(bytes, nameFrom, nameTo), bytes, oidAt);
    });
  });
  endGroup();
  if (place !== level.oids.length) {
    throw new EngineError('objects-missing', { detail: `${level.oids.length - place} trees are not here` });
  }
  return next;
}
