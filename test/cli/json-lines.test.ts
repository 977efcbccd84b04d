import { expect, test } from 'vitest';
import { helloLine, jsonLines, jsonStart, resultLine } from '../../main/cli/json-lines.ts';
import { sampleDetail } from './samples.ts';

const figures = {
  wireBytes: 2_100_000,
  usefulBytes: 2_000_000,
  wastedBytes: 0,
  savedBytes: 0,
  uploadedBytes: 900,
};

test('the first line names the format', () => {
  expect(helloLine('0.1.0')).toEqual({ type: 'hello', packmule: '0.1.0', format: 1 });
});

test('state first, then progress; then progress twice a second at most', () => {
  const detail = sampleDetail();
  const first = jsonLines(jsonStart, detail, 1_000);
  expect(first.lines).toEqual([
    {
      type: 'state',
      job: 'k3v9q2m4x7p1a8d5',
      state: 'downloading',
      stage: 'download',
      directory: '/home/ada/project',
    },
    {
      type: 'progress',
      job: 'k3v9q2m4x7p1a8d5',
      stage: 'download',
      fraction: 0.5,
      rateBytesPerSecond: 4_300_000,
      etaSeconds: 170,
      ...figures,
      cutCostBytes: detail.cutCostBytes,
      stages: detail.stages,
    },
  ]);
  const second = jsonLines(first.memory, detail, 1_499);
  expect(second.lines).toEqual([]);
  expect(jsonLines(second.memory, detail, 1_500).lines).toHaveLength(1);
});

test('a retry and a question are told once each, with words beside the code', () => {
  const failure = { code: 'connection-lost', facts: { host: 'example.com' } } as const;
  const retrying = sampleDetail({ state: 'retrying', retry: { failure, attempt: 2, atMs: 9_000 } });
  const first = jsonLines({ ...jsonStart, progressAtMs: 0 }, retrying, 1);
  expect(first.lines).toMatchObject([
    { type: 'state', state: 'retrying' },
    {
      type: 'retry',
      attempt: 2,
      atMs: 9_000,
      failure: { code: 'connection-lost', facts: { host: 'example.com' } },
    },
  ]);
  expect(Object.keys((first.lines[1] as { failure: object }).failure)).toEqual([
    'code',
    'facts',
    'title',
    'what',
    'kept',
    'todo',
  ]);
  const question = {
    id: 'q1',
    kind: 'disk-full',
    failure: { code: 'disk-full', facts: {} },
    choices: ['retry', 'cancel'],
  } as const;
  const asking = sampleDetail({
    state: 'needs-you',
    question: { ...question, choices: [...question.choices] },
  });
  const second = jsonLines(first.memory, asking, 2);
  expect(second.lines).toMatchObject([
    { type: 'state', state: 'needs-you' },
    { type: 'question', question: 'q1', kind: 'disk-full', choices: ['retry', 'cancel'] },
  ]);
  expect(jsonLines(second.memory, asking, 3).lines).toEqual([]);
});

test('the result has every figure, and null for each where no job came to be', () => {
  expect(resultLine(sampleDetail({ state: 'done' }), { state: 'done', failure: null, exitCode: 0 })).toEqual({
    type: 'result',
    job: 'k3v9q2m4x7p1a8d5',
    state: 'done',
    directory: '/home/ada/project',
    ...figures,
    requests: 3,
    drops: 0,
    seconds: 4.25,
    strategy: 'plain',
    failure: null,
    exitCode: 0,
  });
  expect(resultLine(null, { state: 'none', failure: null, exitCode: 2 })).toMatchObject({
    job: null,
    wireBytes: null,
    strategy: null,
  });
});
