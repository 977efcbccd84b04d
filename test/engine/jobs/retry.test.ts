import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { errorKinds, type EngineErrorCode } from '../../../main/engine/errors.ts';
import {
  backoffMs,
  decide,
  retryDelayMsMax,
  type FailureSituation,
} from '../../../main/engine/jobs/retry.ts';

const situation = (code: EngineErrorCode, more: Partial<FailureSituation> = {}): FailureSituation => ({
  failure: { code, facts: {} },
  tries: 1,
  reachedServer: true,
  triesMax: 8,
  chance: 0.5,
  ...more,
});

describe('back-off', () => {
  it('doubles its bound up to a minute and uses the whole of it', () => {
    expect([1, 2, 3, 4, 5, 6, 7, 50].map((tries) => backoffMs(tries, 0.999999))).toEqual([
      1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000,
    ]);
  });

  it('stays within a tenth of the bound and the bound, whatever chance says', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1e6 }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (tries, chance) => {
          const delay = backoffMs(tries, chance);
          const bound = Math.min(retryDelayMsMax, 1000 * 2 ** Math.min(tries - 1, 16));
          return delay >= bound / 10 && delay <= bound;
        },
      ),
    );
  });
});

describe('what a failure means', () => {
  it('never gives up on the network once the server was reached', () => {
    for (const code of [
      'connection-lost',
      'connection-timed-out',
      'network-unreachable',
      'host-not-found',
      'connection-refused',
    ] as const) {
      expect(decide(situation(code, { tries: 100_000 })).kind, code).toMatch(
        /^(retry-later|wait-for-network)$/,
      );
    }
  });

  it('asks a person for a name where an HTTP server wants one, and nowhere else', () => {
    const wanted = (status?: number) =>
      decide({
        ...situation('authentication-required'),
        failure: { code: 'authentication-required', facts: { status } },
      });
    expect(wanted(401)).toEqual({ kind: 'ask', question: 'authentication' });
    expect(wanted()).toEqual({ kind: 'fail' });
    expect(decide(situation('proxy-authentication-required'))).toEqual({ kind: 'fail' });
  });

  it('takes an unknown or refusing host at first contact for a wrong address', () => {
    expect(decide(situation('host-not-found', { reachedServer: false })).kind).toBe('fail');
    expect(decide(situation('connection-refused', { reachedServer: false })).kind).toBe('fail');
    expect(decide(situation('network-unreachable', { reachedServer: false })).kind).toBe('wait-for-network');
  });

  it('takes pages from a server that spoke Git before for a network that wants a sign-in', () => {
    expect(decide(situation('not-git', { tries: 100 })).kind).toBe('wait-for-network');
    expect(decide(situation('not-git', { reachedServer: false })).kind).toBe('fail');
  });

  it('ends after so many server faults without progress', () => {
    expect(decide(situation('server-error', { tries: 7 })).kind).toBe('retry-later');
    expect(decide(situation('server-error', { tries: 8 })).kind).toBe('fail');
  });

  it('obeys Retry-After, and its own back-off where that is longer', () => {
    const wait = (retryAfterMs: number, tries: number) =>
      decide(
        situation('too-many-requests', {
          tries,
          failure: { code: 'too-many-requests', facts: { retryAfterMs } },
          chance: 0.999999,
        }),
      );
    expect(wait(30_000, 1)).toEqual({ kind: 'retry-later', delayMs: 30_000 });
    expect(wait(0, 4)).toEqual({ kind: 'retry-later', delayMs: 8000 });
  });

  it('asks a person where a person can help, and waits for nobody otherwise', () => {
    expect(decide(situation('target-exists'))).toEqual({ kind: 'ask', question: 'target-exists' });
    expect(decide(situation('disk-full'))).toEqual({ kind: 'ask', question: 'disk-full' });
    expect(decide(situation('object-too-large'))).toEqual({ kind: 'ask', question: 'object-too-large' });
    const asked: ReadonlySet<string> = new Set(['target-exists', 'disk-full', 'object-too-large']);
    for (const code of Object.keys(errorKinds) as EngineErrorCode[]) {
      if (errorKinds[code].spurious || asked.has(code)) continue;
      expect(decide(situation(code, { reachedServer: false })), code).toEqual({ kind: 'fail' });
    }
  });
});
