import { describe, expect, test } from 'vitest';
import { failureCodes, jobStates } from '../../../main/contract/index.ts';
import { actionLabel, jobSentence, stateTones } from '../../../renderer/words/index.ts';
import { everyState, failure, job, received } from '../../support/scenes.ts';

const now = 1_800_000_000_000;

describe('the sentence of a row', () => {
  test('downloading: share, rate and what is left', () => {
    const view = job({
      name: 'a',
      state: 'downloading',
      fraction: 0.624,
      rateBytesPerSecond: 4.1 * 2 ** 20,
      etaSeconds: 184,
    });
    expect(jobSentence(view, now)).toBe('Downloading · 62 % · 4.1 MiB/s · 3 min left');
  });

  test('downloading without data says so, and promises no end', () => {
    expect(jobSentence(job({ name: 'a', state: 'downloading', activeSeconds: 60 }), now)).toBe(
      'Downloading · waiting for data',
    );
  });

  test('downloading in its first moments has no rate and does not complain', () => {
    expect(jobSentence(job({ name: 'a', state: 'downloading', activeSeconds: 1 }), now)).toBe('Downloading');
  });

  test('waiting: how long, why, and that what arrived is kept', () => {
    const retry = {
      failure: failure('connection-lost', { host: 'github.com' }),
      attempt: 2,
      atMs: now + 7_200,
    };
    const view = job({ name: 'a', state: 'retrying', retry, bytes: received(100) });
    expect(jobSentence(view, now)).toBe(
      'Waiting 8 s: the connection to github.com ended in the middle; what arrived is kept',
    );
    expect(jobSentence(view, now + 60_000)).toMatch(/^Trying again: /);
  });

  test('where nothing arrived nothing is said to be kept', () => {
    const retry = {
      failure: failure('connection-refused', { host: 'github.com' }),
      attempt: 1,
      atMs: now + 1000,
    };
    expect(jobSentence(job({ name: 'a', state: 'retrying', retry }), now)).toBe(
      'Waiting 1 s: github.com is there, but did not accept the connection',
    );
  });

  test.each(jobStates)('%s has a sentence and a tone', (state) => {
    expect(jobSentence(job({ name: 'a', state }), now)).not.toBe('');
    expect(stateTones[state]).toBeDefined();
  });

  test.each(failureCodes)('a failure of code %s is one clause without a full stop', (code) => {
    const sentence = jobSentence(job({ name: 'a', state: 'failed', failure: failure(code) }), now);
    expect(sentence).toMatch(/^\S.*: .*[^.]$/);
  });

  test('no sentence shows a hole where a fact is missing', () => {
    for (const view of everyState(now)) expect(jobSentence(view, now)).not.toMatch(/undefined|null|NaN| {2}/);
  });
});

test('a clone is done, a repository is updated', () => {
  const ended = { name: 'a', state: 'done', activeSeconds: 3, bytes: received(1024) } as const;
  expect(jobSentence(job(ended), now)).toMatch(/^Done · 1\.0 KiB in 3\.0 s$/);
  expect(jobSentence(job({ ...ended, kind: 'fetch' }), now)).toMatch(/^Updated · 1\.0 KiB in 3\.0 s$/);
});

test('what is cancelled is called what it is', () => {
  const clone = job({ name: 'a', state: 'downloading' });
  const update = job({ name: 'b', state: 'downloading', kind: 'fetch' });
  expect(actionLabel('cancel', [clone])).toBe('Cancel clone…');
  expect(actionLabel('cancel', [update])).toBe('Cancel update…');
  expect(actionLabel('cancel', [clone, update])).toBe('Cancel…');
  expect(actionLabel('pause', [clone, update])).toBe('Pause');
});
