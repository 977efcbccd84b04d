/** Counts and seals packs in a thread of its own: inflating gigabytes would make the engine deaf meanwhile. */

import { createHash } from 'node:crypto';
import { closeSync, fdatasyncSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';
import type { SealedPack } from '../engine/ports.ts';
import { PackScanner, RemoteProtocolError } from '../git/index.ts';
import { diskError } from './disk-errors.ts';
import { nodeInflate } from './pack-inflate.ts';
import type { PackAnswer, PackQuestion } from './pack-tools.ts';

const chunkBytes = 1024 * 1024;
/** Where a pack's header holds the number of its entries, in network byte order. */
const entryCountAt = 8;

function* chunks(file: number, endBytes = Infinity): Generator<Buffer> {
  const chunk = Buffer.allocUnsafeSlow(chunkBytes);
  for (let at = 0; at < endBytes;) {
    const bytes = readSync(file, chunk, 0, Math.min(chunkBytes, endBytes - at), at);
    if (bytes === 0) return;
    yield chunk.subarray(0, bytes);
    at += bytes;
  }
}

function scan(file: number, objectFormat: 'sha1' | 'sha256'): PackScanner {
  const scanner = new PackScanner({ objectFormat, inflate: nodeInflate() });
  try {
    for (const chunk of chunks(file)) scanner.push(chunk);
  } catch (error) {
    // What stood before the damage is whole all the same, and that was the question.
    if (!(error instanceof RemoteProtocolError)) throw error;
  }
  return scanner;
}

function writeAll(file: number, bytes: Uint8Array, at: number): void {
  for (let done = 0; done < bytes.length;)
    done += writeSync(file, bytes, done, bytes.length - done, at + done);
}

/**
 * In an order that a crash cannot spoil: first the end is cut off, then the count is made true, then the checksum
 * follows. A file between any two of these steps is a pack cut after its last whole entry, as it was before.
 */
function seal(file: number, objectFormat: 'sha1' | 'sha256'): SealedPack | null {
  const scanner = scan(file, objectFormat);
  const { entries, wholeBytes } = scanner;
  if (entries === 0) return null;
  const whole = scanner.done && entries === scanner.declaredEntries;
  if (!whole) {
    ftruncateSync(file, wholeBytes);
    const count = Buffer.alloc(4);
    count.writeUInt32BE(entries);
    writeAll(file, count, entryCountAt);
  }
  const hash = createHash(objectFormat);
  for (const chunk of chunks(file, wholeBytes)) hash.update(chunk);
  const checksum = hash.digest();
  const complete = whole && scanner.trailer === checksum.toString('hex');
  if (!complete) writeAll(file, checksum, wholeBytes);
  // Also a spool that came whole may not have been synced before the crash that led here.
  fdatasyncSync(file);
  return { entries, bytes: wholeBytes + checksum.length, hash: checksum.toString('hex'), complete };
}

function work({ task, path, objectFormat }: PackQuestion): PackAnswer {
  try {
    const file = openSync(path, task === 'seal' ? 'r+' : 'r');
    try {
      if (task === 'seal') return { task, value: seal(file, objectFormat) };
      const { entries, wholeBytes } = scan(file, objectFormat);
      return { task, value: { entries, endBytes: wholeBytes } };
    } finally {
      closeSync(file);
    }
  } catch (error) {
    const { code, facts } = diskError(error, path);
    return { task: 'failure', failure: { code, facts } };
  }
}

parentPort?.on('message', (question: PackQuestion) => parentPort?.postMessage(work(question)));
