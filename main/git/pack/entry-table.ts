/** What is known of every entry of a pack that is still arriving: some forty bytes of numbers an entry, no objects. */

import { RemoteProtocolError } from '../errors.ts';
import type { PackEntryType } from './entry.ts';
import type { ScannedEntry } from './scanner.ts';

/** Types as gitformat-pack numbers them ("Object types"). */
export const typeNumbers: Record<PackEntryType, number> = {
  commit: 1,
  tree: 2,
  blob: 3,
  tag: 4,
  'ofs-delta': 6,
  'ref-delta': 7,
};

const blockBits = 16;
const blockLength = 1 << blockBits;
const blockMask = blockLength - 1;

type Numbers = Uint8Array | Uint32Array | Int32Array | Float64Array;

/** A column that grows block by block, so that growing never copies nor doubles what is there. */
export class Column {
  readonly #newBlock: () => Numbers;
  readonly #blocks: Numbers[] = [];

  constructor(newBlock: (length: number) => Numbers) {
    this.#newBlock = () => newBlock(blockLength);
  }

  /** 0 where nothing was set. */
  get(place: number): number {
    return this.#blocks[place >>> blockBits]?.[place & blockMask] ?? 0;
  }

  set(place: number, value: number): void {
    const number = place >>> blockBits;
    while (this.#blocks.length <= number) this.#blocks.push(this.#newBlock());
    const block = this.#blocks[number];
    if (block !== undefined) block[place & blockMask] = value;
  }
}

/** No entry, where a number of one is answered. */
export const noEntry = -1;

/** Entries in the order of the pack, numbered from 0. */
export class EntryTable {
  readonly #offsets = new Column((length) => new Float64Array(length));
  readonly #crcs = new Column((length) => new Uint32Array(length));
  /** The number of an ofs-delta's base, plus one; 0 for all others. */
  readonly #bases = new Column((length) => new Uint32Array(length));
  /** As packed in the lower half, as which object in the upper. */
  readonly #types = new Column((length) => new Uint8Array(length));
  readonly #refs = new Map<number, string>();
  #length = 0;
  #endBytes = 0;

  get length(): number {
    return this.#length;
  }

  /** Where the last entry ends. */
  get endBytes(): number {
    return this.#endBytes;
  }

  /**
   * @param crc CRC-32 of the entry's bytes in the pack
   * @throws RemoteProtocolError `pack` for a delta whose distance leads to no entry
   */
  add(entry: ScannedEntry, crc: number): void {
    const number = this.#length;
    let base = noEntry;
    let type = entry.base === null ? typeNumbers[entry.type] : 0;
    if (entry.base !== null && 'offset' in entry.base) {
      base = this.find(entry.base.offset);
      if (base === noEntry) {
        throw new RemoteProtocolError('pack', `The delta at byte ${entry.offset} has no entry as its base.`);
      }
      type = this.objectTypeOf(base);
    } else if (entry.base !== null) {
      this.#refs.set(number, entry.base.oid);
    }
    this.#offsets.set(number, entry.offset);
    this.#crcs.set(number, crc);
    this.#bases.set(number, base + 1);
    this.#types.set(number, typeNumbers[entry.type] | (type << 4));
    this.#endBytes = entry.offset + entry.packedBytes;
    this.#length++;
  }

  offsetOf(entry: number): number {
    return entry === this.#length ? this.#endBytes : this.#offsets.get(entry);
  }

  crcOf(entry: number): number {
    return this.#crcs.get(entry);
  }

  /** The entry an ofs-delta builds on. */
  baseOf(entry: number): number {
    return this.#bases.get(entry) - 1;
  }

  /** What a ref-delta builds on, hex; undefined for all others. */
  baseOidOf(entry: number): string | undefined {
    return this.#refs.get(entry);
  }

  /** As which type it is packed. */
  packedTypeOf(entry: number): number {
    return this.#types.get(entry) & 7;
  }

  /** Commit, tree, blob or tag, deltas too; 0 while the object at the end of a chain is not known. */
  objectTypeOf(entry: number): number {
    return this.#types.get(entry) >>> 4;
  }

  setObjectType(entry: number, type: number): void {
    this.#types.set(entry, this.packedTypeOf(entry) | (type << 4));
  }

  /** The entry that begins at this byte of the pack. */
  find(offset: number): number {
    let low = 0;
    let high = this.#length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#offsets.get(middle) < offset) low = middle + 1;
      else high = middle;
    }
    return low < this.#length && this.#offsets.get(low) === offset ? low : noEntry;
  }
}
