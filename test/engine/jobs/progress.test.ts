import { describe, expect, it } from 'vitest';
import { Progress } from '../../../main/engine/jobs/progress.ts';

describe('Progress', () => {
  it('knows nothing before anything began', () => {
    expect(new Progress().fraction()).toBeNull();
  });

  it('grows from stage to stage and ends at one', () => {
    const progress = new Progress();
    const seen: number[] = [];
    const look = () => seen.push(progress.fraction() ?? 0);
    progress.complete('probe');
    look();
    for (const done of [10, 50, 100]) {
      progress.advance('download', done, 100, 'objects');
      look();
    }
    for (const name of ['download', 'index', 'connect', 'checkout'] as const) {
      progress.complete(name);
      look();
    }
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    expect(seen.at(-1)).toBeCloseTo(1);
  });

  it('never falls when a stage learns that there is more to do', () => {
    const progress = new Progress();
    progress.advance('download', 90, 100, 'objects');
    const before = progress.fraction() ?? 0;
    progress.advance('download', 90, 1000, 'objects');
    expect(progress.fraction()).toBe(before);
  });

  it('leaves skipped stages out of the whole', () => {
    const progress = new Progress();
    for (const name of ['probe', 'download', 'index', 'connect'] as const) progress.complete(name);
    progress.skip('checkout');
    expect(progress.fraction()).toBeCloseTo(1);
    expect(progress.current()).toBeNull();
  });

  it('starts again from a later stage with the earlier ones done', () => {
    const progress = new Progress();
    progress.reset('checkout');
    expect(progress.stages().map((stage) => stage.state)).toEqual([
      'done',
      'done',
      'done',
      'done',
      'waiting',
    ]);
    expect(progress.current()).toBe('checkout');
  });

  it('counts what earlier tries brought, from the first moment of the next one', () => {
    const progress = new Progress();
    progress.reset('probe', { done: 50, total: 100 });
    const before = progress.fraction() ?? 0;
    expect(before).toBeGreaterThan(0.3);
    progress.complete('probe');
    progress.advance('download', 20, 100, 'objects');
    expect(progress.fraction()).toBeGreaterThanOrEqual(before);
    progress.reset('connect', { done: 50, total: 100 });
    expect(progress.stages()[1]).toMatchObject({ state: 'done', fraction: 1 });
  });

  it('marks the stage that failed', () => {
    const progress = new Progress();
    progress.complete('probe');
    progress.begin('download');
    progress.fail();
    expect(progress.stages().map((stage) => stage.state)).toEqual([
      'done',
      'failed',
      'waiting',
      'waiting',
      'waiting',
    ]);
  });
});
