import { describe, expect, test } from 'vitest';
import { answerText, originOf } from '../../../main/engine/jobs/answers.ts';
import type { StoredQuestion } from '../../../main/engine/jobs/records.ts';

const asked = (kind: StoredQuestion['kind'], url?: string): StoredQuestion => ({
  id: 'q',
  kind,
  prompt: 'words',
  failure: { code: 'authentication-required', facts: url === undefined ? {} : { url } },
});
const http = asked('authentication', 'https://code.example.com:8443/team/app.git');
const nothing = { credential: null, ssh: null };

describe('an answer', () => {
  test('with a name and a password is bound to the server that asked', () => {
    expect(answerText(http, { choice: 'answer', username: 'ann', password: 'p' })).toEqual({
      ...nothing,
      credential: { origin: 'https://code.example.com:8443', username: 'ann', password: 'p' },
    });
  });

  test('to ssh is kept under its words', () => {
    const text = (kind: StoredQuestion['kind'], answer: Parameters<typeof answerText>[1]) =>
      answerText(asked(kind), answer).ssh;
    expect(text('ssh-passphrase', { choice: 'answer', password: 'p' })).toEqual({
      prompt: 'words',
      text: 'p',
    });
    expect(text('ssh-host-key', { choice: 'yes' })).toEqual({ prompt: 'words', text: 'yes' });
    expect(text('ssh-host-key', { choice: 'no' })).toEqual({ prompt: 'words', text: 'no' });
  });

  test.each([
    'target-exists',
    'disk-full',
    'object-too-large',
    'authentication',
    'ssh-passphrase',
    'ssh-host-key',
  ] as const)('to %s may be to try again', (kind) => {
    expect(answerText(asked(kind), { choice: 'retry' })).toEqual(nothing);
  });

  test.each<[StoredQuestion, Parameters<typeof answerText>[1]]>([
    [asked('disk-full'), { choice: 'answer', username: 'a', password: 'p' }],
    [asked('disk-full'), { choice: 'yes' }],
    [asked('ssh-passphrase'), { choice: 'yes' }],
    [asked('ssh-host-key'), { choice: 'answer', password: 'yes' }],
    [http, { choice: 'answer', username: 'a' }],
    [asked('authentication'), { choice: 'answer', username: 'a', password: 'p' }],
    [asked('authentication', 'nonsense'), { choice: 'answer', username: 'a', password: 'p' }],
  ])('to %j cannot be %j', (question, answer) => {
    expect(() => answerText(question, answer)).toThrow('job-state');
  });
});

test('only an HTTP server has an origin', () => {
  expect(originOf(http)).toBe('https://code.example.com:8443');
  expect(originOf({ ...http, kind: 'ssh-passphrase' })).toBeNull();
});
