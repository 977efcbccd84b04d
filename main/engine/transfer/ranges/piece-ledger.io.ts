/**
 * Which bytes of an artefact are here, in memory and in the database. A piece is in the database only after its bytes are
 * durable: fdatasync first, then the row. Each piece lies within one MiB block and has the SHA-256 of exactly its bytes,
 * so that damage on the disk is found, and costs the piece and no more.
 */

import type { StoredPiece } from '../../jobs/records.ts';
import type { RangeStore, SpanFile } from '../../ports.ts';
import { common, lengthOf, SpanSet, type Span } from './spans.ts';

/** A piece of the version that is being fetched. */
export interface Piece extends Span {
  id: string;
  sha256: string;
  source: number;
}

export interface LedgerParts {
  artefactId: string;
  file: SpanFile;
  store: RangeStore;
  newId: () => string;
  /** Keeps what is known of the file and its sources; called within a transaction. */
  saveRange: () => void;
}

export class PieceLedger {
  readonly #parts: LedgerParts;
  readonly #here = new SpanSet();
  /** Bytes of an earlier version: kept until the new one has proved different, and compared with what comes. */
  readonly #old = new SpanSet();
  readonly #pieces = new Map<string, Piece>();
  /** Not in the database, or not as they are now. */
  readonly #unsaved = new Set<string>();
  #oldIds: string[] = [];
  #oldChanged = false;
  #saving: Promise<void> = Promise.resolve();
  #unsyncedBytes = 0;

  /** Takes up what was kept. Rows without a digest are of an earlier version. */
  constructor(parts: LedgerParts, kept: readonly StoredPiece[]) {
    this.#parts = parts;
    for (const { id, fromBytes, toBytes, state, sha256, source } of kept) {
      if (state === 'here' && sha256 !== undefined)
        this.#take({ id, fromBytes, toBytes, sha256, source: source ?? 0 });
      else {
        this.#old.add({ fromBytes, toBytes });
        this.#oldIds.push(id);
      }
    }
  }

  /** Written, though perhaps not durable yet. Not to be changed by others. */
  get here(): SpanSet {
    return this.#here;
  }

  get old(): SpanSet {
    return this.#old;
  }

  get pieces(): readonly Piece[] {
    return [...this.#pieces.values()];
  }

  /** Bytes that a power cut would take. */
  get unsyncedBytes(): number {
    return this.#unsyncedBytes;
  }

  newId(): string {
    return this.#parts.newId();
  }

  /** The bytes are written. A piece that is known by its id has grown at its end. */
  put(piece: Piece): void {
    const before = this.#pieces.get(piece.id);
    const grown = { fromBytes: before?.toBytes ?? piece.fromBytes, toBytes: piece.toBytes };
    if (this.#here.within(grown).length > 0) throw new Error('a piece that is here already was put again');
    this.#take(piece);
    this.#unsaved.add(piece.id);
    this.#unsyncedBytes += lengthOf(grown);
    const oldBytes = this.#old.within(grown);
    if (oldBytes.length > 0) {
      this.#old.remove(grown);
      this.#oldChanged = true;
    }
  }

  /** The pieces are not what they should be; their bytes are missing from now on. */
  drop(pieces: readonly Piece[]): void {
    this.#parts.store.together(() => {
      for (const piece of pieces) {
        if (!this.#pieces.delete(piece.id)) continue;
        this.#here.remove(piece);
        this.#unsaved.delete(piece.id);
        this.#parts.store.deletePiece(piece.id);
      }
    });
  }

  dropWithin(span: Span): void {
    this.drop(this.pieces.filter((piece) => lengthOf(common(piece, span)) > 0));
  }

  /** The earlier version has proved different from this one. */
  forgetOld(): void {
    this.#old.clear();
    this.#parts.store.together(() => this.#saveOld());
  }

  /** Another version begins: what is here becomes the earlier one. */
  restart(): void {
    for (const piece of this.#pieces.values()) this.#old.add(piece);
    this.#parts.store.together(() => {
      for (const id of this.#pieces.keys()) this.#parts.store.deletePiece(id);
      this.#pieces.clear();
      this.#here.clear();
      this.#unsaved.clear();
      this.#saveOld();
      this.#parts.saveRange();
    });
  }

  /** Everything that was put before the call is durable and in the database when this resolves. One after the other. */
  save(): Promise<void> {
    const saved = this.#saving.then(() => this.#save());
    this.#saving = saved.catch(() => {});
    return saved;
  }

  async #save(): Promise<void> {
    if (this.#unsaved.size === 0 && !this.#oldChanged) return;
    const due = [...this.#unsaved].flatMap((id) => this.#pieces.get(id) ?? []);
    const syncing = this.#unsyncedBytes;
    await this.#parts.file.sync();
    this.#unsyncedBytes -= syncing;
    this.#parts.store.together(() => {
      for (const piece of due) {
        const now = this.#pieces.get(piece.id);
        // It may have been dropped meanwhile, or have grown: what it was at the sync is true all the same.
        if (now === undefined) continue;
        if (now === piece) this.#unsaved.delete(piece.id);
        this.#parts.store.savePiece(this.#row(piece));
      }
      if (this.#oldChanged) this.#saveOld();
      this.#parts.saveRange();
    });
  }

  #take(piece: Piece): void {
    this.#pieces.set(piece.id, piece);
    this.#here.add(piece);
  }

  #row({ id, fromBytes, toBytes, sha256, source }: Piece): StoredPiece {
    return { id, artefactId: this.#parts.artefactId, fromBytes, toBytes, state: 'here', sha256, source };
  }

  #saveOld(): void {
    const { store, artefactId, newId } = this.#parts;
    for (const id of this.#oldIds) store.deletePiece(id);
    this.#oldIds = this.#old.spans.map(({ fromBytes, toBytes }) => {
      const id = newId();
      store.savePiece({ id, artefactId, fromBytes, toBytes, state: 'lost' });
      return id;
    });
    this.#oldChanged = false;
  }
}
