/** Packs made by hand, for what git would never write. */

import { createHash } from 'node:crypto';
import { deflateSync } from 'node:zlib';
import type { PackEntryType } from '../../../main/git/index.ts';

const typeNumbers: Record<PackEntryType, number> = {
  commit: 1,
  tree: 2,
  blob: 3,
  tag: 4,
  'ofs-delta': 6,
  'ref-delta': 7,
};

/** Type and size as they open an entry. */
export function entryHead(type: PackEntryType | number, size: number): number[] {
  const number = typeof type === 'number' ? type : typeNumbers[type];
  const bytes: number[] = [];
  let rest = Math.floor(size / 16);
  let byte = (number << 4) | (size % 16);
  while (rest > 0) {
    bytes.push(byte | 0x80);
    byte = rest % 128;
    rest = Math.floor(rest / 128);
  }
  bytes.push(byte);
  return bytes;
}

/** The distance of an ofs-delta's base. */
export function offsetVarint(distance: number): number[] {
  const bytes = [distance % 128];
  let rest = Math.floor(distance / 128);
  while (rest > 0) {
    rest--;
    bytes.unshift(0x80 | (rest % 128));
    rest = Math.floor(rest / 128);
  }
  return bytes;
}

/** One whole entry; `claimed` lies about the size, `base` stands between header and data. */
export function entry(
  type: PackEntryType | number,
  data: Uint8Array,
  options: { claimed?: number; base?: number[]; zlib?: Uint8Array } = {},
): Uint8Array {
  return Buffer.concat([
    Uint8Array.from([...entryHead(type, options.claimed ?? data.length), ...(options.base ?? [])]),
    options.zlib ?? deflateSync(data),
  ]);
}

/** A pack with its trailer; `declared` lies about the number of entries. */
export function pack(
  entries: readonly Uint8Array[],
  options: { declared?: number; version?: number } = {},
): Uint8Array {
  const header = Buffer.alloc(12);
  header.write('PACK');
  header.writeUInt32BE(options.version ?? 2, 4);
  header.writeUInt32BE(options.declared ?? entries.length, 8);
  const body = Buffer.concat([header, ...entries]);
  return Buffer.concat([body, createHash('sha1').update(body).digest()]);
}
