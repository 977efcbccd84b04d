import { describe, expect, it } from 'vitest';
import { keepEngine } from '../../main/shell/engine-keeper.ts';
import { fakeClock, FakeEngine, settle } from './fakes.ts';

function keeper(answer = true) {
  const clock = fakeClock();
  const engines: FakeEngine[] = [];
  const asked: unknown[] = [];
  let refusals = 0;
  const parts = {
    clock,
    ensure: () => {
      if (refusals > 0) {
        refusals -= 1;
        return Promise.reject(new Error('no engine'));
      }
      engines.push(new FakeEngine());
      return Promise.resolve(engines.at(-1) as FakeEngine);
    },
    askToGoOn: (error: unknown) => {
      asked.push(error);
      return Promise.resolve(answer);
    },
  };
  return {
    clock,
    engines,
    asked,
    refuse: (times: number) => void (refusals = times),
    keep: () => keepEngine(parts),
  };
}

describe('keepEngine', () => {
  it('starts one engine for all', async () => {
    const { keep, engines } = keeper();
    const kept = keep();
    await Promise.all([kept.connect(), kept.connect()]);
    expect(engines).toHaveLength(1);
    expect(engines[0]?.ports).toHaveLength(2);
  });
  it('starts it again after a crash, later each time, and lets connections wait', async () => {
    const { keep, engines, clock } = keeper();
    const kept = keep();
    await settle();
    for (const [crash, delayMs] of [250, 500, 1000, 2000].entries()) {
      engines[crash]?.exit();
      const connected = kept.connect();
      await clock.pass(delayMs - 1);
      expect(engines).toHaveLength(crash + 1);
      await clock.pass(1);
      await connected;
      expect(engines).toHaveLength(crash + 2);
    }
  });
  it('asks after five failures, and begins anew or gives up', async () => {
    for (const answer of [true, false]) {
      const { keep, asked, refuse, clock, engines } = keeper(answer);
      refuse(5);
      const kept = keep();
      const connected = kept.connect().then(
        () => 'connected',
        (error: Error) => error.message,
      );
      await clock.pass(10_000);
      expect(asked).toEqual([new Error('no engine')]);
      expect(await connected).toBe(answer ? 'connected' : 'engine-stopped');
      expect(engines).toHaveLength(answer ? 1 : 0);
    }
  });
  it('looks for another engine when a foreign one is gone', async () => {
    const { keep, engines, clock } = keeper();
    const kept = keep();
    await kept.connect();
    (engines[0] as FakeEngine).refuses = true;
    await expect(kept.connect()).rejects.toThrow('connection refused');
    const connected = kept.connect();
    await clock.pass(250);
    await connected;
    expect(engines).toHaveLength(2);
  });
  it('stops it once, and does not start another', async () => {
    const { keep, engines, clock } = keeper();
    const kept = keep();
    await settle();
    await kept.stop(3000);
    expect(engines[0]?.stops).toBe(1);
    await clock.pass(60_000);
    expect(engines).toHaveLength(1);
    expect(clock.pending()).toBe(0);
  });
  it('does not wait longer than its deadline', async () => {
    const { keep, engines, clock } = keeper();
    const kept = keep();
    await settle();
    (engines[0] as FakeEngine).hangs = true;
    let over = false;
    const stopped = kept.stop(3000).then(() => (over = true));
    await clock.pass(2999);
    expect(over).toBe(false);
    await clock.pass(1);
    await stopped;
  });
  it('stops in the middle of a wait for the next start', async () => {
    const { keep, engines, clock } = keeper();
    const kept = keep();
    await settle();
    engines[0]?.exit();
    await settle();
    const connected = kept.connect();
    connected.catch(() => undefined);
    await kept.stop(3000);
    await expect(connected).rejects.toThrow('engine-stopped');
    await clock.pass(60_000);
    expect(engines).toHaveLength(1);
  });
});
