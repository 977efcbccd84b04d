import { describe, expect, test } from 'vitest';
import type { ArtefactView, AttemptView } from '../../../main/contract/index.ts';
import {
  countByState,
  cutArtefacts,
  piecesOf,
  requestCells,
  stateOfRequest,
  type RequestState,
} from '../../../renderer/features/job-detail/request-cells.ts';

const artefact = (id: string, change: Partial<ArtefactView> = {}): ArtefactView => ({
  id,
  kind: 'object-batch',
  source: 'example.com',
  state: 'verified',
  bytes: 10,
  totalBytes: 10,
  objects: 3,
  totalObjects: 3,
  pieces: [],
  ...change,
});
const pack = (id: string, change: Partial<ArtefactView> = {}) =>
  artefact(id, { kind: 'pack-stream', ...change });
const attempt = (artefactId: string | null, result: AttemptView['result']): AttemptView => ({
  number: 1,
  artefactId,
  source: 'example.com',
  startedAtMs: 0,
  endedAtMs: 1,
  bytes: 1,
  result,
  failure: null,
  entriesKept: null,
});
const some = (count: number, state: RequestState) => Array.from({ length: count }, () => state);

describe('the pack and the requests beside it', () => {
  test('a pack that was given up gives way to its successor', () => {
    const pieces = piecesOf([pack('a', { state: 'abandoned' }), pack('b'), artefact('c')]);
    expect(pieces.pack?.id).toBe('b');
    expect(pieces.requests.map(({ id }) => id)).toEqual(['c']);
  });

  test('a request that was given up stays on the map', () => {
    expect(piecesOf([artefact('a', { state: 'abandoned' })])).toMatchObject({ pack: null });
    expect(piecesOf([pack('p'), artefact('a', { state: 'abandoned' })]).requests).toHaveLength(1);
  });

  test('a second pack is one of the requests, and the only thing there is is shown whatever it is', () => {
    expect(piecesOf([pack('a'), pack('b')]).requests.map(({ id }) => id)).toEqual(['b']);
    expect(piecesOf([pack('a', { state: 'abandoned' })]).pack?.id).toBe('a');
  });
});

test('what was cut is known from the attempts', () => {
  const cut = cutArtefacts([attempt('a', 'failed'), attempt('b', 'complete'), attempt(null, 'failed')]);
  expect(stateOfRequest(artefact('a'), cut)).toBe('cut');
  expect(stateOfRequest(artefact('a', { state: 'abandoned' }), cut)).toBe('lost');
  expect(stateOfRequest(artefact('a', { state: 'arriving' }), cut)).toBe('arriving');
  expect(stateOfRequest(artefact('b'), cut)).toBe('indexed');
  expect(stateOfRequest(artefact('b', { state: 'spooled' }), cut)).toBe('here');
});

describe('cells of requests', () => {
  test('are one for each while they have room', () => {
    const { cells, perCell } = requestCells(['indexed', 'cut', 'arriving'], 10);
    expect(perCell).toBe(1);
    expect(cells).toEqual([
      { state: 'indexed', cutShare: 0 },
      { state: 'cut', cutShare: 1 },
      { state: 'arriving', cutShare: 0 },
    ]);
  });

  test('stand for several beyond it, and never exceed the room', () => {
    const { cells, perCell } = requestCells(some(2000, 'indexed'), 288);
    expect(perCell).toBe(7);
    expect(cells).toHaveLength(Math.ceil(2000 / 7));
    expect(requestCells(some(289, 'here'), 288).cells.length).toBeLessThanOrEqual(288);
  });

  test('tell the share that was cut, and hide nothing that is under way', () => {
    const { cells } = requestCells(
      [...some(3, 'indexed'), 'cut', ...some(3, 'here'), 'arriving', ...some(4, 'lost')],
      3,
    );
    expect(cells).toEqual([
      { state: 'indexed', cutShare: 0.25 },
      { state: 'arriving', cutShare: 0 },
      { state: 'lost', cutShare: 1 },
    ]);
  });

  test('of nothing are none', () => expect(requestCells([], 10).cells).toEqual([]));
});

test('requests are counted by state', () => {
  expect(countByState(['cut', 'cut', 'here'])).toMatchObject({ cut: 2, here: 1, indexed: 0 });
});
