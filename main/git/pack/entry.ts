/** Headers of a pack and of its entries (gitformat-pack, "pack-*.pack files have the following format"). */

import { RemoteProtocolError } from '../errors.ts';
import { packObjectBytesMax } from '../limits.ts';
import { hexOf, oidBytesLength, type ObjectFormat } from '../oid.ts';

export type PackEntryType = 'commit' | 'tree' | 'blob' | 'tag' | 'ofs-delta' | 'ref-delta';

export interface PackEntryHeader {
  readonly type: PackEntryType;
  /** Bytes of the inflated data (of the delta itself, for deltas), as claimed. */
  readonly sizeBytes: number;
  /** Bytes of this header; compressed data follows. */
  readonly headerBytes: number;
  /** ofs-delta: how many bytes before this entry its base begins; at least 1. */
  readonly baseDistance?: number;
  /** ref-delta: object id of the base. */
  readonly baseOid?: string;
}

export interface Incomplete {
  readonly incomplete: true;
}

const incomplete: Incomplete = { incomplete: true };

/** Types 0 and 5 are invalid and reserved. */
const entryTypes: readonly (PackEntryType | null)[] = [
  null,
  'commit',
  'tree',
  'blob',
  'tag',
  null,
  'ofs-delta',
  'ref-delta',
];

export const packHeaderBytes = 12;

/**
 * The header of a pack: version 2 or 3 (the same to readers) and the number of entries it claims to have.
 * @throws RemoteProtocolError `pack`
 */
export function decodePackHeader(
  bytes: Uint8Array,
  at = 0,
): { version: 2 | 3; entries: number } | Incomplete {
  const available = Math.min(bytes.length - at, 4);
  for (let i = 0; i < available; i++) {
    if (bytes[at + i] !== 'PACK'.charCodeAt(i)) throw new RemoteProtocolError('pack', 'This is not a pack.');
  }
  if (bytes.length - at < packHeaderBytes) return incomplete;
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, packHeaderBytes);
  const version = view.getUint32(4);
  if (version !== 2 && version !== 3)
    throw new RemoteProtocolError('pack', `Packs of version ${version} are unknown.`);
  return { version, entries: view.getUint32(8) };
}

/** Size as varint of 4 + 7 + 7 … bits, lowest first; the number and the index behind it. */
function decodeSize(bytes: Uint8Array, at: number, limit: number): { size: number; end: number } | null {
  let byte = bytes[at++];
  if (byte === undefined) return null;
  let size = byte & 0x0f;
  // Multiplying instead of shifting: sizes go past 32 bits, and the limit keeps them below 2^53.
  let factor = 16;
  while ((byte & 0x80) !== 0) {
    byte = bytes[at++];
    if (byte === undefined) return null;
    size += (byte & 0x7f) * factor;
    factor *= 128;
    // Bits of zero may not go on for ever either: the limit bounds the number, this bounds its digits.
    if (size > limit || factor > 2 ** 67)
      throw new RemoteProtocolError('pack', 'An entry claims a size beyond all bounds.');
  }
  return { size, end: at };
}

/** Distance of the base: 7 bits a byte, highest first, each continuation adding one ("offset encoding"). */
function decodeDistance(bytes: Uint8Array, at: number): { distance: number; end: number } | null {
  let byte = bytes[at++];
  if (byte === undefined) return null;
  let distance = byte & 0x7f;
  while ((byte & 0x80) !== 0) {
    byte = bytes[at++];
    if (byte === undefined) return null;
    distance = (distance + 1) * 128 + (byte & 0x7f);
    if (!Number.isSafeInteger(distance))
      throw new RemoteProtocolError('pack', 'A delta names a base beyond all bounds.');
  }
  return { distance, end: at };
}

/**
 * The header of the entry that begins at `at`. Where it lies in the pack is not known here, so whether a distance
 * leads before the pack's first entry is for the caller to check.
 * @throws RemoteProtocolError `pack` for types 0 and 5, a distance of 0, and numbers beyond `sizeBytesMax` or 2^53
 */
export function decodeEntryHeader(
  bytes: Uint8Array,
  at: number,
  format: ObjectFormat,
  sizeBytesMax: number = packObjectBytesMax,
): PackEntryHeader | Incomplete {
  const first = bytes[at];
  if (first === undefined) return incomplete;
  const type = entryTypes[(first >> 4) & 7] ?? null;
  if (type === null) throw new RemoteProtocolError('pack', `There is no entry of type ${(first >> 4) & 7}.`);
  const size = decodeSize(bytes, at, sizeBytesMax);
  if (size === null) return incomplete;
  const sizeBytes = size.size;
  if (type === 'ofs-delta') {
    const base = decodeDistance(bytes, size.end);
    if (base === null) return incomplete;
    if (base.distance === 0) throw new RemoteProtocolError('pack', 'A delta names itself as its base.');
    return { type, sizeBytes, headerBytes: base.end - at, baseDistance: base.distance };
  }
  if (type === 'ref-delta') {
    const end = size.end + oidBytesLength(format);
    if (bytes.length < end) return incomplete;
    return { type, sizeBytes, headerBytes: end - at, baseOid: hexOf(bytes.subarray(size.end, end)) };
  }
  return { type, sizeBytes, headerBytes: size.end - at };
}
