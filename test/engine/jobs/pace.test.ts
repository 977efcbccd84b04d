import { expect, it } from 'vitest';
import { Pace } from '../../../main/engine/jobs/pace.ts';

function grown(from: number, perSecond: number, seconds: number): Pace {
  const pace = new Pace();
  for (let second = 0; second <= seconds; second++) pace.add(from + second * perSecond, second * 1000);
  return pace;
}

it('tells what is left at the present pace', () => {
  expect(grown(0, 0.02, 10).secondsLeft()).toBe(40);
});

it('does not take what was here before for speed', () => {
  expect(grown(0.6, 0.01, 10).secondsLeft()).toBe(30);
});

it('says nothing before it has seen enough, at a standstill, and at the end', () => {
  expect(new Pace().secondsLeft()).toBeNull();
  expect(grown(0, 0.02, 4).secondsLeft()).toBeNull();
  expect(grown(0.5, 0, 20).secondsLeft()).toBeNull();
  expect(grown(0, 0.1, 10).secondsLeft()).toBeNull();
});

it('forgets what is more than half a minute ago', () => {
  const pace = new Pace();
  pace.add(0, 0);
  pace.add(0.4, 1_000);
  for (let second = 2; second <= 60; second++) pace.add(0.4 + second * 0.002, second * 1000);
  expect(pace.secondsLeft()).toBe(240);
});

it('starts anew when the fraction falls or is not known', () => {
  const pace = grown(0.5, 0.02, 10);
  pace.add(0.1, 11_000);
  expect(pace.secondsLeft()).toBeNull();
  const other = grown(0.5, 0.02, 10);
  other.add(null, 11_000);
  expect(other.secondsLeft()).toBeNull();
});
