/** The files that packs are joined into, from a thread that may wait for the disk. */

import { createHash, type Hash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fdatasyncSync,
  fstatSync,
  openSync,
  readSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { LocalProtocolError, oidBytesLength, type ObjectFormat } from '../git/index.ts';
import { chunks, entryCountAt, hashSealed, writeAll } from './pack-file.ts';

/** gitformat-pack(5): "PACK", version, number of entries. */
export const headerBytes = 12;

/** With more objects the indexes would take hundreds of megabytes; git joins such packs. */
export const joinedObjectsMax = 1_500_000;

export interface PackSink {
  readonly lengthBytes: number;
  write(bytes: Uint8Array): void;
}

/** Writes and hashes at the same time. */
class HashedFile implements PackSink {
  readonly #file: number;
  readonly #hash: Hash;
  lengthBytes = 0;

  constructor(path: string, objectFormat: ObjectFormat) {
    // Left by a crash, and read-only as git makes its packs.
    rmSync(path, { force: true });
    this.#file = openSync(path, 'wx', 0o444);
    this.#hash = createHash(objectFormat);
  }

  write(bytes: Uint8Array): void {
    this.#hash.update(bytes);
    for (let done = 0; done < bytes.length;) done += writeSync(this.#file, bytes, done);
    this.lengthBytes += bytes.length;
  }

  /** Appends the checksum and makes everything durable. */
  finish(): Buffer {
    const checksum = this.#hash.digest();
    for (let done = 0; done < checksum.length;) done += writeSync(this.#file, checksum, done);
    fdatasyncSync(this.#file);
    return checksum;
  }

  close(): void {
    closeSync(this.#file);
  }
}

/** Writes behind what is there. The count stands in the header, and the last one is not known yet: so the checksum is for later. */
export class GrownFile implements PackSink {
  readonly #file: number;
  lengthBytes: number;

  constructor(path: string, lengthBytes: number) {
    this.#file = openSync(path, lengthBytes === 0 ? 'wx' : 'r+');
    this.lengthBytes = lengthBytes;
    if (lengthBytes === 0) this.write(packHeader(0));
  }

  write(bytes: Uint8Array): void {
    writeAll(this.#file, bytes, this.lengthBytes);
    this.lengthBytes += bytes.length;
  }

  count(objects: number): void {
    const count = Buffer.alloc(4);
    count.writeUInt32BE(objects);
    writeAll(this.#file, count, entryCountAt);
  }

  finish(objects: number, objectFormat: ObjectFormat): Buffer {
    this.count(objects);
    const checksum = hashSealed(this.#file, objectFormat, this.lengthBytes, objects);
    writeAll(this.#file, checksum, this.lengthBytes);
    fdatasyncSync(this.#file);
    return checksum;
  }

  close(): void {
    closeSync(this.#file);
  }
}

function entriesOf(path: string): number {
  const file = openSync(path, 'r');
  try {
    const count = Buffer.alloc(4);
    readSync(file, count, 0, count.length, entryCountAt);
    return count.readUInt32BE();
  } finally {
    closeSync(file);
  }
}

/**
 * Copies the entries of a pack behind those in `targetPath`, which is made when it is not there.
 * @returns the target's length
 * @throws LocalProtocolError when it would have more objects than are joined here
 */
export function appendPack(packPath: string, targetPath: string, objectFormat: ObjectFormat): number {
  const lengthBytes = existsSync(targetPath) ? statSync(targetPath).size : 0;
  const objects = entriesOf(packPath) + (lengthBytes === 0 ? 0 : entriesOf(targetPath));
  if (objects > joinedObjectsMax) throw new LocalProtocolError('So many objects are not joined here.');
  const out = new GrownFile(targetPath, lengthBytes);
  const file = openSync(packPath, 'r');
  try {
    copyEntries(out, file, fstatSync(file).size - oidBytesLength(objectFormat));
    out.count(objects);
    return out.lengthBytes;
  } finally {
    closeSync(file);
    out.close();
  }
}

export function copyEntries(out: PackSink, file: number, endBytes: number): void {
  for (const chunk of chunks(file, headerBytes, endBytes)) out.write(chunk);
}

export function packHeader(objects: number): Buffer {
  const header = Buffer.from('PACK\0\0\0\x02\0\0\0\0', 'latin1');
  header.writeUInt32BE(objects, 8);
  return header;
}

/** A new file with what `write` writes, and the checksum of that behind it. Answers with the checksum. */
export function written(path: string, objectFormat: ObjectFormat, write: (out: HashedFile) => void): Buffer {
  const out = new HashedFile(path, objectFormat);
  try {
    write(out);
    return out.finish();
  } finally {
    out.close();
  }
}
