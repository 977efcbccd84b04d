import { expect, test } from 'vitest';
import { plainLines, plainStart } from '../../main/cli/plain-lines.ts';
import type { JobDetail } from '../../main/contract/index.ts';
import { sampleDetail, sampleStages } from './samples.ts';

/** Feeds reports at their moments and gives back what was printed, with the moment. */
function told(reports: readonly (readonly [number, JobDetail])[]): [number, string][] {
  let memory = plainStart;
  return reports.flatMap(([atMs, detail]) => {
    const { lines, memory: next } = plainLines(memory, detail, atMs);
    memory = next;
    return lines.map((line): [number, string] => [atMs, line]);
  });
}

const indexing = sampleDetail(
  { state: 'indexing', etaSeconds: null },
  sampleStages({ download: { state: 'done' }, index: { state: 'active' } }),
);

test('a line at once, then one in ten seconds, and one for the next stage', () => {
  const line = 'Download: 62 %, 1.2 GiB of 1.9 GiB, 4.1 MiB/s, 3 min left';
  expect(
    told([
      [1_000, sampleDetail()],
      [1_500, sampleDetail()],
      [10_999, sampleDetail()],
      [11_000, sampleDetail()],
      [12_000, indexing],
      [13_000, indexing],
    ]),
  ).toEqual([
    [1_000, line],
    [11_000, line],
    [12_000, 'Index …'],
  ]);
});

test('each wait is told once, and going on again too', () => {
  const failure = { code: 'connection-lost', facts: { host: 'example.com' } } as const;
  const waiting = (attempt: number): JobDetail =>
    sampleDetail({ state: 'retrying', retry: { failure, attempt, atMs: 20_000 } });
  const lines = told([
    [1_000, sampleDetail()],
    [2_000, waiting(1)],
    [3_000, waiting(1)],
    [4_000, waiting(2)],
    [5_000, sampleDetail()],
  ]);
  expect(lines.map(([atMs]) => atMs)).toEqual([1_000, 2_000, 4_000, 5_000]);
  expect(lines[1]?.[1]).toMatch(/^Trying again in 18 s: /);
});

test('a job that waits for others says so', () => {
  const queued = sampleDetail({ state: 'queued' }, []);
  expect(
    told([
      [0, queued],
      [500, queued],
    ]),
  ).toEqual([[0, 'Waiting for its turn behind other jobs.']]);
});
