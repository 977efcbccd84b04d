import { describe, expect, it } from 'vitest';
import { restartStep } from '../../main/shell/restart-policy.ts';

describe('restartStep', () => {
  it('doubles its delay and asks after five in a minute', () => {
    const times = [0, 1000, 2000, 3000, 4000];
    expect(times.map((_, i) => restartStep(times.slice(0, i + 1)))).toEqual([
      { kind: 'restart', delayMs: 250 },
      { kind: 'restart', delayMs: 500 },
      { kind: 'restart', delayMs: 1000 },
      { kind: 'restart', delayMs: 2000 },
      { kind: 'ask' },
    ]);
  });
  it('forgets what was longer than a minute ago', () => {
    expect(restartStep([0, 1, 2, 3, 60_003])).toEqual({ kind: 'restart', delayMs: 250 });
    expect(restartStep([0, 15_000, 30_000, 45_000, 59_999])).toEqual({ kind: 'ask' });
  });
});
