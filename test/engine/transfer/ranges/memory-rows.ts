/** Rows as the database would keep them, for as long as a test lives. */

import type { StoredPiece, StoredRange } from '../../../../main/engine/jobs/records.ts';
import type { RangeStore } from '../../../../main/engine/ports.ts';

export class MemoryRows implements RangeStore {
  readonly pieces = new Map<string, StoredPiece>();
  range: StoredRange | null = null;

  loadRange(): StoredRange | null {
    return structuredClone(this.range);
  }
  saveRange(range: StoredRange): void {
    this.range = structuredClone(range);
  }
  loadPieces(): StoredPiece[] {
    return [...this.pieces.values()].map((piece) => ({ ...piece }));
  }
  savePiece(piece: StoredPiece): void {
    this.pieces.set(piece.id, { ...piece });
  }
  deletePiece(id: string): void {
    this.pieces.delete(id);
  }
  together(work: () => void): void {
    work();
  }

  /** Bytes that are said to be durable. */
  get durableBytes(): number {
    return [...this.pieces.values()]
      .filter(({ state }) => state === 'here')
      .reduce((sum, { fromBytes, toBytes }) => sum + toBytes - fromBytes, 0);
  }
}
