import { describe, expect, test } from 'vitest';
import type { ActivityLine, ArtefactView, AttemptView } from '../../../main/contract/index.ts';
import { activityLines } from '../../../renderer/features/job-detail/activity-lines.ts';
import { attemptGroups } from '../../../renderer/features/job-detail/attempt-groups.ts';
import { asShown, bySource, wholeOf } from '../../../renderer/features/job-detail/sources.ts';
import { failure } from '../../support/scenes.ts';

const attempt = (number: number, change: Partial<AttemptView> = {}): AttemptView => ({
  number,
  artefactId: `a${number}`,
  source: 'example.com',
  startedAtMs: number * 1000,
  endedAtMs: number * 1000 + 500,
  bytes: 10,
  result: 'complete',
  failure: null,
  entriesKept: null,
  ...change,
});
const cut = (number: number, entriesKept = 3) =>
  attempt(number, { result: 'failed', failure: failure('connection-lost'), entriesKept });

describe('attempts', () => {
  test('of one kind in a row are one line with their sums', () => {
    const groups = attemptGroups(
      [1, 2, 3, 4].map((number) => cut(number)),
      0,
    );
    expect(groups).toHaveLength(1);
    expect(groups[0]).toMatchObject({ bytes: 40, entriesKept: 12, seconds: 2 });
    expect(groups[0]?.first.number).toBe(1);
    expect(groups[0]?.last.number).toBe(4);
  });

  test('that ended differently, or are only two, stay by themselves, newest first', () => {
    const groups = attemptGroups([attempt(1), attempt(2), cut(3), attempt(4)], 0);
    expect(groups.map(({ last }) => last.number)).toEqual([4, 3, 2, 1]);
  });

  test('a running one lasts until now', () => {
    expect(attemptGroups([attempt(1, { endedAtMs: null, result: 'running' })], 4000)[0]?.seconds).toBe(3);
  });
});

describe('the log', () => {
  const line = (atMs: number, text: string): ActivityLine => ({ atMs, text, level: 'info' });

  test('tells interruptions where they happened, many of a kind as one', () => {
    const lines = activityLines(
      [line(0, 'Added.'), line(3600, 'Paused.'), line(9000, 'Done.')],
      [cut(1), cut(2), cut(3), attempt(4), cut(5, 0)],
    );
    expect(lines.map(({ text }) => text)).toEqual([
      'Added.',
      expect.stringMatching(/ended in the middle\. That happened 3 times\. 9 whole objects of it kept\.$/),
      'Paused.',
      expect.stringMatching(/ended in the middle\.$/),
      'Done.',
    ]);
    expect(lines.map(({ atMs }) => atMs)).toEqual([0, 3500, 3600, 5500, 9000]);
  });

  test('is the engine’s own where nothing was interrupted', () => {
    const noted = [line(0, 'Added.'), line(9000, 'Done.')];
    expect(activityLines(noted, [attempt(1)])).toEqual(noted);
  });
});

describe('everything fetched as one', () => {
  const part = (id: string, bytes: number, change: Partial<ArtefactView> = {}): ArtefactView => ({
    id,
    kind: 'object-batch',
    source: 'example.com',
    state: 'verified',
    bytes,
    totalBytes: bytes,
    objects: 10,
    totalObjects: 10,
    pieces: [{ fromBytes: 0, toBytes: bytes, state: 'indexed' }],
    ...change,
  });
  const pack = part('pack', 100, { kind: 'pack-stream', objects: 40, totalObjects: 80 });

  test('sums the parts and knows how many objects there are', () => {
    const whole = wholeOf([pack, part('b', 20), part('c', 30, { state: 'abandoned' }), part('d', 5)], false);
    expect(whole).toEqual({ bytes: 125, objects: 60, totalObjects: 80, state: 'arriving' });
  });

  test('is whole when nothing more comes', () => {
    expect(wholeOf([pack, part('b', 20)], true)).toMatchObject({
      state: 'verified',
      bytes: 120,
      totalObjects: null,
    });
    expect(wholeOf([part('c', 30, { state: 'abandoned' })], true)).toMatchObject({
      state: 'abandoned',
      bytes: 30,
    });
  });

  test('a pack that was cut and taken in is a part, not the whole', () => {
    expect(asShown(pack, false)).toMatchObject({ state: 'arriving', totalBytes: null });
    expect(asShown(pack, true)).toBe(pack);
    expect(wholeOf([pack], false).state).toBe('arriving');
  });

  test('keeps sources apart', () => {
    const groups = bySource([pack, part('b', 1, { source: 'mirror' }), part('c', 1)]);
    expect(groups.map(([source, parts]) => [source, parts.length])).toEqual([
      ['example.com', 2],
      ['mirror', 1],
    ]);
  });
});
