import { expect, it } from 'vitest';
import { createThrottle } from '../../main/api/throttle.ts';
import { createClockDouble } from './engine-double.ts';

it('runs at once, then keeps its distance, and forgets no request', async () => {
  const { clock, advance } = createClockDouble();
  const runsMs: number[] = [];
  const throttle = createThrottle(clock, 100, () => runsMs.push(clock.monotonicMs()));
  throttle.request();
  throttle.request();
  await advance(30);
  throttle.request();
  await advance(500);
  throttle.request();
  await advance(500);
  expect(runsMs).toEqual([0, 100, 530]);
});

it('does not run after it was stopped', async () => {
  const { clock, advance, timers } = createClockDouble();
  let runs = 0;
  const throttle = createThrottle(clock, 100, () => (runs += 1));
  throttle.request();
  throttle.stop();
  throttle.request();
  await advance(1_000);
  expect([runs, timers.size]).toEqual([0, 0]);
});

it('runs at the next turn for what somebody waits for, and keeps its distance from there', async () => {
  const { clock, advance, timers } = createClockDouble();
  const runsMs: number[] = [];
  const throttle = createThrottle(clock, 100, () => runsMs.push(clock.monotonicMs()));
  throttle.request();
  await advance(10);
  throttle.request();
  await advance(10);
  throttle.requestNow();
  throttle.requestNow();
  await advance(10);
  throttle.request();
  await advance(500);
  throttle.stop();
  throttle.requestNow();
  await advance(500);
  expect(runsMs).toEqual([0, 20, 120]);
  expect(timers.size).toBe(0);
});
