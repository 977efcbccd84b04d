/** The object ids of a pack's entries, findable both ways, in about thirty bytes an entry. */

import { bytesOfHex, hexOf } from '../oid.ts';
import { noEntry } from './entry-table.ts';

const blockBits = 15;
const blockMask = (1 << blockBits) - 1;
const slotsMin = 1024;
const fillingMax = 0.6;

export class EntryIds {
  readonly oidBytes: number;
  readonly #blocks: Uint8Array[] = [];
  /** Entry numbers plus one; 0 is free. */
  #slots = new Uint32Array(slotsMin);
  #size = 0;

  constructor(oidBytes: number) {
    this.oidBytes = oidBytes;
  }

  /** How many entries have an id. */
  get size(): number {
    return this.#size;
  }

  /** Gives the entry the id whose bytes begin at `at`; false when an entry has it already. */
  set(entry: number, bytes: Uint8Array, at: number): boolean {
    const slot = this.#slotOf(bytes, at);
    if (this.#slots[slot] !== 0) return false;
    const number = entry >>> blockBits;
    while (this.#blocks.length <= number) {
      this.#blocks.push(new Uint8Array((blockMask + 1) * this.oidBytes));
    }
    const from = (entry & blockMask) * this.oidBytes;
    this.#blocks[number]?.set(bytes.subarray(at, at + this.oidBytes), from);
    this.#slots[slot] = entry + 1;
    this.#size++;
    if (this.#size > this.#slots.length * fillingMax) this.#grow();
    return true;
  }

  /** The entry with the id whose bytes begin at `at`. */
  find(bytes: Uint8Array, at = 0): number {
    return (this.#slots[this.#slotOf(bytes, at)] ?? 0) - 1;
  }

  findHex(oid: string): number {
    return oid.length === this.oidBytes * 2 ? this.find(bytesOfHex(oid)) : noEntry;
  }

  /** Only for an entry that has one; the bytes are ours and not to be changed. */
  bytesOf(entry: number): Uint8Array {
    const from = (entry & blockMask) * this.oidBytes;
    const block = this.#blocks[entry >>> blockBits];
    if (block === undefined) throw new RangeError(`Entry ${entry} has no id.`);
    return block.subarray(from, from + this.oidBytes);
  }

  hexOf(entry: number): string {
    return hexOf(this.bytesOf(entry));
  }

  /** All entries from 0 to `size`, ordered by their ids; every one of them must have an id. */
  sorted(): Uint32Array {
    // Ids are hashes: by their first two bytes they fall into heaps of nearly the same, small size.
    const starts = new Uint32Array(65_537);
    const heads = new Uint16Array(this.#size);
    for (let entry = 0; entry < this.#size; entry++) {
      const bytes = this.bytesOf(entry);
      const head = ((bytes[0] ?? 0) << 8) | (bytes[1] ?? 0);
      heads[entry] = head;
      starts[head + 1] = (starts[head + 1] ?? 0) + 1;
    }
    for (let head = 0; head < 65_536; head++) {
      starts[head + 1] = (starts[head + 1] ?? 0) + (starts[head] ?? 0);
    }
    const order = new Uint32Array(this.#size);
    const next = starts.slice();
    for (let entry = 0; entry < this.#size; entry++) {
      const head = heads[entry] ?? 0;
      const place = next[head] ?? 0;
      order[place] = entry;
      next[head] = place + 1;
    }
    for (let head = 0; head < 65_536; head++) {
      const heap = order.subarray(starts[head], starts[head + 1]);
      if (heap.length > 1) heap.sort((a, b) => compareBytes(this.bytesOf(a), this.bytesOf(b)));
    }
    return order;
  }

  #slotOf(bytes: Uint8Array, at: number): number {
    const mask = this.#slots.length - 1;
    const start =
      ((bytes[at] ?? 0) << 24) |
      ((bytes[at + 1] ?? 0) << 16) |
      ((bytes[at + 2] ?? 0) << 8) |
      (bytes[at + 3] ?? 0);
    for (let slot = start & mask; ; slot = (slot + 1) & mask) {
      const entry = (this.#slots[slot] ?? 0) - 1;
      if (entry === noEntry || this.#isAt(entry, bytes, at)) return slot;
    }
  }

  #isAt(entry: number, bytes: Uint8Array, at: number): boolean {
    const block = this.#blocks[entry >>> blockBits];
    const from = (entry & blockMask) * this.oidBytes;
    for (let i = 0; i < this.oidBytes; i++) if (block?.[from + i] !== bytes[at + i]) return false;
    return true;
  }

  #grow(): void {
    const old = this.#slots;
    this.#slots = new Uint32Array(old.length * 2);
    for (const number of old) {
      if (number !== 0) this.#slots[this.#slotOf(this.bytesOf(number - 1), 0)] = number;
    }
  }
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < a.length; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
