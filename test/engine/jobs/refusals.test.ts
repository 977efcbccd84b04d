import { describe, expect, it } from 'vitest';
import { Patience } from '../../../main/engine/jobs/patience.ts';
import { refusalOf, type Refusal } from '../../../main/engine/jobs/refusals.ts';
import type { EngineFailure, ErrorFacts } from '../../../main/engine/errors.ts';

const oid = 'c0ffee00'.repeat(5);
const failure = (code: EngineFailure['code'], facts: ErrorFacts = {}): EngineFailure => ({ code, facts });
const said = (detail: string) => refusalOf(failure('remote-refused', { detail }));

describe('what a refusal means', () => {
  it.each<[string, EngineFailure, Refusal | null]>([
    ['429', failure('too-many-requests', { status: 429 }), { kind: 'throttled', waitMs: null }],
    ['429 with a time', failure('too-many-requests', { retryAfterMs: 7 }), { kind: 'throttled', waitMs: 7 }],
    ['503', failure('server-error', { status: 503 }), { kind: 'throttled', waitMs: null }],
    [
      '504 with a time',
      failure('server-error', { status: 504, retryAfterMs: 9 }),
      { kind: 'throttled', waitMs: 9 },
    ],
    ['502', failure('server-error', { status: 502 }), { kind: 'trouble' }],
    ['a page', failure('not-git', { status: 200 }), { kind: 'trouble' }],
    ['nonsense', failure('protocol-violation'), { kind: 'trouble' }],
    ['no right', failure('access-denied', { status: 403 }), null],
    ['a cut', failure('connection-lost'), null],
    ['a full disk', failure('disk-full'), null],
  ])('%s', (_name, value, refusal) => {
    expect(refusalOf(value)).toEqual(refusal);
  });

  it.each([
    `upload-pack: not our ref ${oid}`,
    `want ${oid} not valid`,
    `TF401035: The object '${oid}' does not exist.`,
    `git upload-pack: not our ref ${oid.toUpperCase()}`,
  ])('%s: an object', (words) => {
    expect(said(words)).toEqual({ kind: 'object', oid });
  });

  it('an object of the longer format', () => {
    expect(said(`upload-pack: not our ref ${'ab'.repeat(32)}`)).toEqual({
      kind: 'object',
      oid: 'ab'.repeat(32),
    });
  });

  it.each([
    "filter 'tree' not supported",
    "git upload-pack: filter 'blob:none' not supported",
    'tree filter allows max depth 0, but got 1',
    'Partial clone filter tree:0 is not allowed',
  ])('%s: a filter', (words) => {
    expect(said(words)).toEqual({ kind: 'filter' });
  });

  it.each(['Rate limit exceeded', 'too many concurrent requests', 'Server overloaded, try again later'])(
    '%s: too much',
    (words) => {
      expect(said(words)).toEqual({ kind: 'throttled', waitMs: null });
    },
  );

  it('other words are trouble that may pass', () => {
    expect(said('upload-pack: pack-objects died')).toEqual({ kind: 'trouble' });
    expect(refusalOf(failure('remote-refused'))).toEqual({ kind: 'trouble' });
  });
});

describe('patience', () => {
  const throttled = (waitMs: number | null): Refusal => ({ kind: 'throttled', waitMs });

  it('waits as it is told, and its own back-off where that is longer', () => {
    const patience = new Patience();
    expect(patience.refused(throttled(3000), 0)).toBe(3000);
    expect(patience.refused(throttled(null), 0.999999)).toBe(2000);
  });

  it('leaves long waits to the job', () => {
    expect(new Patience().refused(throttled(60_001), 0)).toBeNull();
    expect(new Patience().refused(throttled(60_000), 0)).toBe(60_000);
  });

  it('ends after so many refusals in a row, and begins anew with an answer', () => {
    const patience = new Patience();
    const trouble: Refusal = { kind: 'trouble' };
    const waits = () => Array.from({ length: 5 }, () => patience.refused(trouble, 0));
    expect(waits()).toEqual([100, 200, 400, 800, null]);
    patience.answered();
    expect(waits()).toEqual([100, 200, 400, 800, null]);
  });

  it('asks for other objects at once, and more slowly where it goes on', () => {
    const patience = new Patience();
    const waits = Array.from({ length: 17 }, () => patience.refused({ kind: 'object', oid }, 0));
    expect(waits.slice(0, 4)).toEqual([0, 0, 100, 200]);
    expect(waits.indexOf(null)).toBe(16);
  });
});
