import { expect, it } from 'vitest';
import { LinkSpeed } from '../../../main/engine/jobs/link-speed.ts';

/** Feeds so many bytes a second in steps of 50 ms; answers with the second in which the line was taken for slow. */
function judged(bytesPerSecond: number, waitedShare = 0, seconds = 20): number | null {
  const speed = new LinkSpeed();
  for (let ms = 0; ms <= seconds * 1000; ms += 50) {
    if (speed.add(bytesPerSecond / 20, waitedShare * 50, ms)) return ms / 1000;
  }
  return null;
}

it('takes 40 Mbit/s for slow after two seconds, and a gigabit for fast', () => {
  expect(judged(5_000_000)).toBe(2);
  expect(judged(50_000)).toBe(2);
  expect(judged(125_000_000)).toBeNull();
});

it('does not blame the line for what git kept waiting', () => {
  expect(judged(5_000_000, 0.6)).toBeNull();
});

it('sees a line become slow, as long as little has come', () => {
  const speed = new LinkSpeed();
  let slowAt: number | null = null;
  for (let ms = 0; ms < 10_000 && slowAt === null; ms += 50) {
    if (speed.add(ms < 3000 ? 1_000_000 : 50_000, 0, ms)) slowAt = ms;
  }
  expect(slowAt).toBeGreaterThan(3000);
  const late = new LinkSpeed();
  late.add(200_000_000, 0, 0);
  for (let ms = 50; ms < 10_000; ms += 50) expect(late.add(50_000, 0, ms)).toBe(false);
});
