/** How many bytes of a pack each of its objects takes, by the pack's index. */

import type { ObjectFormat } from '../oid.ts';
import { PackIndexReader } from './pack-index.ts';

export class EntrySizes {
  readonly #index: PackIndexReader;
  readonly #oidBytes: number;
  /** Where entries begin, in the order of the pack. */
  readonly #offsets: Float64Array;

  /** @throws LocalProtocolError when this is no whole index of version 2 */
  constructor(index: Uint8Array, format: ObjectFormat) {
    this.#index = new PackIndexReader(index, format);
    this.#oidBytes = this.#index.packChecksum.length;
    this.#offsets = new Float64Array(this.#index.length);
    for (let place = 0; place < this.#offsets.length; place++) {
      this.#offsets[place] = this.#index.entry(place).offset;
    }
    this.#offsets.sort();
  }

  /** Null for the last entry, whose end the index does not tell, and for an object that is not in the pack. */
  of(oids: Uint8Array, at: number): number | null {
    const place = this.#placeOf(oids, at);
    if (place === -1) return null;
    const { offset } = this.#index.entry(place);
    let from = 0;
    let to = this.#offsets.length;
    while (from < to) {
      const middle = (from + to) >>> 1;
      if ((this.#offsets[middle] ?? 0) <= offset) from = middle + 1;
      else to = middle;
    }
    const next = this.#offsets[from];
    return next === undefined ? null : next - offset;
  }

  #placeOf(oids: Uint8Array, at: number): number {
    let { from, to } = this.#index.placesOf(oids[at] ?? 0);
    while (from < to) {
      const middle = (from + to) >>> 1;
      const order = this.#compare(oids, at, this.#index.oidAt(middle));
      if (order === 0) return middle;
      if (order < 0) to = middle;
      else from = middle + 1;
    }
    return -1;
  }

  #compare(oids: Uint8Array, at: number, indexAt: number): number {
    for (let i = 0; i < this.#oidBytes; i++) {
      const difference = (oids[at + i] ?? 0) - (this.#index.bytes[indexAt + i] ?? 0);
      if (difference !== 0) return difference;
    }
    return 0;
  }
}
