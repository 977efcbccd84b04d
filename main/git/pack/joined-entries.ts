/**
 * The objects of several packs as those of one: which entry stands for an object that came more than once, and where in
 * the joined pack each entry stands. Nothing is read but indexes.
 */

import { LocalProtocolError } from '../errors.ts';
import { oidBytesLength, type ObjectFormat } from '../oid.ts';
import type { IndexedEntry, PackIndexReader, SortedEntries } from './pack-index.ts';

/** Entries are numbered pack by pack, in the order of each pack's index. */
export class JoinedEntries implements SortedEntries {
  readonly #packs: readonly PackIndexReader[];
  readonly #oidBytes: number;
  /** Number of each pack's first entry, and behind the last. */
  readonly #firsts: number[] = [0];
  /** The entries that stand for their objects, in the order of the ids. */
  readonly #sorted: Uint32Array;
  readonly #length: number;
  /** Entries whose object stands in an earlier pack, with the entry that stands there. */
  readonly #doubles = new Map<number, number>();
  readonly #offsets: Float64Array;
  /** Of entries whose bytes are not those of their old pack. */
  readonly #crcs = new Map<number, number>();

  /** @throws LocalProtocolError when a pack has an object twice in itself */
  constructor(packs: readonly PackIndexReader[], format: ObjectFormat) {
    this.#packs = packs;
    this.#oidBytes = oidBytesLength(format);
    let total = 0;
    for (const { length } of packs) this.#firsts.push((total += length));
    this.#offsets = new Float64Array(total);
    this.#sorted = new Uint32Array(total);
    let length = 0;
    for (let byte = 0; byte < 256; byte++) {
      let last = -1;
      for (const entry of this.#beginningWith(byte)) {
        if (last !== -1 && this.#compare(last, entry) === 0) {
          if (this.#packOf(last) === this.#packOf(entry))
            throw new LocalProtocolError('A pack has an object twice.');
          this.#doubles.set(entry, last);
          continue;
        }
        this.#sorted[length++] = last = entry;
      }
    }
    this.#length = length;
  }

  /** Objects, each once. */
  get length(): number {
    return this.#length;
  }

  numberOf(pack: number, place: number): number {
    return (this.#firsts[pack] ?? 0) + place;
  }

  /** Whether every entry of this pack goes into the joined one. */
  isWhole(pack: number): boolean {
    const [from = 0, to = 0] = this.#firsts.slice(pack, pack + 2);
    if (this.#doubles.size < to - from) {
      for (const entry of this.#doubles.keys()) if (entry >= from && entry < to) return false;
      return true;
    }
    for (let entry = from; entry < to; entry++) if (this.#doubles.has(entry)) return false;
    return true;
  }

  isDouble(entry: number): boolean {
    return this.#doubles.has(entry);
  }

  /** Where the entry begins in the joined pack; of a double, the entry that stands for it. */
  offsetOf(entry: number): number {
    return this.#offsets[this.#doubles.get(entry) ?? entry] ?? 0;
  }

  /** @param crc CRC-32 of its bytes, when they are not the old pack's */
  place(entry: number, offset: number, crc?: number): void {
    this.#offsets[entry] = offset;
    if (crc !== undefined) this.#crcs.set(entry, crc);
  }

  oidOf(place: number): Uint8Array {
    const entry = this.#sorted[place] ?? 0;
    const { bytes, at } = this.#oidAt(entry);
    return bytes.subarray(at, at + this.#oidBytes);
  }

  entryOf(place: number): IndexedEntry {
    const entry = this.#sorted[place] ?? 0;
    const pack = this.#packOf(entry);
    const old = () => this.#packs[pack]?.entry(entry - (this.#firsts[pack] ?? 0)).crc ?? 0;
    return { offset: this.#offsets[entry] ?? 0, crc: this.#crcs.get(entry) ?? old() };
  }

  /** All entries whose ids begin with this byte, by id and then by pack. */
  #beginningWith(byte: number): number[] {
    const entries: number[] = [];
    for (const [pack, index] of this.#packs.entries()) {
      const { from, to } = index.placesOf(byte);
      for (let place = from; place < to; place++) entries.push(this.numberOf(pack, place));
    }
    return entries.sort((a, b) => this.#compare(a, b) || a - b);
  }

  #compare(a: number, b: number): number {
    const { bytes, at } = this.#oidAt(a);
    const other = this.#oidAt(b);
    for (let i = 1; i < this.#oidBytes; i++) {
      const difference = (bytes[at + i] ?? 0) - (other.bytes[other.at + i] ?? 0);
      if (difference !== 0) return difference;
    }
    return 0;
  }

  #oidAt(entry: number): { bytes: Uint8Array; at: number } {
    const pack = this.#packOf(entry);
    const index = this.#packs[pack];
    if (index === undefined) throw new RangeError(`There is no entry ${entry}.`);
    return { bytes: index.bytes, at: index.oidAt(entry - (this.#firsts[pack] ?? 0)) };
  }

  #packOf(entry: number): number {
    let low = 0;
    let high = this.#packs.length;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if ((this.#firsts[middle] ?? 0) <= entry) low = middle;
      else high = middle;
    }
    return low;
  }
}
