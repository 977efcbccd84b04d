import { expect, test } from 'vitest';
import { systemChance } from '../../main/platform/chance.ts';
import { systemClock } from '../../main/platform/clock.ts';

test('sleep lasts as long as asked, and not shorter', async () => {
  for (let n = 0; n < 5; n++) {
    const before = systemClock.monotonicMs();
    await systemClock.sleep(20.5);
    const sleptMs = systemClock.monotonicMs() - before;
    expect(sleptMs).toBeGreaterThanOrEqual(20.5);
    expect(sleptMs).toBeLessThan(500);
  }
});

test('sleep ends with the reason of an abort, also one that came before', async () => {
  const stop = new AbortController();
  const reason = new Error('paused');
  setTimeout(() => stop.abort(reason), 10);
  await expect(systemClock.sleep(60_000, stop.signal)).rejects.toBe(reason);
  await expect(systemClock.sleep(60_000, stop.signal)).rejects.toBe(reason);
  await expect(systemClock.sleep(0, stop.signal)).rejects.toBe(reason);
});

test('a sleep of years does not end at once', async () => {
  const stop = new AbortController();
  setTimeout(() => stop.abort(new Error('enough')), 50);
  await expect(systemClock.sleep(2 ** 40, stop.signal)).rejects.toThrow('enough');
});

test('every ticks until it is told not to', async () => {
  let ticks = 0;
  const stop = systemClock.every(5, () => ticks++);
  await expect.poll(() => ticks).toBeGreaterThan(2);
  stop();
  const seen = ticks;
  await systemClock.sleep(30);
  expect(ticks).toBe(seen);
});

test('fractions fill [0, 1), identifiers are names', () => {
  const fractions = Array.from({ length: 2000 }, () => systemChance.fraction());
  expect(Math.min(...fractions)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...fractions)).toBeLessThan(1);
  const mean = fractions.reduce((sum, each) => sum + each, 0) / fractions.length;
  expect(mean).toBeGreaterThan(0.4);
  expect(mean).toBeLessThan(0.6);
  const ids = Array.from({ length: 1000 }, () => systemChance.id());
  for (const id of ids) expect(id).toMatch(/^[a-z0-9]{16}$/);
  expect(new Set(ids).size).toBe(1000);
});
