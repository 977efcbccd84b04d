/**
 * A run of a pack's entries as a pack of its own: thin, because what its deltas build on may stand before the run and is
 * then named by its id (gitformat-pack, "Deltified representation"; git-index-pack(1), --fix-thin). Compressed data stays as
 * it is; only headers change their length, and with them the distances.
 */

import { LocalProtocolError } from '../errors.ts';
import { packHeaderBytes } from './entry.ts';
import { noEntry, typeNumbers, type EntryTable } from './entry-table.ts';

/** Bytes to be copied as they are. */
export interface CopiedBytes {
  from: number;
  to: number;
  /** Begins with the header of a delta that names its base in another way now. */
  rebased: { type: number; base: Uint8Array; oldBaseBytes: number } | null;
}

function distanceBytes(distance: number): number {
  let bytes = 1;
  for (let rest = Math.floor(distance / 128); rest > 0; rest = Math.floor(rest / 128)) {
    rest--;
    bytes++;
  }
  return bytes;
}

/** "Offset encoding" of gitformat-pack. */
export function encodeDistance(distance: number): Uint8Array {
  const bytes = new Uint8Array(distanceBytes(distance));
  let rest = distance;
  for (let at = bytes.length - 1; at >= 0; at--) {
    bytes[at] = (rest % 128) | (at === bytes.length - 1 ? 0 : 0x80);
    rest = Math.floor(rest / 128) - 1;
  }
  return bytes;
}

/** Length of type and size, which open every entry, at `at`. */
export function sizeBytesAt(bytes: Uint8Array, at: number): number {
  let end = at;
  while (((bytes[end] ?? 0) & 0x80) !== 0) end++;
  return end + 1 - at;
}

export interface ThinPackOptions {
  table: EntryTable;
  /** The run: first entry, and the one behind the last. */
  from: number;
  to: number;
  /** Ids of entries before the run; may be asked for any of them. */
  oidOf: (entry: number) => Uint8Array;
  /** Entries of the run that do not come with it; what builds on them must not either. */
  isLeftOut?: (entry: number) => boolean;
}

export class ThinPack {
  readonly entries: number;
  /** Its length without the checksum at its end. */
  readonly bodyBytes: number;
  /** Whether it stands by itself: no base is outside of the run. */
  readonly thin: boolean;
  readonly #options: ThinPackOptions;
  /** Where each entry of the run begins; of one that is left out, where it would. */
  readonly #offsets: Float64Array;

  constructor(options: ThinPackOptions) {
    const { table, from, to } = options;
    this.#options = options;
    this.#offsets = new Float64Array(to - from + 1);
    let at = packHeaderBytes;
    let entries = 0;
    let thin = false;
    for (let entry = from; entry < to; entry++) {
      this.#offsets[entry - from] = at;
      if (this.#isLeftOut(entry)) continue;
      const base = table.baseOf(entry);
      if (base !== noEntry && base < from) thin = true;
      at += table.offsetOf(entry + 1) - table.offsetOf(entry) + this.#grows(entry);
      entries++;
    }
    this.#offsets[to - from] = at;
    this.entries = entries;
    this.bodyBytes = at;
    this.thin = thin;
  }

  /** The entry of the original pack that begins at this byte of this one. */
  find(offset: number): number {
    const { from, to } = this.#options;
    let low = from;
    let high = to;
    while (low < high) {
      const middle = (low + high) >>> 1;
      // Of entries that begin at the same byte only the last one is not left out.
      if (this.#offsetOf(middle + 1) <= offset) low = middle + 1;
      else high = middle;
    }
    return low < to && this.#offsetOf(low) === offset && !this.#isLeftOut(low) ? low : noEntry;
  }

  /** Whether the entry stands in this pack byte for byte as in the original one. */
  isUnchanged(entry: number): boolean {
    const { table, from } = this.#options;
    const base = table.baseOf(entry);
    return base === noEntry || (base >= from && this.#distance(entry) === this.#oldDistance(entry));
  }

  header(): Uint8Array {
    const header = new Uint8Array(packHeaderBytes);
    header.set([0x50, 0x41, 0x43, 0x4b, 0, 0, 0, 2]);
    new DataView(header.buffer).setUint32(8, this.entries);
    return header;
  }

  /** What follows the header, in order, as spans of the original pack. */
  *pieces(): Generator<CopiedBytes> {
    const { table, from, to } = this.#options;
    let copied = null as CopiedBytes | null;
    for (let entry = from; entry < to; entry++) {
      const begin = table.offsetOf(entry);
      const end = table.offsetOf(entry + 1);
      if (!this.#isLeftOut(entry) && this.isUnchanged(entry) && copied?.to === begin) {
        copied.to = end;
        continue;
      }
      if (copied !== null) yield copied;
      copied = this.#isLeftOut(entry) ? null : { from: begin, to: end, rebased: this.#rebased(entry) };
    }
    if (copied !== null) yield copied;
  }

  #rebased(entry: number): CopiedBytes['rebased'] {
    if (this.isUnchanged(entry)) return null;
    const { table, from, oidOf } = this.#options;
    const base = table.baseOf(entry);
    const oldBaseBytes = distanceBytes(this.#oldDistance(entry));
    if (base < from) return { type: typeNumbers['ref-delta'], base: oidOf(base), oldBaseBytes };
    return { type: typeNumbers['ofs-delta'], base: encodeDistance(this.#distance(entry)), oldBaseBytes };
  }

  /** By how much the header is longer than it was. Asked in the order of the entries, when bases have their offsets. */
  #grows(entry: number): number {
    const { table, from, oidOf } = this.#options;
    const base = table.baseOf(entry);
    if (base === noEntry) return 0;
    const before = distanceBytes(this.#oldDistance(entry));
    if (base < from) return oidOf(base).length - before;
    if (this.#isLeftOut(base)) throw new LocalProtocolError('A delta would stand without its base.');
    return distanceBytes(this.#distance(entry)) - before;
  }

  #offsetOf(entry: number): number {
    return this.#offsets[entry - this.#options.from] ?? 0;
  }

  #distance(entry: number): number {
    return this.#offsetOf(entry) - this.#offsetOf(this.#options.table.baseOf(entry));
  }

  #oldDistance(entry: number): number {
    const { table } = this.#options;
    return table.offsetOf(entry) - table.offsetOf(table.baseOf(entry));
  }

  #isLeftOut(entry: number): boolean {
    return this.#options.isLeftOut?.(entry) === true;
  }
}
