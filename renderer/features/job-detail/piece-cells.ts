/** The piece map as a row of equal cells, each in the state that matters most within it. */

import type { ArtefactView, PieceView } from '../../../main/contract/index.ts';

export type CellState = PieceView['state'];

/**
 * How many bytes the map spans: the length where it is known; else a guess from the share of objects that arrived,
 * and never less than what is here. The guess only scales the drawing; it is not shown as a figure.
 */
export function spanOf(artefact: ArtefactView): number {
  const reach = artefact.pieces.reduce((most, piece) => Math.max(most, piece.toBytes), artefact.bytes);
  if (artefact.totalBytes !== null) return Math.max(artefact.totalBytes, reach, 1);
  if (artefact.state === 'spooled' || artefact.state === 'verified') return Math.max(reach, 1);
  const share = artefact.totalObjects ? artefact.objects / artefact.totalObjects : 0;
  const guess = share > 0.02 ? artefact.bytes / share : artefact.bytes * 4;
  // In steps of an eighth of its magnitude, so that the cells do not creep while the guess settles.
  const step = 2 ** Math.max(0, Math.floor(Math.log2(Math.max(1, guess))) - 3);
  return Math.max(Math.ceil(guess / step) * step, reach, 1);
}

/** The later in this list wins within one cell: what is under way or lost must not hide behind what is here. */
const weight: Record<CellState, number> = { indexed: 0, here: 1, wanted: 2, lost: 3, arriving: 4 };

/** `count` cells over `span` bytes. What no piece speaks of is wanted. */
export function cellsOf(pieces: readonly PieceView[], span: number, count: number): CellState[] {
  const cells: (CellState | null)[] = Array.from({ length: count }, () => null);
  const covered = new Float64Array(count);
  for (const piece of pieces) {
    const first = Math.floor((piece.fromBytes / span) * count);
    const last = Math.min(count - 1, Math.ceil((piece.toBytes / span) * count) - 1);
    for (let index = Math.max(0, first); index <= last; index += 1) {
      const from = Math.max(piece.fromBytes, (index / count) * span);
      const to = Math.min(piece.toBytes, ((index + 1) / count) * span);
      covered[index] = (covered[index] ?? 0) + Math.max(0, to - from);
      const before = cells[index] ?? null;
      if (before === null || weight[piece.state] > weight[before]) cells[index] = piece.state;
    }
  }
  const whole = span / count;
  return cells.map((state, index) => {
    if (state === null) return 'wanted';
    // Half a cell of "here" beside a hole is not here.
    const full = (covered[index] ?? 0) >= whole * 0.5;
    return full || state === 'arriving' || state === 'lost' ? state : 'wanted';
  });
}

/** Bytes in each state. */
export function bytesByState(pieces: readonly PieceView[]): Record<CellState, number> {
  const sums: Record<CellState, number> = { wanted: 0, arriving: 0, here: 0, indexed: 0, lost: 0 };
  for (const piece of pieces) sums[piece.state] += piece.toBytes - piece.fromBytes;
  return sums;
}
