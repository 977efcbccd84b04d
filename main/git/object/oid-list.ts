/** Many object ids in order, 20 (or 32) bytes each and nothing more. */

import { bytesOfHex, hexOf } from '../oid.ts';

const lineFeed = 10;
const hexDigits = Uint8Array.from('0123456789abcdef', (digit) => digit.charCodeAt(0));

export class OidList {
  readonly #oidBytes: number;
  #pool: Uint8Array;
  #length = 0;

  constructor(oidBytes: number) {
    this.#oidBytes = oidBytes;
    this.#pool = new Uint8Array(64 * oidBytes);
  }

  /** The ids in `bytes`, one behind the other; the memory is taken over. */
  static of(bytes: Uint8Array, oidBytes: number): OidList {
    const list = new OidList(oidBytes);
    list.#pool = bytes;
    list.#length = bytes.length / oidBytes;
    return list;
  }

  get length(): number {
    return this.#length;
  }

  /** Takes the id whose bytes begin at `at`. */
  push(bytes: Uint8Array, at = 0): void {
    const end = this.#length * this.#oidBytes;
    if (end + this.#oidBytes > this.#pool.length) {
      const pool = new Uint8Array(Math.max(64 * this.#oidBytes, this.#pool.length * 2));
      pool.set(this.#pool);
      this.#pool = pool;
    }
    for (let i = 0; i < this.#oidBytes; i++) this.#pool[end + i] = bytes[at + i] ?? 0;
    this.#length++;
  }

  pushHex(oid: string): void {
    this.push(bytesOfHex(oid));
  }

  append(other: OidList): void {
    for (let i = 0; i < other.length; i++) this.push(other.#pool, i * this.#oidBytes);
  }

  /** All of them, one behind the other: a view, valid until the next `push`. */
  bytes(): Uint8Array {
    return this.#pool.subarray(0, this.#length * this.#oidBytes);
  }

  hexAt(place: number): string {
    return hexOf(this.#pool.subarray(place * this.#oidBytes, (place + 1) * this.#oidBytes));
  }

  /** Ids from `from` up to `to` as lines of hex: what git reads from a pipe, without a string for each. */
  lines(from: number, to: number): Uint8Array {
    const bytes = this.#pool.subarray(from * this.#oidBytes, to * this.#oidBytes);
    const lines = new Uint8Array(bytes.length * 2 + (to - from));
    for (let at = 0, end = 0; at < bytes.length; at++) {
      const byte = bytes[at] ?? 0;
      lines[end++] = hexDigits[byte >>> 4] ?? 0;
      lines[end++] = hexDigits[byte & 15] ?? 0;
      if ((at + 1) % this.#oidBytes === 0) lines[end++] = lineFeed;
    }
    return lines;
  }

  /** Ids from `from` up to `to`, as hex; for requests and pipes, a slice at a time. */
  *hex(from = 0, to: number = this.#length): Generator<string> {
    for (let place = from; place < to; place++) yield this.hexAt(place);
  }
}
