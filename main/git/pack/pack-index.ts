/**
 * Indexes of packs, read and written byte for byte as `git index-pack` writes them (gitformat-pack, "Version 2
 * pack-*.idx files" and "pack-*.rev files").
 */

import { LocalProtocolError } from '../errors.ts';
import { oidBytesLength, type ObjectFormat } from '../oid.ts';

const fanoutAt = 8;
const idsAt = fanoutAt + 256 * 4;
const largeOffset = 0x8000_0000;

/** What an index says of one object. */
export interface IndexedEntry {
  /** Where in the pack it begins. */
  offset: number;
  /** CRC-32 of its bytes in the pack. */
  crc: number;
}

/** Reads a version 2 index that git wrote. */
export class PackIndexReader {
  readonly length: number;
  readonly bytes: Uint8Array;
  readonly #view: DataView;
  readonly #oidBytes: number;

  /** @throws LocalProtocolError when this is no whole index of version 2 */
  constructor(bytes: Uint8Array, format: ObjectFormat) {
    this.bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#oidBytes = oidBytesLength(format);
    const right = bytes.length >= idsAt && this.#view.getUint32(0) === 0xff744f63;
    if (!right || this.#view.getUint32(4) !== 2)
      throw new LocalProtocolError('This is no index of version 2.');
    this.length = this.#view.getUint32(idsAt - 4);
    if (bytes.length < idsAt + this.length * (this.#oidBytes + 8) + 2 * this.#oidBytes) {
      throw new LocalProtocolError('An index is shorter than it says.');
    }
  }

  /** Where in `bytes` the id of the object at this place begins. */
  oidAt(place: number): number {
    return idsAt + place * this.#oidBytes;
  }

  /** The places of the ids that begin with this byte. */
  placesOf(first: number): { from: number; to: number } {
    const from = first === 0 ? 0 : this.#view.getUint32(fanoutAt + 4 * (first - 1));
    return { from, to: this.#view.getUint32(fanoutAt + 4 * first) };
  }

  entry(place: number): IndexedEntry {
    const crcsAt = idsAt + this.length * this.#oidBytes;
    const offsetsAt = crcsAt + this.length * 4;
    const largeAt = offsetsAt + this.length * 4;
    const crc = this.#view.getUint32(crcsAt + place * 4);
    const offset = this.#view.getUint32(offsetsAt + place * 4);
    if (offset < largeOffset) return { offset, crc };
    const at = largeAt + (offset - largeOffset) * 8;
    if (at + 8 > this.bytes.length)
      throw new LocalProtocolError('An index names an offset it does not have.');
    return { offset: this.#view.getUint32(at) * 2 ** 32 + this.#view.getUint32(at + 4), crc };
  }

  /** The checksum of the pack, as its trailer says it. */
  get packChecksum(): Uint8Array {
    return this.bytes.subarray(this.bytes.length - 2 * this.#oidBytes, this.bytes.length - this.#oidBytes);
  }

  /** The checksum of everything before it in the index. */
  get checksum(): Uint8Array {
    return this.bytes.subarray(this.bytes.length - this.#oidBytes);
  }
}

/** Objects in the order of their ids, as an index needs them. */
export interface SortedEntries {
  readonly length: number;
  oidOf(place: number): Uint8Array;
  entryOf(place: number): IndexedEntry;
}

/** Collects four bytes at a time into larger pieces. */
function* words(count: number, wordOf: (place: number) => number): Generator<Uint8Array> {
  const pieceLength = 65_536;
  for (let from = 0; from < count; from += pieceLength) {
    const piece = new DataView(new ArrayBuffer(4 * Math.min(pieceLength, count - from)));
    for (let at = 0; at < piece.byteLength; at += 4) piece.setUint32(at, wordOf(from + at / 4));
    yield new Uint8Array(piece.buffer);
  }
}

/** A version 2 index without the checksum at its end, which is that of all these bytes. */
export function* packIndexParts(entries: SortedEntries, packChecksum: Uint8Array): Generator<Uint8Array> {
  const { length } = entries;
  const counts = new Uint32Array(256);
  for (let place = 0; place < length; place++) {
    const first = entries.oidOf(place)[0] ?? 0;
    counts[first] = (counts[first] ?? 0) + 1;
  }
  let sum = 0;
  yield Uint8Array.of(0xff, 0x74, 0x4f, 0x63, 0, 0, 0, 2);
  yield* words(256, (first) => (sum += counts[first] ?? 0));
  const idsInPiece = 4096;
  for (let from = 0; from < length; from += idsInPiece) {
    const to = Math.min(length, from + idsInPiece);
    const piece = new Uint8Array((to - from) * packChecksum.length);
    for (let place = from; place < to; place++) {
      piece.set(entries.oidOf(place), (place - from) * packChecksum.length);
    }
    yield piece;
  }
  yield* words(length, (place) => entries.entryOf(place).crc);
  // Offsets that need more than 31 bits stand in a table of their own, in the same order.
  const large: number[] = [];
  yield* words(length, (place) => {
    const { offset } = entries.entryOf(place);
    if (offset < largeOffset) return offset;
    large.push(offset);
    return largeOffset + large.length - 1;
  });
  yield* words(large.length * 2, (place) => {
    const offset = large[place >>> 1] ?? 0;
    return place % 2 === 0 ? Math.floor(offset / 2 ** 32) : offset % 2 ** 32;
  });
  yield packChecksum;
}

/**
 * A reverse index without the checksum at its end: for each entry of the pack its place in the index.
 * @param order entry numbers (in the order of the pack) in the order of their ids
 */
export function* reverseIndexParts(
  order: Uint32Array,
  packChecksum: Uint8Array,
  format: ObjectFormat,
): Generator<Uint8Array> {
  const places = new Uint32Array(order.length);
  for (const [place, entry] of order.entries()) places[entry] = place;
  yield Uint8Array.of(0x52, 0x49, 0x44, 0x58, 0, 0, 0, 1, 0, 0, 0, format === 'sha1' ? 1 : 2);
  yield* words(order.length, (entry) => places[entry] ?? 0);
  yield packChecksum;
}
