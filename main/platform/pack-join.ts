/** Several packs become one: their entries behind each other, as they are. In a thread that may wait for the disk. */

import { createHash, type Hash } from 'node:crypto';
import {
  closeSync,
  fdatasyncSync,
  fstatSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { crc32 } from 'node:zlib';
import type { JoinedPack } from '../engine/ports.ts';
import {
  decodeEntryHeader,
  encodeDistance,
  JoinedEntries,
  LocalProtocolError,
  oidBytesLength,
  PackIndexReader,
  packIndexParts,
  RemoteProtocolError,
  sizeBytesAt,
  type ObjectFormat,
} from '../git/index.ts';
import { chunks } from './pack-file.ts';
import { throwIfStopped } from './thread-stop.ts';

const headerBytes = 12;
/** With more objects the indexes would take hundreds of megabytes; git joins such packs. */
const objectsMax = 1_500_000;
/** A pack of which not every entry is wanted is rewritten in memory. */
const rewrittenBytesMax = 64 * 1024 * 1024;

/** Room for one pack after the other: what each left behind would wait for a collector that has no reason to hurry. */
class Room {
  #bytes = Buffer.alloc(0);

  of(lengthBytes: number): Buffer {
    if (this.#bytes.length < lengthBytes) this.#bytes = Buffer.allocUnsafeSlow(lengthBytes);
    return this.#bytes.subarray(0, lengthBytes);
  }
}

/** Writes and hashes at the same time. */
class HashedFile {
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

/**
 * Writes `targetPath` (ending in ".pack") and its index beside it, durable. An object that is in several packs comes from
 * the first of them. Deltas name their bases by distance (gitformat-pack(5), OFS_DELTA), so whole packs are copied as they
 * are; only where an entry is left out the distances behind it change.
 * @param packPaths with their indexes beside them
 * @returns null for packs that are not for us: too many objects, or something about them that git should look at
 */
export function joinPacks(
  packPaths: readonly string[],
  targetPath: string,
  objectFormat: ObjectFormat,
): JoinedPack | null {
  const indexPath = (path: string) => path.replace(/\.pack$/, '.idx');
  // As they came: what belongs together came together.
  const byAge = packPaths.map((path) => ({ path, writtenMs: statSync(path).mtimeMs }));
  const paths = byAge.sort((a, b) => a.writtenMs - b.writtenMs).map(({ path }) => path);
  try {
    const indexes = paths.map((path) => new PackIndexReader(readFileSync(indexPath(path)), objectFormat));
    if (indexes.reduce((sum, { length }) => sum + length, 0) > objectsMax) return null;
    const entries = new JoinedEntries(indexes, objectFormat);
    const room = new Room();
    const checksum = written(targetPath, objectFormat, (out) => {
      out.write(packHeader(entries.length));
      for (const [pack, path] of paths.entries()) {
        const index = indexes[pack];
        if (index !== undefined) appendPack({ path, pack, index, entries, out, objectFormat, room });
      }
    });
    written(indexPath(targetPath), objectFormat, (out) => {
      for (const part of packIndexParts(entries, checksum)) out.write(part);
    });
    return { hash: checksum.toString('hex'), objects: entries.length };
  } catch (error) {
    if (error instanceof LocalProtocolError || error instanceof RemoteProtocolError) return null;
    throw error;
  }
}

function written(path: string, objectFormat: ObjectFormat, write: (out: HashedFile) => void): Buffer {
  const out = new HashedFile(path, objectFormat);
  try {
    write(out);
    return out.finish();
  } finally {
    out.close();
  }
}

function packHeader(objects: number): Buffer {
  const header = Buffer.from('PACK\0\0\0\x02\0\0\0\0', 'latin1');
  header.writeUInt32BE(objects, 8);
  return header;
}

interface OnePack {
  path: string;
  pack: number;
  index: PackIndexReader;
  entries: JoinedEntries;
  out: HashedFile;
  objectFormat: ObjectFormat;
  room: Room;
}

function appendPack(one: OnePack): void {
  throwIfStopped();
  const file = openSync(one.path, 'r');
  try {
    const endBytes = fstatSync(file).size - oidBytesLength(one.objectFormat);
    if (one.entries.isWhole(one.pack)) appendWhole(one, file, endBytes);
    else appendPart(one, file, endBytes);
  } finally {
    closeSync(file);
  }
}

function appendWhole({ pack, index, entries, out }: OnePack, file: number, endBytes: number): void {
  const shift = out.lengthBytes - headerBytes;
  for (let place = 0; place < index.length; place++) {
    entries.place(entries.numberOf(pack, place), index.entry(place).offset + shift);
  }
  for (const chunk of chunks(file, headerBytes, endBytes)) out.write(chunk);
}

/** Entry by entry, without those whose objects stand in an earlier pack. */
function appendPart(one: OnePack, file: number, endBytes: number): void {
  const { pack, index, entries, out } = one;
  if (endBytes > rewrittenBytesMax) throw new LocalProtocolError('A large pack is not rewritten here.');
  const bytes = one.room.of(endBytes);
  if (readSync(file, bytes, 0, endBytes, 0) !== endBytes)
    throw new LocalProtocolError('A pack is shorter than it was.');
  const offsets = Float64Array.from({ length: index.length }, (_, place) => index.entry(place).offset);
  const order = Uint32Array.from(offsets.keys()).sort((a, b) => (offsets[a] ?? 0) - (offsets[b] ?? 0));
  const newOffsets = new Map<number, number>();
  for (const [nth, place] of order.entries()) {
    const entry = entries.numberOf(pack, place);
    const from = offsets[place] ?? 0;
    const next = order[nth + 1];
    const to = next === undefined ? endBytes : (offsets[next] ?? 0);
    if (!entries.isDouble(entry)) {
      const rewritten = rebased(bytes.subarray(from, to), one.objectFormat, (distance) => {
        const base = newOffsets.get(from - distance);
        if (base === undefined) throw new LocalProtocolError('A delta builds on what is no entry.');
        return out.lengthBytes - base;
      });
      entries.place(entry, out.lengthBytes, crc32(rewritten));
      out.write(rewritten);
    }
    newOffsets.set(from, entries.offsetOf(entry));
  }
}

/** The entry with its base at another distance; all else in it stays. */
function rebased(
  entry: Uint8Array,
  objectFormat: ObjectFormat,
  newDistance: (old: number) => number,
): Uint8Array {
  const header = decodeEntryHeader(entry, 0, objectFormat);
  if ('incomplete' in header || header.type !== 'ofs-delta' || header.baseDistance === undefined)
    return entry;
  const distance = newDistance(header.baseDistance);
  if (distance === header.baseDistance) return entry;
  const size = entry.subarray(0, sizeBytesAt(entry, 0));
  return Buffer.concat([size, encodeDistance(distance), entry.subarray(header.headerBytes)]);
}
