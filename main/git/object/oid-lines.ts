/** Lines of "<id> <type>" as `git cat-file --batch-check='%(objectname) %(objecttype)'` writes them, piece by piece. */

import { oidBytesLength, type ObjectFormat } from '../oid.ts';

export type ObjectType = 'commit' | 'tree' | 'blob' | 'tag';

const lineFeed = 10;

/** The types differ in their second or third letter at the latest; strings for millions of lines would cost seconds. */
export function objectTypeAt(line: Uint8Array, at: number): ObjectType | null {
  const [a, b] = [line[at], line[at + 1]];
  if (a === 0x63) return 'commit';
  if (a === 0x62) return 'blob';
  if (a === 0x74) return b === 0x72 ? 'tree' : 'tag';
  return null;
}

function digitOf(character: number): number {
  return character < 0x3a ? character - 0x30 : character - 0x61 + 10;
}

export class ObjectLineReader {
  readonly #oidBytes: number;
  readonly #onObject: (oid: Uint8Array, type: ObjectType) => void;
  readonly #oid: Uint8Array;
  #rest: Uint8Array = new Uint8Array(0);

  /** @param onObject gets each object; the id's bytes are valid only then. Ids git says are missing are left out */
  constructor(format: ObjectFormat, onObject: (oid: Uint8Array, type: ObjectType) => void) {
    this.#oidBytes = oidBytesLength(format);
    this.#oid = new Uint8Array(this.#oidBytes);
    this.#onObject = onObject;
  }

  push(chunk: Uint8Array): void {
    let bytes = chunk;
    if (this.#rest.length > 0) {
      bytes = new Uint8Array(this.#rest.length + chunk.length);
      bytes.set(this.#rest);
      bytes.set(chunk, this.#rest.length);
    }
    let from = 0;
    for (;;) {
      const end = bytes.indexOf(lineFeed, from);
      if (end === -1) break;
      this.#line(bytes, from, end);
      from = end + 1;
    }
    this.#rest = bytes.slice(from);
  }

  #line(bytes: Uint8Array, from: number, end: number): void {
    const typeAt = from + 2 * this.#oidBytes + 1;
    const type = typeAt < end ? objectTypeAt(bytes, typeAt) : null;
    if (type === null) return;
    for (let i = 0; i < this.#oidBytes; i++) {
      const at = from + 2 * i;
      this.#oid[i] = (digitOf(bytes[at] ?? 0) << 4) | digitOf(bytes[at + 1] ?? 0);
    }
    this.#onObject(this.#oid, type);
  }
}
