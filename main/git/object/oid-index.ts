/** Gives each object id a small number, exactly, in about 28 bytes an id: for graphs of commits. */

import { bytesOfHex, hexOf } from '../oid.ts';

const slotsMin = 1024;
const fillingMax = 0.6;
const free = -1;

export class OidIndex {
  readonly #oidBytes: number;
  /** The ids, one behind the other; the number of an id is its place. */
  #pool: Uint8Array;
  #slots: Int32Array;
  #size = 0;

  constructor(oidBytes: number) {
    this.#oidBytes = oidBytes;
    this.#pool = new Uint8Array(slotsMin * oidBytes);
    this.#slots = new Int32Array(slotsMin).fill(free);
  }

  get size(): number {
    return this.#size;
  }

  /** The number of this id (hex), a new one if it is new. */
  put(oid: string): number {
    const bytes = bytesOfHex(oid);
    const slot = this.#slotOf(bytes);
    const known = this.#slots[slot] ?? free;
    if (known !== free) return known;
    if ((this.#size + 1) * this.#oidBytes > this.#pool.length) {
      const pool = new Uint8Array(this.#pool.length * 2);
      pool.set(this.#pool);
      this.#pool = pool;
    }
    const number = this.#size++;
    this.#pool.set(bytes, number * this.#oidBytes);
    this.#slots[slot] = number;
    if (this.#size > this.#slots.length * fillingMax) this.#grow();
    return number;
  }

  /** -1 for an id that was never put. */
  get(oid: string): number {
    return this.#slots[this.#slotOf(bytesOfHex(oid))] ?? free;
  }

  oidOf(number: number): string {
    return hexOf(this.#pool.subarray(number * this.#oidBytes, (number + 1) * this.#oidBytes));
  }

  #slotOf(bytes: Uint8Array): number {
    const mask = this.#slots.length - 1;
    // Ids are hashes: any four bytes of them are as good as a hash of them all.
    const start =
      ((bytes[0] ?? 0) << 24) | ((bytes[1] ?? 0) << 16) | ((bytes[2] ?? 0) << 8) | (bytes[3] ?? 0);
    for (let slot = start & mask; ; slot = (slot + 1) & mask) {
      const number = this.#slots[slot] ?? free;
      if (number === free || this.#isAt(number, bytes)) return slot;
    }
  }

  #isAt(number: number, bytes: Uint8Array): boolean {
    const at = number * this.#oidBytes;
    for (let i = 0; i < this.#oidBytes; i++) if (this.#pool[at + i] !== bytes[i]) return false;
    return true;
  }

  #grow(): void {
    this.#slots = new Int32Array(this.#slots.length * 2).fill(free);
    for (let number = 0; number < this.#size; number++) {
      const at = number * this.#oidBytes;
      this.#slots[this.#slotOf(this.#pool.subarray(at, at + this.#oidBytes))] = number;
    }
  }
}
