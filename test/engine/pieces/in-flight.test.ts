import { describe, expect, it } from 'vitest';
import { InFlight } from '../../../main/engine/pieces/index.ts';
import { seededFractions } from '../../support/noise.ts';

function after(most: number, waitShare: number, requests = 30): number {
  const inFlight = new InFlight(most);
  for (let i = 0; i < requests; i++) inFlight.learn(waitShare * 400, 400);
  return inFlight.limit;
}

describe('how many requests are under way', () => {
  it('one where an answer comes at once and takes long, and more the longer the wait is', () => {
    expect([0, 0.2, 0.5, 0.67, 0.75, 0.9, 1].map((share) => after(4, share))).toEqual([1, 1, 2, 3, 4, 4, 4]);
  });

  it('never more than the connection allows, nor more than four', () => {
    expect([1, 2, 3, 4, 100].map((most) => after(most, 1))).toEqual([1, 2, 3, 4, 4]);
  });

  it('two before anything is known', () => {
    expect(new InFlight(4).limit).toBe(2);
    expect(new InFlight(1).limit).toBe(1);
  });

  it('half of them when the server says that it was too much, never none', () => {
    const inFlight = new InFlight(4);
    for (let i = 0; i < 10; i++) inFlight.learn(100, 100);
    const limits = [0, 1, 2, 3].map(() => {
      const { limit } = inFlight;
      inFlight.throttle();
      return limit;
    });
    expect(limits).toEqual([4, 2, 1, 1]);
  });

  it('one more again after many answers, and no more than there were', () => {
    const inFlight = new InFlight(4);
    for (let i = 0; i < 10; i++) inFlight.learn(100, 100);
    inFlight.throttle();
    const limits = new Set<number>();
    for (let i = 0; i < 19; i++) inFlight.learn(100, 100);
    expect(inFlight.limit).toBe(2);
    for (let i = 0; i < 200; i++) {
      inFlight.learn(100, 100);
      limits.add(inFlight.limit);
    }
    expect([...limits]).toEqual([3, 4]);
  });

  it('a whole number from one to four, whatever the clock says', () => {
    const fraction = seededFractions(3);
    const inFlight = new InFlight(4);
    const odd = [0, -5, 1, 1e9, 0.001];
    for (let i = 0; i < 5_000; i++) {
      const pick = () => odd[Math.floor(fraction() * odd.length)]! * fraction();
      inFlight.learn(pick(), pick());
      expect([1, 2, 3, 4]).toContain(inFlight.limit);
    }
  });
});
