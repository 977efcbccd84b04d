/** Several packs become one: their entries behind each other, as they are. In a thread that may wait for the disk. */

import {
  closeSync,
  chmodSync,
  existsSync,
  fstatSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { crc32 } from 'node:zlib';
import type { BegunJoin, JoinedPack } from '../engine/ports.ts';
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
import {
  copyEntries,
  GrownFile,
  headerBytes,
  joinedObjectsMax,
  packHeader,
  written,
  type PackSink,
} from './joined-file.ts';
import { throwIfStopped } from './thread-stop.ts';

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

/**
 * Writes `targetPath` (ending in ".pack") and its index beside it, durable. An object that is in several packs comes from
 * the first of them. Deltas name their bases by distance (gitformat-pack(5), OFS_DELTA), so whole packs are copied as they
 * are; only where an entry is left out the distances behind it change.
 * @param packPaths with their indexes beside them
 * @param begun of these packs some, in a file that becomes the target
 * @returns null for packs that are not for us: too many objects, or something about them that git should look at
 */
export function joinPacks(
  packPaths: readonly string[],
  targetPath: string,
  objectFormat: ObjectFormat,
  begun: BegunJoin | null = null,
): JoinedPack | null {
  try {
    const gathered = begun !== null && isAsItSays(begun, packPaths) ? begun : null;
    const { packPaths: first = [] } = gathered ?? {};
    const paths = [...first, ...byAge(packPaths.filter((path) => !first.includes(path)))];
    const indexes = paths.map((path) => new PackIndexReader(readFileSync(indexPathOf(path)), objectFormat));
    if (indexes.reduce((sum, { length }) => sum + length, 0) > joinedObjectsMax) return null;
    const entries = new JoinedEntries(indexes, objectFormat);
    const isPrefix = first.every((_, pack) => entries.isWhole(pack));
    const join = { paths, indexes, entries, objectFormat, room: new Room() };
    const checksum =
      gathered !== null && isPrefix
        ? goneOnWith(gathered, targetPath, join)
        : written(targetPath, objectFormat, (out) => {
            out.write(packHeader(entries.length));
            for (const pack of paths.keys()) addPack(join, pack, out);
          });
    written(indexPathOf(targetPath), objectFormat, (out) => {
      for (const part of packIndexParts(entries, checksum)) out.write(part);
    });
    return { hash: checksum.toString('hex'), objects: entries.length };
  } catch (error) {
    if (error instanceof LocalProtocolError || error instanceof RemoteProtocolError) return null;
    throw error;
  }
}

interface Join {
  paths: readonly string[];
  indexes: readonly PackIndexReader[];
  entries: JoinedEntries;
  objectFormat: ObjectFormat;
  room: Room;
}

const indexPathOf = (path: string) => path.replace(/\.pack$/, '.idx');

/** As they came: what belongs together came together. */
function byAge(paths: readonly string[]): string[] {
  const aged = paths.map((path) => ({ path, writtenMs: statSync(path).mtimeMs }));
  return aged.sort((a, b) => a.writtenMs - b.writtenMs).map(({ path }) => path);
}

function isAsItSays({ path, packPaths, lengthBytes }: BegunJoin, all: readonly string[]): boolean {
  return (
    packPaths.every((each) => all.includes(each)) && existsSync(path) && statSync(path).size === lengthBytes
  );
}

function goneOnWith(begun: BegunJoin, targetPath: string, join: Join): Buffer {
  rmSync(targetPath, { force: true });
  renameSync(begun.path, targetPath);
  let at = headerBytes;
  for (const pack of begun.packPaths.keys()) at = placeWhole(join, pack, at);
  if (at !== begun.lengthBytes) throw new LocalProtocolError('A joined pack is not what it was begun as.');
  const out = new GrownFile(targetPath, begun.lengthBytes);
  try {
    for (let pack = begun.packPaths.length; pack < join.paths.length; pack++) addPack(join, pack, out);
    return out.finish(join.entries.length, join.objectFormat);
  } finally {
    out.close();
    chmodSync(targetPath, 0o444);
  }
}

function addPack(join: Join, pack: number, out: PackSink): void {
  const { paths, entries, objectFormat } = join;
  throwIfStopped();
  const file = openSync(paths[pack] ?? '', 'r');
  try {
    const endBytes = fstatSync(file).size - oidBytesLength(objectFormat);
    if (entries.isWhole(pack)) {
      placeWhole(join, pack, out.lengthBytes);
      copyEntries(out, file, endBytes);
    } else addPart(join, pack, out, { file, endBytes });
  } finally {
    closeSync(file);
  }
}

/** All its entries stand one behind the other from `at` on, as in their own pack. Answers with where the last ends. */
function placeWhole({ paths, indexes, entries, objectFormat }: Join, pack: number, at: number): number {
  const index = indexes[pack];
  if (index === undefined) throw new RangeError(`There is no pack ${pack}.`);
  for (let place = 0; place < index.length; place++) {
    entries.place(entries.numberOf(pack, place), index.entry(place).offset + at - headerBytes);
  }
  return at + statSync(paths[pack] ?? '').size - headerBytes - oidBytesLength(objectFormat);
}

/** Entry by entry, without those whose objects stand in an earlier pack. */
function addPart(
  { indexes, entries, objectFormat, room }: Join,
  pack: number,
  out: PackSink,
  { file, endBytes }: { file: number; endBytes: number },
): void {
  const index = indexes[pack];
  if (index === undefined) throw new RangeError(`There is no pack ${pack}.`);
  if (endBytes > rewrittenBytesMax) throw new LocalProtocolError('A large pack is not rewritten here.');
  const bytes = room.of(endBytes);
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
      const rewritten = rebased(bytes.subarray(from, to), objectFormat, (distance) => {
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
