import { describe, expect, it } from 'vitest';
import { EngineError } from '../../../main/engine/errors.ts';
import { checkAnswer, retryAfterMs } from '../../../main/engine/remote/http-answer.ts';

const type = 'application/x-git-upload-pack-result';

function codeOf(status: number, headers: Record<string, string> = {}): string {
  try {
    checkAnswer({ status, headers: new Map(Object.entries(headers)), url: 'http://host/r' }, type, 'host', 0);
    return 'ok';
  } catch (error) {
    if (error instanceof EngineError) return error.code;
    throw error;
  }
}

describe('what an HTTP answer means', () => {
  it.each([
    [401, 'authentication-required'],
    [403, 'access-denied'],
    [404, 'repository-not-found'],
    [410, 'repository-not-found'],
    [429, 'too-many-requests'],
    [500, 'server-error'],
    [503, 'server-error'],
    [204, 'not-git'],
    [418, 'not-git'],
  ])('%i is %s', (status, code) => {
    expect(codeOf(status)).toBe(code);
  });

  it('takes a 403 that names a time for throttling', () => {
    expect(codeOf(403, { 'retry-after': '5' })).toBe('too-many-requests');
  });

  it('accepts only the content type of the exchange', () => {
    expect(codeOf(200, { 'content-type': type })).toBe('ok');
    expect(codeOf(200, { 'content-type': `${type.toUpperCase()}; charset=utf-8` })).toBe('ok');
    expect(codeOf(200, { 'content-type': 'text/html' })).toBe('not-git');
    expect(codeOf(200)).toBe('not-git');
  });

  it('refuses a content coding that was not asked for, and takes identity for none', () => {
    expect(codeOf(200, { 'content-type': type, 'content-encoding': 'gzip' })).toBe('protocol-violation');
    expect(codeOf(200, { 'content-type': type, 'content-encoding': 'identity' })).toBe('ok');
  });
});

describe('Retry-After', () => {
  const now = Date.parse('2026-01-01T00:00:00Z');
  it.each([
    [undefined, null],
    ['0', 0],
    ['120', 120_000],
    ['86400', 86_400_000],
    ['999999999', 86_400_000],
    ['Thu, 01 Jan 2026 00:00:30 GMT', 30_000],
    ['Wed, 31 Dec 2025 23:00:00 GMT', 0],
    ['soon', null],
    ['-5', null],
    ['1.5', null],
    ['2026', 2_026_000],
  ])('%j means %j ms', (field, ms) => {
    expect(retryAfterMs(field, now)).toBe(ms);
  });
});
