/** What `git cat-file --batch` writes (git-cat-file(1), "BATCH OUTPUT"), piece by piece. */

import { RemoteProtocolError } from '../errors.ts';
import { objectTypeAt, type ObjectType } from './oid-lines.ts';

export interface BatchObject {
  /** Made when it is asked for. */
  readonly oid: string;
  type: ObjectType;
  /** Valid only while it is handed over: the memory is used again. */
  body: Uint8Array;
}

const lineFeed = 10;
const space = 0x20;
const digit0 = 0x30;
const decoder = new TextDecoder();
const roomBytesFirst = 256 * 1024;

/** "<id> <type> <size>", or "<id> missing"; read byte by byte, for millions of strings would cost seconds. */
function headLine(
  bytes: Uint8Array,
  from: number,
  end: number,
): { type: ObjectType; sizeBytes: number; oidEnd: number } | 'missing' {
  const oidEnd = bytes.indexOf(space, from);
  const typeEnd = oidEnd === -1 || oidEnd > end ? -1 : bytes.indexOf(space, oidEnd + 1);
  if (typeEnd === -1 || typeEnd > end) {
    const isMissing = oidEnd !== -1 && oidEnd < end && bytes[oidEnd + 1] === missing[0];
    if (isMissing && missing.every((byte, i) => bytes[oidEnd + 1 + i] === byte)) return 'missing';
    throw strange(bytes, from, end);
  }
  const type = objectTypeAt(bytes, oidEnd + 1);
  let sizeBytes = 0;
  for (let at = typeEnd + 1; at < end; at++) {
    const digit = (bytes[at] ?? 0) - digit0;
    if (digit < 0 || digit > 9) throw strange(bytes, from, end);
    sizeBytes = sizeBytes * 10 + digit;
  }
  if (type === null || typeEnd + 1 === end || !Number.isSafeInteger(sizeBytes))
    throw strange(bytes, from, end);
  return { type, sizeBytes, oidEnd };
}

const missing = new TextEncoder().encode('missing');

function strange(bytes: Uint8Array, from: number, end: number): RemoteProtocolError {
  const line = decoder.decode(bytes.subarray(from, Math.min(end, from + 100)));
  return new RemoteProtocolError('object', `git cat-file wrote a line that is none of its own: ${line}`);
}

/** Bytes pass through one buffer that is used again and again: a history's trees are gigabytes. */
export class BatchOutputReader {
  readonly #onObject: (object: BatchObject) => void;
  #buffer: Uint8Array = new Uint8Array(roomBytesFirst);
  #length = 0;
  /** Looking again is useless before so many bytes are held: large objects come in many pieces. */
  #neededBytes = 1;

  /** @param onObject gets each object, in order; ids git does not have are left out */
  constructor(onObject: (object: BatchObject) => void) {
    this.#onObject = onObject;
  }

  /** Throws RemoteProtocolError `object` for anything that git does not write. */
  push(chunk: Uint8Array): void {
    this.#makeRoom(chunk.length);
    this.#buffer.set(chunk, this.#length);
    this.#length += chunk.length;
    if (this.#length < this.#neededBytes) return;
    const used = this.#objects();
    this.#buffer.copyWithin(0, used, this.#length);
    this.#length -= used;
  }

  /** Hands over what is whole; answers with the bytes that are done with. */
  #objects(): number {
    const bytes = this.#buffer.subarray(0, this.#length);
    let at = 0;
    for (;;) {
      const lineEnd = bytes.indexOf(lineFeed, at);
      if (lineEnd === -1) {
        this.#neededBytes = bytes.length - at + 1;
        return at;
      }
      const line = headLine(bytes, at, lineEnd);
      if (line === 'missing') {
        at = lineEnd + 1;
        continue;
      }
      const { type, sizeBytes, oidEnd } = line;
      const bodyFrom = lineEnd + 1;
      const end = bodyFrom + sizeBytes + 1;
      if (end > bytes.length) {
        this.#neededBytes = end - at;
        return at;
      }
      const oidAt = at;
      this.#onObject({
        get oid() {
          return decoder.decode(bytes.subarray(oidAt, oidEnd));
        },
        type,
        body: bytes.subarray(bodyFrom, end - 1),
      });
      at = end;
    }
  }

  #makeRoom(bytes: number): void {
    const needed = Math.max(this.#length + bytes, this.#neededBytes);
    if (needed <= this.#buffer.length) return;
    const larger = new Uint8Array(Math.max(needed, this.#buffer.length * 2));
    larger.set(this.#buffer.subarray(0, this.#length));
    this.#buffer = larger;
  }
}
