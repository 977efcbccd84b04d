import { describe, expect, test } from 'vitest';
import { figureRows } from '../../../renderer/features/job-detail/figure-rows.ts';
import { noticesOf } from '../../../renderer/features/job-detail/notices.ts';
import { detailOf } from '../../support/scene-details.ts';
import { job, received } from '../../support/scenes.ts';

const rows = (...args: Parameters<typeof job>) =>
  Object.fromEntries(
    figureRows(detailOf(job(...args))).map(({ label, value, share, quiet }) => [
      label,
      { value, share, quiet },
    ]),
  );
const mib = 1024 * 1024;

describe('figures', () => {
  test('are all there before anything arrived', () => {
    const shown = rows({ name: 'a', state: 'queued' });
    expect(shown['Received']).toEqual({ value: '0 B', share: '', quiet: true });
    expect(shown['Cost of a cut now']).toEqual({ value: 'nothing', share: '', quiet: true });
  });

  test('tell the shares of what was received, and what a cut would cost', () => {
    const bytes = received(99 * mib, { wireBytes: 100 * mib, wastedBytes: 0.05 * mib });
    const shown = rows({ name: 'a', state: 'downloading', stage: 'download', bytes });
    expect(shown['Useful']).toEqual({ value: '99.0 MiB', share: '99.0 %', quiet: false });
    expect(shown['Wasted']?.share).toBe('< 0.1 %');
    // The parts add up to what was received.
    expect(shown['Headers and framing']).toEqual({ value: '972.8 KiB', share: '0.9 %', quiet: false });
    expect(shown['Cost of a cut now']?.value).toBe('4.0 MiB');
  });

  test('speak of no cut when nothing can be cut any more', () => {
    expect(rows({ name: 'a', state: 'done' })['Cost of a cut now']).toBeUndefined();
    expect(rows({ name: 'a', state: 'paused' })['Cost of a cut now']?.value).toBe('nothing');
  });

  test('each says what it means', () => {
    for (const { hint } of figureRows(detailOf(job({ name: 'a', state: 'queued' }))))
      expect(hint).toMatch(/\.$/);
  });
});

test('notices are the newest, each once, and say how many more there are', () => {
  const line = (atMs: number, text: string, level: 'info' | 'notice' | 'problem' = 'notice') => ({
    atMs,
    text,
    level,
  });
  const { shown, more } = noticesOf([
    line(1, 'first'),
    line(2, 'second', 'problem'),
    line(3, 'step', 'info'),
    line(4, 'third'),
    line(5, 'second', 'problem'),
    line(6, 'fourth'),
  ]);
  expect(shown.map(({ text, atMs }) => [text, atMs])).toEqual([
    ['fourth', 6],
    ['second', 5],
    ['third', 4],
  ]);
  expect(more).toBe(1);
});
