import { expect, test } from 'vitest';
import { jobNamed } from '../../main/cli/job-name.ts';
import { sampleJob } from './samples.ts';

const jobs = [
  sampleJob({ id: 'aaaa1111', directory: '/w/one', createdAtMs: 1 }),
  sampleJob({ id: 'aaaa2222', directory: '/w/two', createdAtMs: 2 }),
  sampleJob({ id: 'bbbb1111', directory: '/w/one', createdAtMs: 3 }),
  sampleJob({ id: 'cccc1111', directory: '/w/aaaa', createdAtMs: 4 }),
  sampleJob({ id: 'dddd1111', directory: '/v/two', createdAtMs: 5 }),
];
const named = (name: string, directory = `/elsewhere/${name}`): string => {
  const found = jobNamed(jobs, name, directory);
  return 'job' in found ? found.job.id : found.problem;
};

test('by id, by the beginning of an id, by directory', () => {
  expect(named('aaaa2222')).toBe('aaaa2222');
  expect(named('b')).toBe('bbbb1111');
  expect(named('two', '/w/two')).toBe('aaaa2222');
});

test('of several jobs for one directory the newest is meant', () => {
  expect(named('one')).toBe('bbbb1111');
});

test('a directory goes before the beginning of an id', () => {
  expect(named('aaaa')).toBe('cccc1111');
});

test('what may mean several is told with the ids', () => {
  expect(named('two')).toBe('"two" may mean aaaa2222 (/w/two), dddd1111 (/v/two). Use the id.');
  expect(named('aaa')).toMatch(/may mean aaaa1111 .* aaaa2222/);
});

test('what means none is told too, and cannot act on the terminal', () => {
  expect(named('x\u001b[2J')).toBe('There is no job "x?[2J". "packmule list" shows all of them.');
  expect(named('')).toMatch(/no job ""/);
});
