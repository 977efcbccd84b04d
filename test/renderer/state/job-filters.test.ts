import { expect, test } from 'vitest';
import { jobStates } from '../../../main/contract/index.ts';
import { actionsOf, losesData, takers, toggleOf } from '../../../renderer/state/job-actions.ts';
import { arrange, countByFilter, jobFilters } from '../../../renderer/state/job-filters.ts';
import { everyState, job, received } from '../../support/scenes.ts';

test('every job is counted once besides in "all"', () => {
  const jobs = jobStates.map((state) => job({ name: state, state }));
  const { all, ...others } = countByFilter(jobs);
  expect(all).toBe(jobStates.length);
  expect(Object.values(others).reduce((sum, count) => sum + count)).toBe(all);
});

test('a filter shows what it counts', () => {
  const jobs = everyState();
  const counts = countByFilter(jobs);
  for (const filter of jobFilters) expect(arrange(jobs, filter, '', 'queue')).toHaveLength(counts[filter]);
});

test('every word of the search must be somewhere in name, address or folder', () => {
  const jobs = [
    job({ name: 'linux', state: 'done', host: 'git.kernel.org' }),
    job({ name: 'linux', state: 'done' }),
  ];
  expect(arrange(jobs, 'all', 'KERNEL linux', 'queue')).toEqual([jobs[0]]);
  expect(arrange(jobs, 'all', 'linux zebra', 'queue')).toEqual([]);
  expect(arrange(jobs, 'all', '   ', 'queue')).toHaveLength(2);
});

test('orders: queue, name with numbers, newest, progress, speed', () => {
  const ten = job({
    name: 'p10',
    state: 'paused',
    position: 1,
    createdAtMs: 1,
    fraction: 0.1,
    rateBytesPerSecond: 5,
  });
  const nine = job({
    name: 'p9',
    state: 'paused',
    position: 2,
    createdAtMs: 2,
    fraction: 0.9,
    rateBytesPerSecond: 1,
  });
  const none = job({ name: 'q', state: 'queued', position: 0, createdAtMs: 3 });
  const names = (sort: Parameters<typeof arrange>[3]) =>
    arrange([ten, nine, none], 'all', '', sort).map((one) => one.name);
  expect(names('queue')).toEqual(['q', 'p10', 'p9']);
  expect(names('name')).toEqual(['p9', 'p10', 'q']);
  expect(names('added')).toEqual(['q', 'p9', 'p10']);
  expect(names('progress')).toEqual(['p9', 'p10', 'q']);
  expect(names('rate')).toEqual(['p10', 'p9', 'q']);
});

test('the list itself is not reordered', () => {
  const jobs = [
    job({ name: 'b', state: 'done', position: 2 }),
    job({ name: 'a', state: 'done', position: 1 }),
  ];
  const before = [...jobs];
  arrange(jobs, 'all', '', 'name');
  expect(jobs).toEqual(before);
});

test('every state leaves something to do, and what has ended cannot be cancelled', () => {
  for (const state of jobStates) expect(actionsOf(state).length).toBeGreaterThan(0);
  for (const state of ['done', 'failed', 'cancelled'] as const)
    expect(actionsOf(state)).not.toContain('cancel');
});

test('space pauses if anything can be paused, else resumes', () => {
  const running = job({ name: 'a', state: 'downloading' });
  const paused = job({ name: 'b', state: 'paused' });
  const done = job({ name: 'c', state: 'done' });
  expect(toggleOf([paused, running])).toBe('pause');
  expect(toggleOf([paused, done])).toBe('resume');
  expect(toggleOf([done])).toBeNull();
  expect(takers([running, paused, done], 'remove')).toEqual([paused, done]);
});

test('removing loses data only where something unfinished arrived', () => {
  expect(losesData(job({ name: 'a', state: 'done', bytes: received(5) }))).toBe(false);
  expect(losesData(job({ name: 'a', state: 'failed' }))).toBe(false);
  expect(losesData(job({ name: 'a', state: 'paused', bytes: received(5) }))).toBe(true);
});
