/** What `git cat-file --batch` writes (git-cat-file(1), "BATCH OUTPUT"), piece by piece. */

import { RemoteProtocolError } from '../errors.ts';

export interface BatchObject {
  oid: string;
  type: string;
  /** Valid only while it is handed over: the memory is used again. */
  body: Uint8Array;
}

const lineFeed = 10;
const decoder = new TextDecoder();
const roomBytesFirst = 256 * 1024;

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
      const [oid = '', type = '', size = ''] = decoder.decode(bytes.subarray(at, lineEnd)).split(' ');
      if (type === 'missing') {
        at = lineEnd + 1;
        continue;
      }
      const sizeBytes = Number(size);
      if (size === '' || !Number.isSafeInteger(sizeBytes)) {
        throw new RemoteProtocolError(
          'object',
          `git cat-file wrote a line that is none of its own: ${oid} ${type}`,
        );
      }
      const bodyFrom = lineEnd + 1;
      const end = bodyFrom + sizeBytes + 1;
      if (end > bytes.length) {
        this.#neededBytes = end - at;
        return at;
      }
      this.#onObject({ oid, type, body: bytes.subarray(bodyFrom, end - 1) });
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
