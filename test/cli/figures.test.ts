import { expect, test } from 'vitest';
import { figureLines } from '../../main/cli/figures.ts';
import { sampleDetail, sampleJob } from './samples.ts';

test('the figures of a clone without trouble', () => {
  expect(figureLines(sampleDetail())).toEqual([
    'Received 2.0 MiB: 1.9 MiB useful, 0 B wasted. Sent 900 B.',
    '3 requests, no drops, 4.3 s, strategy plain.',
  ]);
});

test('the figures of one with trouble', () => {
  const bytes = { ...sampleJob().bytes, wastedBytes: 2_048, savedBytes: 1_048_576 };
  expect(figureLines(sampleDetail({ bytes, drops: 1, requests: 1_200, activeSeconds: 3_600.4 }))).toEqual([
    'Received 2.0 MiB: 1.9 MiB useful, 2.0 KiB wasted, 1.0 MiB saved by resuming. Sent 900 B.',
    '1,200 requests, 1 drop, 3,600 s, strategy plain.',
  ]);
});
