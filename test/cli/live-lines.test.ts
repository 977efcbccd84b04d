import { expect, test } from 'vitest';
import { bar, liveLines } from '../../main/cli/live-lines.ts';
import { columnsOf } from '../../main/cli/text.ts';
import { sampleDetail, sampleStages } from './samples.ts';

const plain = { columns: 100, colour: false };

test('one line per stage', () => {
  expect(liveLines(sampleDetail(), 0, plain)).toEqual([
    'Probe     ████████████████████████████ 100 %',
    'Download  █████████████████░░░░░░░░░░░  62 %  1.2 GiB of 1.9 GiB  4.1 MiB/s  3 min left',
    'Index',
    'Check',
    'Checkout  not needed',
  ]);
});

test('a stage whose end nobody knows has an empty bar and no per cent', () => {
  const stages = sampleStages({ download: { fraction: null, total: null, done: 327_680_000 } });
  const [, download] = liveLines(sampleDetail({ etaSeconds: null }, stages), 0, plain);
  expect(download).toBe('Download  ░░░░░░░░░░░░░░░░░░░░░░░░░░░░        312.5 MiB  4.1 MiB/s');
});

test('a download that counts objects tells its bytes as well', () => {
  const stages = sampleStages({ download: { fraction: 0.5, done: 702, total: 1_376, unit: 'objects' } });
  const [, download] = liveLines(sampleDetail({ etaSeconds: null }, stages), 0, {
    columns: 70,
    colour: false,
  });
  expect(download).toBe('Download  50 %  702 of 1,376 objects  2.0 MiB  4.1 MiB/s');
});

test('counted stages tell their unit, and the rate belongs to the download alone', () => {
  const stages = sampleStages({
    download: { state: 'done', fraction: 1 },
    index: { state: 'active', fraction: 0.25, done: 12_345, total: 50_000, unit: 'objects' },
  });
  const lines = liveLines(sampleDetail({ state: 'indexing', etaSeconds: null }, stages), 0, plain);
  expect(lines[1]).toBe('Download  ████████████████████████████ 100 %  1.2 GiB');
  expect(lines[2]).toBe('Index     ███████░░░░░░░░░░░░░░░░░░░░░  25 %  12,345 of 50,000 objects');
});

test.each([20, 40, 60, 79, 80, 200])('no line is longer than a terminal of %i columns', (columns) => {
  const retry = {
    failure: { code: 'connection-lost', facts: { host: 'example.com' } },
    attempt: 2,
    atMs: 8_000,
  } as const;
  const lines = liveLines(sampleDetail({ state: 'retrying', retry }), 0, { columns, colour: false });
  expect(Math.max(...lines.map(columnsOf))).toBeLessThan(columns);
});

test('below eighty columns the words have the room of the bar', () => {
  const [, download] = liveLines(sampleDetail(), 0, { columns: 70, colour: false });
  expect(download).toBe('Download  62 %  1.2 GiB of 1.9 GiB  4.1 MiB/s  3 min left');
});

test('waiting says when and why', () => {
  const retry = {
    failure: { code: 'connection-lost', facts: { host: 'example.com' } },
    attempt: 2,
    atMs: 8_400,
  } as const;
  const line = liveLines(sampleDetail({ state: 'retrying', retry }), 400, { columns: 200, colour: false }).at(
    -1,
  );
  expect(line).toMatch(/^Trying again in 8 s: .*example\.com.*kept\.$/);
});

test('colours are few, and end where they should', () => {
  const lines = liveLines(sampleDetail(), 0, { columns: 100, colour: true });
  expect(lines[2]).toBe('\u001b[2mIndex   \u001b[0m');
  expect(lines[0]).toBe(
    '\u001b[32mProbe   \u001b[0m\u001b[32m  ████████████████████████████\u001b[0m\u001b[32m 100 %\u001b[0m',
  );
});

test.each([
  [null, '░░░░'],
  [0, '░░░░'],
  [0.5, '██░░'],
  [0.999, '███░'],
  [1, '████'],
  [7, '████'],
])('a bar of %s', (fraction, drawn) => {
  expect(bar(fraction, 4)).toBe(drawn);
});
