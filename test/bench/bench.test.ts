/** The bench's own arithmetic: a wrong figure is worse than none. */

import { describe, expect, it } from 'vitest';
import { startGitHttpServer } from '../support/git-http-server.ts';
import { makeTempDir } from '../support/temp.ts';
import { cutName } from './cuts.ts';
import { judged, median, share, table, told } from './figures.ts';
import { greetedMs, Line } from './line.ts';
import { chosenRows, type NamedRows } from './rows.ts';
import { measureLine, throttle } from './throttled.ts';

describe('a line', () => {
  it('lets bytes out at its width, after its delay', () => {
    const line = new Line({ bytesPerSecond: 1000, delayMs: 40 });
    expect(line.enter(0, 500)).toBe(540);
    expect(line.enter(0, 500)).toBe(1040);
    expect(line.queueMs(250)).toBe(750);
  });

  it('does not save up what it did not use', () => {
    const line = new Line({ bytesPerSecond: 1000, delayMs: 0 });
    line.enter(0, 100);
    expect(line.enter(5000, 100)).toBe(5100);
    expect(line.queueMs(6000)).toBe(0);
  });

  it('greets for one round trip', () => {
    expect(greetedMs(100, { bytesPerSecond: Infinity, delayMs: 40 })).toBe(180);
  });

  it('is in reality as wide and as long as was asked for', async () => {
    const server = await startGitHttpServer({ root: makeTempDir('line') });
    const line = await throttle(server.port, { bytesPerSecond: 5_000_000, delayMs: 40 });
    try {
      const real = await measureLine(server, line);
      expect(real.roundTripMs).toBeGreaterThanOrEqual(79);
      expect(real.roundTripMs).toBeLessThan(120);
      expect(real.bytesPerSecond).toBeGreaterThan(4_000_000);
      expect(real.bytesPerSecond).toBeLessThan(5_200_000);
    } finally {
      await line.close();
      await server.close();
    }
  });
});

describe('figures', () => {
  it('have the middle one, or the mean of the middle two', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(median([])).toBeNaN();
  });

  it('reach a target by being at most as large', () => {
    const target = { max: 0.97, show: share };
    expect(judged('wire', 0.97, target)).toEqual({
      figure: 'wire',
      ours: '0.970',
      git: '–',
      result: '(target ≤ 0.970)',
      met: true,
    });
    expect(judged('wire', 0.971, target).met).toBe(false);
    expect(judged('wire', NaN, target)).toMatchObject({ ours: 'not measured', met: false });
    expect(judged('wire', 0.5, target, '7 s', '3.5 s')).toMatchObject({
      ours: '3.5 s',
      result: '0.500 (target ≤ 0.970)',
    });
  });

  it('are a table of even columns', () => {
    const lines = table([told('requests', '12'), judged('wire', 1, { max: 0.5, show: share })]).split('\n');
    expect(new Set(lines.map((line) => line.length)).size).toBe(1);
    expect(lines[2]).toMatch(/^\| requests \| 12 /);
    expect(lines[3]).toMatch(/NO +\|$/);
  });

  it('name a cut as people do', () => {
    expect(cutName({ afterBytes: 256_000, reset: true })).toBe('cut every 256 KB (reset)');
    expect(cutName({ afterBytes: 5_000_000, reset: false })).toBe('cut every 5 MB (clean end)');
  });
});

describe('rows', () => {
  const row = (name: string, group: string): NamedRows => ({
    name,
    group,
    measure: () => Promise.resolve([]),
  });
  const rows = [row('a', 'x'), row('b', 'x'), row('c', 'y')];
  const names = (list?: string) => chosenRows(list, rows).map(({ name }) => name);

  it('are chosen by name or by group, in their own order', () => {
    expect(names()).toEqual(['a', 'b', 'c']);
    expect(names('c,a')).toEqual(['a', 'c']);
    expect(names('x, b')).toEqual(['a', 'b']);
  });

  it('that do not exist are named', () => {
    expect(() => names('z')).toThrow('There is no row "z". There are: x, a, b, y, c.');
  });
});
