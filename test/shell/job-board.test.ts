import { describe, expect, it } from 'vitest';
import { jobStates } from '../../main/contract/index.ts';
import { applyJobsChange, livelinessOf, openJobs } from '../../main/shell/job-board.ts';
import { boardOf, jobView } from './job-view.ts';

describe('applyJobsChange', () => {
  const a = jobView({ id: 'a' });
  const b = jobView({ id: 'b' });
  it('replaces, lays over and takes out', () => {
    const board = applyJobsChange(new Map(), { all: [a, b] });
    expect([...board.keys()]).toEqual(['a', 'b']);
    const later = applyJobsChange(board, {
      changed: [jobView({ id: 'a', state: 'done' }), jobView({ id: 'c' })],
      removed: ['b'],
    });
    expect([...later.values()].map((job) => [job.id, job.state])).toEqual([
      ['a', 'done'],
      ['c', 'downloading'],
    ]);
    expect(board.size).toBe(2);
    expect([...applyJobsChange(later, { all: [b] }).keys()]).toEqual(['b']);
  });
});

describe('openJobs', () => {
  it('knows every state and keeps the order of the queue', () => {
    const board = boardOf(...jobStates.map((state, i) => jobView({ id: state, state, position: 100 - i })));
    expect(openJobs(board).map((job) => job.id)).toEqual(
      jobStates.filter((state) => !['done', 'failed', 'cancelled'].includes(state)).reverse(),
    );
    expect(new Set([...board.values()].map(livelinessOf))).toEqual(
      new Set(['active', 'waiting', 'held', 'needs-you', 'ended']),
    );
  });
});
