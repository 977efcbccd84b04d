/**
 * Marks beside a spool: how far it was scanned, each with the hash of the spool up to there. A mark is believed only when
 * the spool has that hash, so a mark need not be durable nor be taken back: it is right or it is nothing.
 */

import { existsSync, readFileSync, writeSync } from 'node:fs';
import { crc32 } from 'node:zlib';

export interface ScanMark {
  declaredEntries: number;
  /** Whole entries before the mark. */
  entries: number;
  /** Where they end. */
  wholeBytes: number;
  /** Of all bytes before it, as they came. */
  digest: Buffer;
}

/** Version, two counts, one length, 32 bytes for the digest, and a checksum of all that. */
const recordBytes = 64;
const version = 1;
const digestAt = 24;
const digestRoom = 32;
const crcAt = digestAt + digestRoom;

export const marksPath = (spool: string): string => `${spool}.marks`;

export function appendMark(file: number, mark: ScanMark): void {
  const record = Buffer.alloc(recordBytes);
  record.writeUInt32BE(version, 0);
  record.writeUInt32BE(mark.declaredEntries, 4);
  record.writeUInt32BE(mark.entries, 8);
  record.writeDoubleBE(mark.wholeBytes, 16);
  mark.digest.copy(record, digestAt);
  record.writeUInt32BE(crc32(record.subarray(0, crcAt)), crcAt);
  writeSync(file, record);
}

/** The last mark that is whole and not beyond `sizeBytes`; null without one. */
export function lastMark(spool: string, sizeBytes: number, digestBytes: number): ScanMark | null {
  const path = marksPath(spool);
  if (!existsSync(path)) return null;
  const bytes = readFileSync(path);
  for (let at = Math.floor(bytes.length / recordBytes) * recordBytes; at > 0; at -= recordBytes) {
    const record = bytes.subarray(at - recordBytes, at);
    if (record.readUInt32BE(crcAt) !== crc32(record.subarray(0, crcAt))) continue;
    const wholeBytes = record.readDoubleBE(16);
    if (record.readUInt32BE(0) !== version || wholeBytes > sizeBytes) continue;
    return {
      declaredEntries: record.readUInt32BE(4),
      entries: record.readUInt32BE(8),
      wholeBytes,
      digest: record.subarray(digestAt, digestAt + digestBytes),
    };
  }
  return null;
}
