import { describe, expect, it } from 'vitest';
import { Rate } from '../../../main/engine/jobs/rate.ts';

describe('Rate', () => {
  it('keeps one figure per whole second', () => {
    const rate = new Rate();
    rate.add(100, 0);
    rate.add(50, 900);
    rate.add(7, 1100);
    expect(rate.history(2000)).toEqual([150, 7]);
  });

  it('averages the last eight seconds and falls to zero in silence', () => {
    const rate = new Rate();
    for (let second = 0; second < 20; second++) rate.add(1000, second * 1000);
    expect(rate.perSecond(20_000)).toBe(1000);
    expect(rate.perSecond(24_000)).toBe(500);
    expect(rate.perSecond(40_000)).toBe(0);
  });

  it('shows a fast start as fast, as soon as it can be told', () => {
    const rate = new Rate();
    rate.add(100, 900);
    expect(rate.perSecond(1_200)).toBe(0);
    rate.add(300, 1_300);
    expect(rate.perSecond(1_700)).toBe(500);
  });

  it('holds two minutes at most, also after a clock that jumped a day', () => {
    const rate = new Rate();
    rate.add(5, 0);
    rate.add(5, 86_400_000);
    expect(rate.history(86_401_000).length).toBe(120);
    expect(rate.history(86_401_000).at(-1)).toBe(5);
  });

  it('does not lose bytes told after a clock that went back', () => {
    const rate = new Rate();
    rate.add(5, 10_000);
    rate.add(5, 4000);
    expect(rate.history(11_000)).toEqual([10]);
  });
});
