/** Object ids in a line, first in, first out; memory is held only for those that still stand in it. */

const idsPerChunk = 4096;

export class OidQueue {
  readonly #oidBytes: number;
  /** The first of them holds the id number `#firstChunk * idsPerChunk`. */
  readonly #chunks: Uint8Array[] = [];
  #firstChunk = 0;
  #begin = 0;
  #end = 0;

  constructor(oidBytes: number) {
    this.#oidBytes = oidBytes;
  }

  /** Number of the first id that still stands in the line; ids are numbered from 0 in the order they came. */
  get begin(): number {
    return this.#begin;
  }

  /** The number the next id will have. */
  get end(): number {
    return this.#end;
  }

  get length(): number {
    return this.#end - this.#begin;
  }

  push(bytes: Uint8Array, at = 0): void {
    const place = this.#end % idsPerChunk;
    if (place === 0) this.#chunks.push(new Uint8Array(idsPerChunk * this.#oidBytes));
    const chunk = this.#chunks.at(-1);
    const to = place * this.#oidBytes;
    if (chunk !== undefined) for (let i = 0; i < this.#oidBytes; i++) chunk[to + i] = bytes[at + i] ?? 0;
    this.#end++;
  }

  /** Copies the ids `from` (included) to `to` (excluded), by number; they must still stand in the line. */
  slice(from: number, to: number): Uint8Array {
    const oids = new Uint8Array((to - from) * this.#oidBytes);
    for (let number = from, at = 0; number < to; number++, at += this.#oidBytes) {
      const { chunk, place } = this.placeOf(number);
      oids.set(chunk.subarray(place, place + this.#oidBytes), at);
    }
    return oids;
  }

  /** Where an id's bytes are; valid until it is dropped. */
  placeOf(number: number): { chunk: Uint8Array; place: number } {
    const chunk = this.#chunks[this.#chunkOf(number)];
    if (chunk === undefined || number < this.#begin || number >= this.#end) {
      throw new RangeError(`Id ${number} does not stand in this line.`);
    }
    return { chunk, place: (number % idsPerChunk) * this.#oidBytes };
  }

  /** The line begins at this number now; what was dropped does not come back. */
  dropTo(number: number): void {
    this.#begin = Math.max(this.#begin, Math.min(number, this.#end));
    while ((this.#firstChunk + 1) * idsPerChunk <= this.#begin && this.#chunks.length > 0) {
      this.#chunks.shift();
      this.#firstChunk++;
    }
  }

  #chunkOf(number: number): number {
    return Math.floor(number / idsPerChunk) - this.#firstChunk;
  }
}
