/**
 * Follows one spool while it grows: knows every whole entry, writes runs of them as packs of their own, learns their ids
 * from the indexes git makes of these, and composes the index of the whole. Waits for the disk: for a thread of its own.
 */

import { createHash, type Hash } from 'node:crypto';
import { closeSync, fdatasyncSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import type { ComposedIndex, FollowedPack } from '../engine/ports.ts';
import {
  bytesOfHex,
  ClosureProof,
  EntryIds,
  EntryTable,
  LocalProtocolError,
  noEntry,
  oidBytesLength,
  PackIndexReader,
  packIndexParts,
  PackScanner,
  RemoteProtocolError,
  reverseIndexParts,
  ThinPack,
  type ObjectFormat,
  type SortedEntries,
} from '../git/index.ts';
import { chunks, hashSealed } from './pack-file.ts';
import { nodeInflate } from './pack-inflate.ts';
import { appendMark, marksPath } from './pack-marks.ts';
import { thinPackBytes } from './thin-pack-bytes.ts';

const packHeaderBytes = 12;
/** How much is scanned at most between two marks. */
const markEveryBytes = 8 * 1024 * 1024;

export class PackFollow {
  readonly proof: ClosureProof;
  readonly #format: ObjectFormat;
  readonly #path: string;
  readonly #file: number;
  readonly #marks: number;
  readonly #scanner: PackScanner;
  readonly #hash: Hash;
  readonly #table = new EntryTable();
  readonly #ids: EntryIds;
  /** What is pushed into the scanner just now, where it begins, and how far its entries' checksums went. */
  #chunk: Buffer = Buffer.alloc(0);
  #chunkAt = 0;
  #crcAt = packHeaderBytes;
  #crc = 0;
  #markedBytes = 0;
  /** What ended the scan; the entries before it are good. */
  #damage: string | null = null;
  /** Entries before this one are in segments. */
  #segmentedTo = 0;
  #segment: ThinPack | null = null;
  #segmentFrom = 0;
  #segmentBytes: Generator<Uint8Array<ArrayBuffer>> | null = null;

  constructor(path: string, format: ObjectFormat) {
    this.#format = format;
    this.#path = path;
    this.#file = openSync(path, 'r');
    this.#marks = openSync(marksPath(path), 'w');
    this.#ids = new EntryIds(oidBytesLength(format));
    this.proof = new ClosureProof(this.#table, this.#ids);
    this.#hash = createHash(format);
    this.#scanner = new PackScanner({
      objectFormat: format,
      inflate: nodeInflate(),
      onEntry: (entry) => {
        const end = entry.offset + entry.packedBytes;
        this.#table.add(entry, this.#crcTo(end));
        this.#crc = 0;
      },
    });
  }

  close(): void {
    closeSync(this.#file);
    closeSync(this.#marks);
  }

  /** Scans what the spool has up to `lengthBytes`. */
  advance(lengthBytes: number): FollowedPack {
    if (this.#damage === null) {
      for (const chunk of chunks(this.#file, this.#scanner.scannedBytes, lengthBytes)) {
        if (!this.#push(chunk)) break;
      }
    }
    return {
      entries: this.#table.length,
      wholeBytes: this.#scanner.wholeBytes,
      declaredEntries: this.#scanner.declaredEntries,
      segmentedEntries: this.#segmentedTo,
      segmentedBytes: this.#segmentedTo === 0 ? 0 : this.#table.offsetOf(this.#segmentedTo),
    };
  }

  /** All whole entries that are in no segment yet become one. Answers with how many they are. */
  beginSegment(): number {
    const from = this.#segmentedTo;
    const to = this.#table.length;
    if (from === to) return 0;
    this.#segmentFrom = from;
    this.#segmentedTo = to;
    this.#segment = new ThinPack({
      table: this.#table,
      from,
      to,
      oidOf: (entry) => this.#ids.bytesOf(entry),
    });
    this.#segmentBytes = thinPackBytes(this.#segment, this.#file, this.#format);
    return to - from;
  }

  /** The next bytes of the segment; null after the last. */
  segmentChunk(): Uint8Array<ArrayBuffer> | null {
    const next = this.#segmentBytes?.next();
    return next === undefined || next.done === true ? null : next.value;
  }

  /**
   * Takes the ids of the segment's entries from the index git made of it. Everything there must be accounted for exactly
   * once; where an entry was not changed, git's checksum of its bytes must be ours.
   * @throws LocalProtocolError when anything does not agree
   */
  learnSegment(indexPath: string): void {
    const segment = this.#segment;
    if (segment === null) throw new LocalProtocolError('There is no segment to learn about.');
    const index = new PackIndexReader(readFileSync(indexPath), this.#format);
    const from = this.#segmentFrom;
    let learnt = 0;
    for (let place = 0; place < index.length; place++) {
      const { offset, crc } = index.entry(place);
      // Bases from earlier segments, which git put behind ours (git-index-pack(1), --fix-thin).
      if (offset >= segment.bodyBytes) continue;
      const entry = segment.find(offset);
      if (entry === noEntry)
        throw new LocalProtocolError(`Git's index names byte ${offset}, where nothing begins.`);
      if (segment.isUnchanged(entry) && crc !== this.#table.crcOf(entry)) {
        throw new LocalProtocolError(`Entry ${entry} changed on its way to git.`);
      }
      if (!this.#ids.set(entry, index.bytes, index.oidAt(place))) {
        throw new LocalProtocolError('An object is in the pack twice.');
      }
      learnt++;
    }
    if (learnt !== segment.entries) {
      throw new LocalProtocolError(`Git's index has ${learnt} objects of ${segment.entries}.`);
    }
    this.#segment = null;
    this.#segmentBytes = null;
    this.#learnTypes(from);
  }

  /**
   * Writes the index of the whole pack, `<spool without .pack>.idx`, and a reverse index if asked for. The spool stays as
   * it is; of a cut one the index fits the pack that sealing it makes.
   * @param whole the sender's pack is expected to be here to its end
   * @throws LocalProtocolError when anything does not agree
   */
  compose(whole: boolean, reverse: boolean): ComposedIndex {
    const { length, endBytes } = this.#table;
    const { declaredEntries, trailer } = this.#scanner;
    if (length === 0 || this.#ids.size !== length)
      throw new LocalProtocolError('Not every entry has its id.');
    if (whole && (!this.#scanner.done || this.#damage !== null || declaredEntries !== length)) {
      throw new LocalProtocolError(this.#damage ?? 'The pack is not whole.');
    }
    const checksum = whole
      ? this.#hash.copy().digest()
      : hashSealed(this.#file, this.#format, endBytes, length);
    if (whole && checksum.toString('hex') !== trailer) {
      throw new LocalProtocolError('The pack does not have the checksum at its end.');
    }
    const order = this.#ids.sorted();
    const entryAt = (place: number) => order[place] ?? 0;
    const entries: SortedEntries = {
      length,
      oidOf: (place) => this.#ids.bytesOf(entryAt(place)),
      entryOf: (place) => ({
        offset: this.#table.offsetOf(entryAt(place)),
        crc: this.#table.crcOf(entryAt(place)),
      }),
    };
    if (reverse) this.#write('rev', reverseIndexParts(order, checksum, this.#format));
    // It becomes part of a repository as it is: durable before the index that will make it visible.
    if (whole) fdatasyncSync(this.#file);
    this.#write('idx', packIndexParts(entries, checksum));
    return { entries: length, bytes: endBytes + checksum.length, hash: checksum.toString('hex') };
  }

  /** False when the rest is of no use. */
  #push(chunk: Buffer): boolean {
    this.#chunk = chunk;
    this.#chunkAt = this.#scanner.scannedBytes;
    try {
      this.#scanner.push(chunk);
    } catch (error) {
      if (!(error instanceof RemoteProtocolError)) throw error;
      this.#damage = error.message;
      return false;
    }
    // The checksum at the end is of everything but itself.
    const atTrailer = this.#scanner.entries === this.#scanner.declaredEntries;
    const end = this.#chunkAt + chunk.length;
    const wholeBytes = Math.max(this.#chunkAt, this.#scanner.wholeBytes);
    this.#hash.update(chunk.subarray(0, wholeBytes - this.#chunkAt));
    if (this.#scanner.wholeBytes >= this.#chunkAt) this.#mark();
    if (!atTrailer) {
      this.#hash.update(chunk.subarray(wholeBytes - this.#chunkAt));
      this.#crc = this.#crcTo(Math.max(end, this.#crcAt));
    }
    return true;
  }

  /** CRC-32 of the entry under way, up to this byte of the pack. */
  #crcTo(end: number): number {
    const part = this.#chunk.subarray(this.#crcAt - this.#chunkAt, end - this.#chunkAt);
    this.#crcAt = end;
    this.#crc = crc32(part, this.#crc);
    return this.#crc;
  }

  #mark(): void {
    const { wholeBytes, declaredEntries, entries } = this.#scanner;
    if (wholeBytes - this.#markedBytes < markEveryBytes || declaredEntries === null) return;
    this.#markedBytes = wholeBytes;
    appendMark(this.#marks, { declaredEntries, entries, wholeBytes, digest: this.#hash.copy().digest() });
  }

  /** Deltas on bases named by id have the type of these; whatever builds on them too. */
  #learnTypes(from: number): void {
    for (let entry = from; entry < this.#table.length; entry++) {
      if (this.#table.objectTypeOf(entry) !== 0) continue;
      const oid = this.#table.baseOidOf(entry);
      const base = oid === undefined ? this.#table.baseOf(entry) : this.#ids.find(bytesOfHex(oid));
      if (base !== noEntry) this.#table.setObjectType(entry, this.#table.objectTypeOf(base));
    }
  }

  /** Durable, then at its place. */
  #write(extension: 'idx' | 'rev', parts: Iterable<Uint8Array>): void {
    const path = this.#path.replace(/\.pack$/, `.${extension}`);
    const hash = createHash(this.#format);
    // Left by a crash, and read-only as git makes its indexes.
    rmSync(`${path}.new`, { force: true });
    const file = openSync(`${path}.new`, 'wx', 0o444);
    try {
      for (const part of parts) {
        hash.update(part);
        writeSync(file, part);
      }
      writeSync(file, hash.digest());
      fdatasyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(`${path}.new`, path);
  }
}
