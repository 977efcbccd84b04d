/**
 * Proves, while a pack arrives, that everything its tips reach is in it, with the words of `git rev-list` read piece by
 * piece: which trees the commits name, which trees were walked, which objects were not there yet. What was not there is
 * asked for again until nothing is left. As strict as one walk at the end, which it replaces.
 */

import { LocalProtocolError } from '../errors.ts';
import { noEntry, typeNumbers, type EntryTable } from '../pack/entry-table.ts';
import type { EntryIds } from '../pack/entry-ids.ts';
import { OidIndex } from './oid-index.ts';

const lineFeed = 0x0a;

export class ClosureProof {
  readonly #table: EntryTable;
  readonly #ids: EntryIds;
  /** Trees that must be walked, each once. */
  readonly #trees: OidIndex;
  readonly #walked = new Set<number>();
  /** Those of them that were not here, or not asked for, so far. */
  #waiting: number[] = [];
  /** Blobs that must be here and were not when they were named. */
  readonly #blobs: OidIndex;
  /** The beginning of a line that crosses pieces. */
  #rest = '';
  readonly #oid: Uint8Array;

  constructor(table: EntryTable, ids: EntryIds) {
    this.#table = table;
    this.#ids = ids;
    this.#trees = new OidIndex(ids.oidBytes);
    this.#blobs = new OidIndex(ids.oidBytes);
    this.#oid = new Uint8Array(ids.oidBytes);
  }

  /** A tree (`rev-list --format=%T`) or another object that a tip names. */
  needs(type: 'tree' | 'blob', oid: string): void {
    if (type === 'blob') this.#needsBlob(oid);
    else this.#needsTree(oid);
  }

  /**
   * Reads on in what git wrote: a bare id is a tree that must be walked; "~" stands before a blob that was left out of
   * the walk (git-rev-list(1), --filter-print-omitted), "?" before an object that was not there (--missing=print).
   * @throws LocalProtocolError for any other line, and when something is not of the type it is named with
   */
  read(bytes: Uint8Array): void {
    let from = 0;
    for (let end = bytes.indexOf(lineFeed); end !== -1; end = bytes.indexOf(lineFeed, from)) {
      this.#line(this.#rest + latin1(bytes.subarray(from, end)));
      this.#rest = '';
      from = end + 1;
    }
    this.#rest += latin1(bytes.subarray(from));
  }

  /** Call when git has ended, before it is started again. */
  readEnd(): void {
    const rest = this.#rest;
    this.#rest = '';
    if (rest !== '') throw new LocalProtocolError('Git ended in the middle of a line.');
  }

  /** Trees that are here now and were not walked yet, one id a line; empty when there is none. */
  takeTrees(): Uint8Array {
    const lines: string[] = [];
    this.#waiting = this.#waiting.filter((number) => {
      const oid = this.#trees.oidOf(number);
      if (!this.#isHere(oid, typeNumbers.tree)) return true;
      this.#walked.add(number);
      lines.push(oid, '\n');
      return false;
    });
    return new TextEncoder().encode(lines.join(''));
  }

  /** How many objects that must be here are not, or were not walked. 0 proves the closure. */
  get open(): number {
    let open = this.#waiting.length;
    for (let number = 0; number < this.#blobs.size; number++) {
      if (!this.#isHere(this.#blobs.oidOf(number), typeNumbers.blob)) open++;
    }
    return open;
  }

  #line(line: string): void {
    const mark = line[0];
    const oid = mark === '~' || mark === '?' ? line.slice(1) : line;
    if (oid.length !== this.#oid.length * 2) throw new LocalProtocolError(`Git said ${line.slice(0, 80)}`);
    if (mark === '~') this.#needsBlob(oid);
    else this.#needsTree(oid, mark === '?');
  }

  #needsTree(oid: string, missing = false): void {
    const known = this.#trees.size;
    const number = this.#trees.put(oid);
    if (number === known) this.#waiting.push(number);
    else if (missing && this.#walked.has(number)) throw new LocalProtocolError(`Tree ${oid} is gone again.`);
  }

  #needsBlob(oid: string): void {
    if (!this.#isHere(oid, typeNumbers.blob)) this.#blobs.put(oid);
  }

  #isHere(oid: string, type: number): boolean {
    for (let i = 0; i < this.#oid.length; i++) {
      this.#oid[i] = (digit(oid.charCodeAt(2 * i)) << 4) | digit(oid.charCodeAt(2 * i + 1));
    }
    const entry = this.#ids.find(this.#oid);
    if (entry === noEntry) return false;
    if (this.#table.objectTypeOf(entry) !== type) {
      throw new LocalProtocolError(`Object ${oid} is not of the type it is named with.`);
    }
    return true;
  }
}

function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}

function digit(code: number): number {
  return code <= 0x39 ? code - 0x30 : code - 0x57;
}
