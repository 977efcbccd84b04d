import { describe, expect, it } from 'vitest';
import { badgeCount, progressBar } from '../../main/shell/progress-bar.ts';
import { boardOf, jobView } from './job-view.ts';

describe('progressBar', () => {
  it.each([
    ['nothing', [], { value: -1, mode: 'none' }],
    [
      'only ended jobs',
      [jobView({ id: 'a', state: 'done', fraction: 1 }), jobView({ id: 'b', state: 'failed' })],
      { value: -1, mode: 'none' },
    ],
    ['one that runs', [jobView({ id: 'a', fraction: 0.5 })], { value: 0.5, mode: 'normal' }],
    ['one that cannot know', [jobView({ id: 'a', state: 'probing' })], { value: 2, mode: 'indeterminate' }],
    [
      'the mean of all open',
      [jobView({ id: 'a', fraction: 0.5 }), jobView({ id: 'b', state: 'queued' })],
      { value: 0.25, mode: 'normal' },
    ],
    [
      'work before a question',
      [jobView({ id: 'a', fraction: 0.5 }), jobView({ id: 'b', state: 'needs-you', fraction: 0.5 })],
      { value: 0.5, mode: 'normal' },
    ],
    [
      'a question before a pause',
      [
        jobView({ id: 'a', state: 'paused', fraction: 1 }),
        jobView({ id: 'b', state: 'needs-you', fraction: 0 }),
      ],
      { value: 0.5, mode: 'error' },
    ],
    ['all paused', [jobView({ id: 'a', state: 'paused', fraction: 0.25 })], { value: 0.25, mode: 'paused' }],
    [
      'waiting for the network',
      [jobView({ id: 'a', state: 'waiting-for-network', fraction: 0.25 })],
      { value: 0.25, mode: 'paused' },
    ],
  ] as const)('%s', (_name, jobs, bar) => expect(progressBar(boardOf(...jobs))).toEqual(bar));
});

describe('badgeCount', () => {
  it('counts what wants a person', () => {
    const board = boardOf(
      jobView({ id: 'a', state: 'needs-you' }),
      jobView({ id: 'b', state: 'failed' }),
      jobView({ id: 'c', state: 'done' }),
      jobView({ id: 'd', state: 'retrying' }),
    );
    expect(badgeCount(board)).toBe(2);
  });
});
