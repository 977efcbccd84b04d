import { describe, expect, it, vi } from 'vitest';
import { createFeed } from '../../main/api/feed.ts';
import type { JobDetail, JobsChange, Settings, TotalsView } from '../../main/contract/index.ts';
import { createClockDouble, createEngineDouble, snapshotOf } from './engine-double.ts';

function create() {
  const double = createEngineDouble();
  const time = createClockDouble();
  return { ...double, ...time, feed: createFeed(double.engine, time.clock) };
}

const noEnd = (): void => {
  throw new Error('must not end');
};

describe('jobs', () => {
  it('are all there first, then only what changed or went', async () => {
    const { feed, put, drop, say, advance } = create();
    put(snapshotOf({ id: 'a' }));
    put(snapshotOf({ id: 'b' }));
    const heard: JobsChange[] = [];
    feed.jobs({}, (change) => heard.push(change), noEnd);
    expect(heard.map(({ all }) => all?.map((job) => job.id))).toEqual([['a', 'b']]);

    put(snapshotOf({ id: 'b', state: 'paused' }));
    say({ type: 'job-changed', id: 'b' });
    drop('a');
    say({ type: 'job-removed', id: 'a' });
    await advance(0);
    expect(heard).toHaveLength(2);
    expect(heard[1]?.all).toBeUndefined();
    expect(heard[1]?.changed?.map((job) => [job.id, job.state])).toEqual([['b', 'paused']]);
    expect(heard[1]?.removed).toEqual(['a']);
  });

  it('are told at most ten times a second, however often they change, and the last change is among it', async () => {
    const { feed, put, say, advance, reads } = create();
    put(snapshotOf({ id: 'a', requests: 0 }));
    const heard: JobsChange[] = [];
    feed.jobs({}, (change) => heard.push(change), noEnd);
    for (let ms = 0; ms < 1_000; ms += 1) {
      put(snapshotOf({ id: 'a', requests: ms + 1 }));
      say({ type: 'job-changed', id: 'a' });
      await advance(1);
    }
    await advance(100);
    expect(heard.length - 1).toBeGreaterThanOrEqual(10);
    expect(heard.length - 1).toBeLessThanOrEqual(12);
    expect(reads.job).toBe(heard.length - 1);
    expect(heard.at(-1)?.changed?.[0]?.requests).toBe(1_000);
    await advance(10_000);
    expect(reads.job).toBe(heard.length - 1);
  });

  it('are read once for all who follow', async () => {
    const { feed, put, say, advance, reads, listeners } = create();
    put(snapshotOf({ id: 'a' }));
    const first = vi.fn();
    const second = vi.fn();
    const stopFirst = feed.jobs({}, first, noEnd);
    const stopSecond = feed.jobs({}, second, noEnd);
    say({ type: 'job-changed', id: 'a' });
    await advance(0);
    expect([first.mock.calls.length, second.mock.calls.length, reads.job]).toEqual([2, 2, 1]);
    stopFirst();
    stopFirst();
    await advance(100);
    say({ type: 'job-changed', id: 'a' });
    await advance(100);
    expect([first.mock.calls.length, second.mock.calls.length]).toEqual([2, 3]);
    stopSecond();
    expect(listeners.size).toBe(0);
  });

  it('are followed afresh after everybody left', async () => {
    const { feed, put, say, advance } = create();
    put(snapshotOf({ id: 'a' }));
    feed.jobs({}, () => undefined, noEnd)();
    say({ type: 'job-changed', id: 'a' });
    const heard: JobsChange[] = [];
    feed.jobs({}, (change) => heard.push(change), noEnd);
    await advance(1_000);
    expect(heard).toHaveLength(1);
    say({ type: 'job-changed', id: 'a' });
    await advance(0);
    expect(heard).toHaveLength(2);
  });

  it('tell nobody who was stopped, not even by another who was told before', async () => {
    const { feed, put, say, advance } = create();
    put(snapshotOf({ id: 'a' }));
    const stops: (() => void)[] = [];
    const second = vi.fn();
    feed.jobs({}, () => stops.forEach((stop) => stop()), noEnd);
    stops.push(feed.jobs({}, second, noEnd));
    say({ type: 'job-changed', id: 'a' });
    await advance(1_000);
    expect(second).toHaveBeenCalledOnce();
  });
});

