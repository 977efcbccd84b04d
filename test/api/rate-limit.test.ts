import { expect, it } from 'vitest';
import { createRateLimit } from '../../main/api/rate-limit.ts';

it('lets a burst pass, then so many a second', () => {
  const limit = createRateLimit(10, 5);
  const allowed = (count: number, nowMs: number) =>
    Array.from({ length: count }, () => limit.allows(1, nowMs)).filter(Boolean).length;
  expect(allowed(20, 0)).toBe(10);
  expect(allowed(20, 1_000)).toBe(5);
  expect(allowed(20, 1_100)).toBe(0);
  expect(allowed(20, 1_300)).toBe(1);
});

it('saves up no more than a burst', () => {
  const limit = createRateLimit(10, 5);
  limit.allows(10, 0);
  expect(limit.allows(11, 1_000_000)).toBe(false);
  expect(limit.allows(10, 1_000_000)).toBe(true);
});

it('is not fooled by a clock that goes back', () => {
  const limit = createRateLimit(1, 1);
  expect(limit.allows(1, 5_000)).toBe(true);
  expect(limit.allows(1, 0)).toBe(false);
});
