import { expect, test } from 'vitest';
import { sameOptions, unfinishedJob, withoutSecrets } from '../../main/cli/clone-target.ts';
import { sampleJob } from './samples.ts';

const url = 'https://example.com/team/project.git';

test('the unfinished job for the same address and place is taken up, whoever is named in the address', () => {
  const jobs = [
    sampleJob({ id: 'done', state: 'done', createdAtMs: 9 }),
    sampleJob({ id: 'old', state: 'failed', createdAtMs: 1 }),
    sampleJob({ id: 'new', state: 'paused', createdAtMs: 2 }),
    sampleJob({ id: 'else', state: 'paused', directory: '/w/other', createdAtMs: 5 }),
  ];
  expect(
    unfinishedJob(jobs, 'https://ada:secret@EXAMPLE.com/team/project.git/', '/home/ada/project')?.id,
  ).toBe('new');
  expect(unfinishedJob(jobs, `${url}x`, '/home/ada/project')).toBeNull();
  expect(unfinishedJob(jobs, url, '/home/ada')).toBeNull();
});

test('secrets are taken out of what is compared', () => {
  expect(withoutSecrets('https://a:b@h/r/')).toBe('https://h/r');
  expect(withoutSecrets('not a url')).toBe('not a url');
});

test('absent, false and empty options are the same; order does not count', () => {
  expect(sameOptions({}, { bare: false, config: [] })).toBe(true);
  expect(sameOptions({ depth: 1, bare: true }, { bare: true, depth: 1 })).toBe(true);
  expect(sameOptions({ depth: 1 }, { depth: 2 })).toBe(false);
});
