import { createHash } from 'node:crypto';
import { readSync } from 'node:fs';
import {
  LocalProtocolError,
  limits,
  sizeBytesAt,
  type CopiedBytes,
  type ObjectFormat,
  type ThinPack,
} from '../git/index.ts';

const chunkBytes = 512 * 1024;
/** Room for one header, in whatever way it names its base. */
const headRoom = 128;

/** A thin pack, to its checksum, in pieces that are the caller's to keep. `file` is the pack it is a run of. */
export function* thinPackBytes(
  pack: ThinPack,
  file: number,
  format: ObjectFormat,
): Generator<Uint8Array<ArrayBuffer>> {
  const hash = createHash(format);
  let chunk = new Uint8Array(chunkBytes);
  let length = 0;
  const put = (bytes: Uint8Array) => {
    chunk.set(bytes, length);
    length += bytes.length;
  };
  const full = (): Uint8Array<ArrayBuffer> => {
    const bytes = chunk.subarray(0, length);
    hash.update(bytes);
    chunk = new Uint8Array(chunkBytes);
    length = 0;
    return bytes;
  };
  put(pack.header());
  for (const { from, to, rebased } of pack.pieces()) {
    if (chunkBytes - length < headRoom) yield full();
    let at = from + (rebased === null ? 0 : putHead(file, from, rebased, put));
    while (at < to) {
      if (length === chunkBytes) yield full();
      const read = readSync(file, chunk, length, Math.min(to - at, chunkBytes - length), at);
      if (read === 0) throw new LocalProtocolError('The spool is shorter than what was scanned of it.');
      length += read;
      at += read;
    }
  }
  if (length > 0) yield full();
  yield new Uint8Array(hash.digest());
}

/** The header of a delta that names its base anew; answers with the length of the old one. */
function putHead(
  file: number,
  at: number,
  rebased: NonNullable<CopiedBytes['rebased']>,
  put: (bytes: Uint8Array) => void,
): number {
  const head = new Uint8Array(limits.packEntryHeaderBytesMax);
  readSync(file, head, 0, head.length, at);
  const sizeBytes = sizeBytesAt(head, 0);
  head[0] = ((head[0] ?? 0) & 0x8f) | (rebased.type << 4);
  put(head.subarray(0, sizeBytes));
  put(rebased.base);
  return sizeBytes + rebased.oldBaseBytes;
}