describe('one job', () => {
  it('is told whole, at most four times a second, and only when it changed', async () => {
    const { feed, put, say, advance, reads } = create();
    put(snapshotOf({ id: 'a' }));
    put(snapshotOf({ id: 'b' }));
    const heard: JobDetail[] = [];
    feed.job({ id: 'a' }, (detail) => heard.push(detail), noEnd);
    expect(heard.map((detail) => detail.job.id)).toEqual(['a']);
    say({ type: 'job-changed', id: 'b' });
    await advance(1_000);
    expect(reads.report).toBe(1);
    for (let ms = 0; ms < 1_000; ms += 10) {
      say({ type: 'job-changed', id: 'a' });
      await advance(10);
    }
    expect(heard.length - 1).toBeGreaterThanOrEqual(4);
    expect(heard.length - 1).toBeLessThanOrEqual(5);
  });

  it('is told of a new state at once', async () => {
    const { feed, put, say, advance } = create();
    put(snapshotOf({ id: 'a', state: 'downloading' }));
    const heard: string[] = [];
    feed.job({ id: 'a' }, (detail) => heard.push(detail.job.state), noEnd);
    say({ type: 'job-changed', id: 'a' });
    await advance(1);
    put(snapshotOf({ id: 'a', state: 'done' }));
    say({ type: 'job-changed', id: 'a' });
    await advance(1);
    expect(heard).toEqual(['downloading', 'downloading', 'done']);
  });

  it('ends when it leaves the list', async () => {
    const { feed, put, drop, say, advance } = create();
    put(snapshotOf({ id: 'a' }));
    const onEnd = vi.fn();
    const stop = feed.job({ id: 'a' }, () => undefined, onEnd);
    drop('a');
    say({ type: 'job-removed', id: 'a' });
    await advance(250);
    expect(onEnd.mock.calls).toEqual([[{ code: 'job-not-found', facts: { jobId: 'a' } }]]);
    stop();
  });

  it('that is not there is refused, with nothing left behind', () => {
    const { feed, listeners } = create();
    expect(() => feed.job({ id: 'x' }, () => undefined, noEnd)).toThrow('job-not-found');
    expect(listeners.size).toBe(0);
  });
});

describe('totals', () => {
  it('are told each second if they changed, and soon when the engine says so', async () => {
    const { feed, put, say, setHeld, advance, listeners, timers } = create();
    put(snapshotOf({ id: 'a' }));
    put(snapshotOf({ id: 'b', state: 'paused' }));
    const heard: TotalsView[] = [];
    const stop = feed.totals({}, (value) => heard.push(value), noEnd);
    expect(heard[0]).toMatchObject({ rateBytesPerSecond: 5, held: false });
    expect(heard[0]?.counts).toMatchObject({ downloading: 1, paused: 1, done: 0 });
    await advance(5_000);
    expect(heard).toHaveLength(1);
    put(snapshotOf({ id: 'a', state: 'done' }));
    await advance(1_000);
    expect(heard[1]?.counts).toMatchObject({ downloading: 0, paused: 1, done: 1 });
    setHeld(true);
    say({ type: 'totals-changed' });
    await advance(100);
    expect(heard[2]?.held).toBe(true);
    stop();
    expect([listeners.size, timers.size]).toEqual([0, 0]);
  });
});

it('settings are told at once, each time they change', () => {
  const { feed, engine, say, listeners } = create();
  const heard: Settings[] = [];
  const stop = feed.settings({}, (settings) => heard.push(settings), noEnd);
  engine.changeSettings({ theme: 'dark' });
  say({ type: 'settings-changed' });
  say({ type: 'totals-changed' });
  expect(heard.map((settings) => settings.theme)).toEqual(['system', 'dark']);
  stop();
  expect(listeners.size).toBe(0);
});
