/** Counts, seals and joins packs in a thread of its own: inflating gigabytes would make the engine deaf meanwhile. */

import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fdatasyncSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readFileSync,
} from 'node:fs';
import { parentPort } from 'node:worker_threads';
import type { SealedPack } from '../engine/ports.ts';
import {
  LocalProtocolError,
  oidBytesLength,
  PackIndexReader,
  PackScanner,
  RemoteProtocolError,
} from '../git/index.ts';
import { diskError } from './disk-errors.ts';
import { appendPack } from './joined-file.ts';
import { chunks, entryCountAt, hashSealed, writeAll } from './pack-file.ts';
import { nodeInflate } from './pack-inflate.ts';
import { joinPacks } from './pack-join.ts';
import { keepResolvable } from './pack-keep.ts';
import { lastMark } from './pack-marks.ts';
import type { PackAnswer, PackQuestion } from './pack-tools.ts';
import { heedStop, ThreadStopped } from './thread-stop.ts';

function push(scanner: PackScanner, file: number, fromBytes: number): PackScanner {
  try {
    for (const chunk of chunks(file, fromBytes)) scanner.push(chunk);
  } catch (error) {
    // What stood before the damage is whole all the same, and that was the question.
    if (!(error instanceof RemoteProtocolError)) throw error;
  }
  return scanner;
}

/** From the last mark that agrees with the spool, or from its beginning. */
function scan(file: number, path: string, objectFormat: 'sha1' | 'sha256'): PackScanner {
  const inflate = nodeInflate();
  const from = lastMark(path, fstatSync(file).size, oidBytesLength(objectFormat));
  if (from !== null) {
    const hash = createHash(objectFormat);
    for (const chunk of chunks(file, 0, from.wholeBytes)) hash.update(chunk);
    if (hash.digest().equals(from.digest)) {
      return push(new PackScanner({ objectFormat, inflate, from }), file, from.wholeBytes);
    }
  }
  return push(new PackScanner({ objectFormat, inflate }), file, 0);
}

/** Whether a whole index beside the spool belongs to the pack with this checksum. */
function isIndexed(path: string, objectFormat: 'sha1' | 'sha256', checksum: Buffer): boolean {
  const indexPath = path.replace(/\.pack$/, '.idx');
  if (indexPath === path || !existsSync(indexPath)) return false;
  try {
    const index = new PackIndexReader(readFileSync(indexPath), objectFormat);
    const content = index.bytes.subarray(0, index.bytes.length - checksum.length);
    return (
      checksum.equals(index.packChecksum) &&
      createHash(objectFormat).update(content).digest().equals(index.checksum)
    );
  } catch (error) {
    if (error instanceof LocalProtocolError) return false;
    throw error;
  }
}

/**
 * In an order that a crash cannot spoil: first the end is cut off, then the count is made true, then the checksum
 * follows. A file between any two of these steps is a pack cut after its last whole entry, as it was before.
 */
function seal(file: number, path: string, objectFormat: 'sha1' | 'sha256'): SealedPack | null {
  const scanner = scan(file, path, objectFormat);
  const { entries, wholeBytes } = scanner;
  if (entries === 0) return null;
  const whole = scanner.done && entries === scanner.declaredEntries;
  if (!whole) {
    ftruncateSync(file, wholeBytes);
    const count = Buffer.alloc(4);
    count.writeUInt32BE(entries);
    writeAll(file, count, entryCountAt);
  }
  const checksum = hashSealed(file, objectFormat, wholeBytes, entries);
  const complete = whole && scanner.trailer === checksum.toString('hex');
  if (!complete) writeAll(file, checksum, wholeBytes);
  // Also a spool that came whole may not have been synced before the crash that led here.
  fdatasyncSync(file);
  return {
    entries,
    bytes: wholeBytes + checksum.length,
    hash: checksum.toString('hex'),
    complete,
    indexed: isIndexed(path, objectFormat, checksum),
  };
}

function work(question: PackQuestion): PackAnswer {
  const { task, path, objectFormat } = question;
  heedStop(question.stop);
  try {
    if (question.task === 'append')
      return { task: 'append', value: appendPack(question.packPath, path, objectFormat) };
    if (question.task === 'join')
      return { task: 'join', value: joinPacks(question.packPaths, path, objectFormat, question.begun) };
    const file = openSync(path, task === 'seal' ? 'r+' : 'r');
    try {
      if (task === 'seal') return { task, value: seal(file, path, objectFormat) };
      if (task === 'keep') return { task, value: keepResolvable(file, path, objectFormat, question.bases) };
      const { entries, wholeBytes } = scan(file, path, objectFormat);
      return { task: 'count', value: { entries, endBytes: wholeBytes } };
    } finally {
      closeSync(file);
    }
  } catch (error) {
    if (error instanceof ThreadStopped) return { task: 'stopped' };
    const { code, facts } = diskError(error, path);
    return { task: 'failure', failure: { code, facts } };
  }
}

parentPort?.on('message', (question: PackQuestion) => parentPort?.postMessage(work(question)));
