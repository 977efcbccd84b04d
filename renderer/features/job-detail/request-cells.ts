/** Requests on the piece map: one cell for each while they have room, then one for several. */

import type { ArtefactView, AttemptView } from '../../../main/contract/index.ts';
import type { CellState } from './piece-cells.ts';

/** Beyond the states of a piece: `cut`, ended early, and its whole objects are kept. */
export type RequestState = CellState | 'cut';

export const requestStates: readonly RequestState[] = [
  'indexed',
  'here',
  'arriving',
  'cut',
  'lost',
  'wanted',
];

export interface Pieces {
  /** The pack that was asked for everything; null where small requests were made from the start. */
  pack: ArtefactView | null;
  /** What was asked for besides it, in the order of asking. */
  requests: readonly ArtefactView[];
}

/** What was given up of a pack is left out, unless there is nothing else. */
export function piecesOf(artefacts: readonly ArtefactView[]): Pieces {
  const isPack = ({ kind }: ArtefactView) => kind === 'pack-stream';
  const counted = artefacts.filter((artefact) => !isPack(artefact) || artefact.state !== 'abandoned');
  const shown = counted.length > 0 ? counted : artefacts.slice(-1);
  const pack = shown.find(isPack) ?? null;
  return { pack, requests: shown.filter((artefact) => artefact !== pack) };
}

/** The artefacts whose connection broke. */
export function cutArtefacts(attempts: readonly AttemptView[]): ReadonlySet<string> {
  return new Set(
    attempts.flatMap(({ artefactId, result }) =>
      result === 'failed' && artefactId !== null ? [artefactId] : [],
    ),
  );
}

export function stateOfRequest(request: ArtefactView, cut: ReadonlySet<string>): RequestState {
  switch (request.state) {
    case 'wanted':
    case 'arriving':
      return request.state;
    case 'abandoned':
      return 'lost';
    case 'spooled':
      return cut.has(request.id) ? 'cut' : 'here';
    case 'verified':
      return cut.has(request.id) ? 'cut' : 'indexed';
  }
}

export interface Cell {
  state: RequestState;
  /** How many of those it stands for were cut off, 0…1. */
  cutShare: number;
}

const wasCut = (state: RequestState) => state === 'cut' || state === 'lost';

/** The state most of them are in; those under way are never hidden, and what was cut is told by the share. */
function cellOf(states: readonly RequestState[]): Cell {
  const [first] = states;
  const cutShare = states.filter(wasCut).length / states.length;
  if (states.length === 1 && first !== undefined) return { state: first, cutShare };
  if (states.includes('arriving')) return { state: 'arriving', cutShare };
  if (states.every((state) => state === 'lost')) return { state: 'lost', cutShare };
  const counts = countByState(states);
  const state =
    counts.wanted * 2 > states.length ? 'wanted' : counts.here > counts.indexed ? 'here' : 'indexed';
  return { state, cutShare };
}

/** At most `cellsMax` cells, each for `perCell` requests in their order. */
export function requestCells(
  states: readonly RequestState[],
  cellsMax: number,
): { cells: Cell[]; perCell: number } {
  const perCell = Math.max(1, Math.ceil(states.length / Math.max(1, cellsMax)));
  const cells = Array.from({ length: Math.ceil(states.length / perCell) }, (_, index) =>
    cellOf(states.slice(index * perCell, (index + 1) * perCell)),
  );
  return { cells, perCell };
}

export function countByState(states: readonly RequestState[]): Record<RequestState, number> {
  const counts: Record<RequestState, number> = {
    indexed: 0,
    here: 0,
    arriving: 0,
    cut: 0,
    lost: 0,
    wanted: 0,
  };
  for (const state of states) counts[state] += 1;
  return counts;
}
