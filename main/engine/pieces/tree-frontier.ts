/**
 * From the trees of all commits to every tree and blob of the history, in the order of paths. Pure: it says which trees
 * to read next and is handed their bodies.
 *
 * Theory of operation. A *group* is one directory in all its versions. Groups stand in a line: those of the root first,
 * then its directories, then theirs. The roots may come little by little, as commits do. Reading goes through the line
 * tree by tree, and stops before a tree that is not here; what a version names that no version named before goes to the line (trees) and, where it is not here, to the
 * wishes. A directory's own entries are handed on when its last version was read, name by name: so versions of one
 * path stand together, and a server that is asked for them in this order can reuse its deltas.
 */

import { oidBytesLength, OidQueue, TreeVersions, type ObjectFormat, type OidFlags } from '../../git/index.ts';
import { WishQueue } from './wish-queue.ts';

/** What is known about an object. */
export const here = 1;
export const met = 2;

/** So many groups that are done with may still be remembered: shifting the list for each would be slow. */
const groupsPerTidying = 1024;

interface Group {
  /** Ends in "/", but for the root's. One character a byte. */
  path: string;
  /** Behind its last version, by number in the line. */
  to: number;
}

/** What one directory names anew over all its versions, by name. */
class NewEntries {
  readonly #oidBytes: number;
  readonly #byName = new Map<string, OidQueue>();

  constructor(oidBytes: number) {
    this.#oidBytes = oidBytes;
  }

  add(name: string, bytes: Uint8Array, at: number): void {
    let versions = this.#byName.get(name);
    if (versions === undefined) this.#byName.set(name, (versions = new OidQueue(this.#oidBytes)));
    versions.push(bytes, at);
  }

  /** Hands everything over in the order of names, and is empty again. */
  flush(take: (name: string, versions: OidQueue) => void): void {
    for (const name of [...this.#byName.keys()].sort()) {
      const versions = this.#byName.get(name);
      if (versions !== undefined) take(name, versions);
    }
    this.#byName.clear();
  }
}

export class TreeFrontier {
  /** Objects by what is known about them; whoever brings objects marks them `here`. */
  readonly flags: OidFlags;
  /** Trees of commits; `treeWishes` has the others. */
  readonly rootWishes: WishQueue;
  readonly treeWishes: WishQueue;
  readonly blobWishes: WishQueue;
  readonly #oidBytes: number;
  readonly #line: OidQueue;
  readonly #groups: Group[] = [];
  #firstGroup = 0;
  readonly #trees: NewEntries;
  readonly #blobs: NewEntries;
  readonly #versions: TreeVersions;

  constructor(format: ObjectFormat, flags: OidFlags) {
    this.flags = flags;
    this.#oidBytes = oidBytesLength(format);
    this.rootWishes = new WishQueue(this.#oidBytes);
    this.treeWishes = new WishQueue(this.#oidBytes);
    this.blobWishes = new WishQueue(this.#oidBytes);
    this.#line = new OidQueue(this.#oidBytes);
    this.#trees = new NewEntries(this.#oidBytes);
    this.#blobs = new NewEntries(this.#oidBytes);
    this.#versions = new TreeVersions(this.#oidBytes);
  }

  /** Trees still to be read. */
  get unread(): number {
    return this.#line.length;
  }

  /** More trees to begin with; ids one behind the other, each once in all. What is below them is for later. */
  addRoots(oids: Uint8Array): void {
    for (let at = 0; at < oids.length; at += this.#oidBytes) {
      // One that a root before it names as a directory is read there (subtree merges make such histories).
      if ((this.flags.of(oids, at) & met) === 0) this.#meetTree('', oids, at);
    }
  }

  /** These were all: behind the last of them their directories follow. */
  closeRoots(): void {
    if (this.#line.end === 0) return;
    const group = { path: '', to: this.#line.end };
    this.#groups.push(group);
    if (this.#line.length === 0) this.#endGroup(group);
  }

  /** How many trees, from the next one on, are here and can be read; at most `max`. */
  readable(max: number): number {
    const from = this.#line.begin;
    const to = Math.min(this.#line.end, from + max);
    for (let number = from; number < to; number++) {
      const { chunk, place } = this.#line.placeOf(number);
      if ((this.flags.of(chunk, place) & here) === 0) return number - from;
    }
    return to - from;
  }

  /** Goes on behind the next tree, without what only it names. Only for one that is not here. */
  passOver(): void {
    this.#advance();
  }

  /** The next `count` trees to read; ids one behind the other. */
  next(count: number): Uint8Array {
    return this.#line.slice(this.#line.begin, this.#line.begin + count);
  }

  /** The body of the next tree. @throws RemoteProtocolError `object` when it is none */
  read(body: Uint8Array): void {
    this.#versions.next(body, ({ bytes, nameFrom, nameTo, oidAt, kind }) => {
      const known = this.flags.mark(bytes, oidAt, met);
      if ((known & met) !== 0) return;
      if (kind === 'tree') this.#trees.add(nameOf(bytes, nameFrom, nameTo), bytes, oidAt);
      else if ((known & here) === 0) this.#blobs.add(nameOf(bytes, nameFrom, nameTo), bytes, oidAt);
    });
    this.#advance();
  }

  #advance(): void {
    this.#line.dropTo(this.#line.begin + 1);
    const group = this.#groups[this.#firstGroup];
    if (group !== undefined && this.#line.begin >= group.to) this.#endGroup(group);
  }

  #endGroup({ path }: Group): void {
    this.#firstGroup++;
    if (this.#firstGroup >= groupsPerTidying) {
      this.#groups.splice(0, this.#firstGroup);
      this.#firstGroup = 0;
    }
    this.#versions.reset();
    this.#trees.flush((name, versions) => {
      const below = `${path}${name}/`;
      forEachOid(versions, (bytes, at) => this.#meetTree(below, bytes, at));
      this.#closeGroup(below);
    });
    this.#blobs.flush((name, versions) => {
      forEachOid(versions, (bytes, at) => this.blobWishes.push(path + name, bytes, at));
    });
  }

  #meetTree(path: string, bytes: Uint8Array, at: number): void {
    this.#line.push(bytes, at);
    // A tree of two paths is met once; it may have come since it was.
    const known = this.flags.mark(bytes, at, met);
    if ((known & here) !== 0) return;
    if (path === '') this.rootWishes.push(path, bytes, at);
    else this.treeWishes.push(path, bytes, at);
  }

  #closeGroup(path: string): void {
    const before = this.#groups.at(-1)?.to ?? this.#line.begin;
    if (this.#line.end > before) this.#groups.push({ path, to: this.#line.end });
  }
}

function forEachOid(versions: OidQueue, take: (bytes: Uint8Array, at: number) => void): void {
  for (let number = versions.begin; number < versions.end; number++) {
    const { chunk, place } = versions.placeOf(number);
    take(chunk, place);
  }
}

/** One character a byte: names need not be UTF-8, and are only compared and shown. */
function nameOf(bytes: Uint8Array, from: number, to: number): string {
  let name = '';
  for (let i = from; i < to; i++) name += String.fromCharCode(bytes[i] ?? 0);
  return name;
}
