/** What `git cat-file --batch` writes (git-cat-file(1), "BATCH OUTPUT"), piece by piece. */

import { RemoteProtocolError } from '../errors.ts';
import { concatBytes } from '../pkt-line.ts';

export interface BatchObject {
  oid: string;
  type: string;
  /** Stays valid; it may share memory with its neighbours. */
  body: Uint8Array;
}

const lineFeed = 10;
const decoder = new TextDecoder();

export class BatchOutputReader {
  /** Bytes from the beginning of an object that is not whole yet. */
  #parts: Uint8Array[] = [];
  #heldBytes = 0;
  /** Looking again is useless before so many bytes are held: large objects come in many pieces. */
  #neededBytes = 1;

  /** Objects that are whole with these bytes; ids git does not have are left out. */
  push(chunk: Uint8Array): BatchObject[] {
    this.#parts.push(chunk);
    this.#heldBytes += chunk.length;
    if (this.#heldBytes < this.#neededBytes) return [];
    const [only] = this.#parts;
    const bytes = this.#parts.length === 1 && only !== undefined ? only : concatBytes(this.#parts);

    const objects: BatchObject[] = [];
    let at = 0;
    this.#neededBytes = 1;
    for (;;) {
      const lineEnd = bytes.indexOf(lineFeed, at);
      if (lineEnd === -1) {
        this.#neededBytes = bytes.length - at + 1;
        break;
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
        break;
      }
      objects.push({ oid, type, body: bytes.subarray(bodyFrom, end - 1) });
      at = end;
    }
    this.#parts = at < bytes.length ? [bytes.subarray(at)] : [];
    this.#heldBytes = bytes.length - at;
    return objects;
  }
}
