import { expect, it } from 'vitest';
import { contractFailureOf, failureView } from '../../main/api/failures.ts';
import { contractFailure, failureCodes } from '../../main/contract/index.ts';
import { EngineError, errorKinds } from '../../main/engine/errors.ts';
import type { EngineErrorCode } from '../../main/engine/errors.ts';

it('every code of the engine is one of the contract', () => {
  for (const code of Object.keys(errorKinds) as EngineErrorCode[]) {
    expect(failureCodes).toContain(failureView({ code, facts: {} }).code);
  }
});

it('facts travel, and absent ones leave no trace', () => {
  const facts = { host: 'h', path: '/a', status: 0, retryAfterMs: 0, jobId: 'j', detail: undefined };
  expect(failureView({ code: 'server-error', facts }).facts).toStrictEqual({
    host: 'h',
    path: '/a',
    status: 0,
    retryAfterMs: 0,
    jobId: 'j',
  });
});

it('what nobody expected is internal', () => {
  expect(contractFailureOf(new TypeError('x is not a function')).failure).toEqual({
    code: 'internal',
    facts: { detail: 'TypeError: x is not a function' },
  });
  expect(contractFailureOf('text').failure).toEqual({ code: 'internal', facts: { detail: 'text' } });
});

it('what is a failure already stays what it is', () => {
  const failure = contractFailure('bad-request', { detail: 'd' });
  expect(contractFailureOf(failure)).toBe(failure);
  expect(contractFailureOf(new EngineError('disk-full', { path: '/a' })).failure).toEqual({
    code: 'disk-full',
    facts: { path: '/a' },
  });
});

it.each([
  ['fatal: https://ann:secret@example.org/a failed', 'fatal: https://example.org/a failed'],
  ['https://secret-token@example.org/a', 'https://example.org/a'],
  ['one ssh://a:b@c and http://d:e@f', 'one ssh://c and http://f'],
  [
    'mail ann@example.org about https://example.org/@ann',
    'mail ann@example.org about https://example.org/@ann',
  ],
  ['red \u001b[31mtext\u001b[0m', 'red  [31mtext [0m'],
  ['line\nline\ttab', 'line\nline tab'],
  ['\u202egpj.exe', ' gpj.exe'],
])('a text is safe to show: %j', (text, shown) => {
  expect(failureView({ code: 'git-failed', facts: { detail: text } }).facts.detail).toBe(shown);
});

it('a text is bounded', () => {
  const facts = { detail: 'x'.repeat(100_000) };
  expect(failureView({ code: 'git-failed', facts }).facts.detail).toHaveLength(4_096);
});
