/** Reading and writing packs from a thread that may wait for the disk. */

import { createHash, type Hash } from 'node:crypto';
import { readSync, writeSync } from 'node:fs';
import { throwIfStopped } from './thread-stop.ts';

const chunkBytes = 1024 * 1024;
/** Where a pack's header holds the number of its entries, in network byte order. */
export const entryCountAt = 8;

/** Read into again and again: for what each pack left behind a collector has no reason to hurry. */
const spare: Buffer[] = [];

/** The file from `fromBytes` on, in pieces that are overwritten by the next one. Throws `ThreadStopped` between them. */
export function* chunks(file: number, fromBytes = 0, endBytes = Infinity): Generator<Buffer> {
  const chunk = spare.pop() ?? Buffer.allocUnsafeSlow(chunkBytes);
  try {
    for (let at = fromBytes; at < endBytes;) {
      throwIfStopped();
      const bytes = readSync(file, chunk, 0, Math.min(chunkBytes, endBytes - at), at);
      if (bytes === 0) return;
      yield chunk.subarray(0, bytes);
      at += bytes;
    }
  } finally {
    spare.push(chunk);
  }
}

/** The checksum a pack of these bytes has once its header names `entries`; the file stays as it is. */
export function hashSealed(
  file: number,
  objectFormat: 'sha1' | 'sha256',
  endBytes: number,
  entries: number,
): Buffer {
  const hash: Hash = createHash(objectFormat);
  const header = Buffer.alloc(entryCountAt + 4);
  readSync(file, header, 0, header.length, 0);
  header.writeUInt32BE(entries, entryCountAt);
  hash.update(header);
  for (const chunk of chunks(file, header.length, endBytes)) hash.update(chunk);
  return hash.digest();
}

export function writeAll(file: number, bytes: Uint8Array, at: number): void {
  for (let done = 0; done < bytes.length;) {
    done += writeSync(file, bytes, done, bytes.length - done, at + done);
  }
}
