import { describe, expect, test } from 'vitest';
import { ConnectionGrowth } from '../../../../main/engine/transfer/ranges/connection-growth.ts';
import { HostSlots } from '../../../../main/engine/transfer/ranges/host-slots.ts';
import {
  chooseSource,
  measure,
  newSource,
  putAside,
} from '../../../../main/engine/transfer/ranges/source-choice.ts';
import {
  blockBytes,
  nextSpan,
  type LaneState,
  type PlanSituation,
} from '../../../../main/engine/transfer/ranges/span-plan.ts';
import { SpanSet } from '../../../../main/engine/transfer/ranges/spans.ts';

const mebi = blockBytes;

function situation(change: Partial<PlanSituation>): PlanSituation {
  return {
    target: { fromBytes: 0, toBytes: 1024 * mebi },
    here: new SpanSet(),
    lanes: [],
    connectionsMax: 4,
    bytesPerSecond: 1_000_000,
    ...change,
  };
}

function lane(fromBytes: number, toBytes: number, change: Partial<LaneState> = {}): LaneState {
  return {
    ownsFromBytes: fromBytes,
    atBytes: fromBytes,
    toBytes,
    bytesPerSecond: 1_000_000,
    silentMs: 0,
    ...change,
  };
}

describe('which span next', () => {
  test('a share of what is missing, to the border of a block; the whole gap for a single connection', () => {
    expect(nextSpan(situation({}))).toEqual({ kind: 'ask', span: { fromBytes: 0, toBytes: 128 * mebi } });
    expect(nextSpan(situation({ connectionsMax: 1 }))).toEqual({
      kind: 'ask',
      span: { fromBytes: 0, toBytes: 1024 * mebi },
    });
    const here = new SpanSet([{ fromBytes: 0, toBytes: 1000 }]);
    expect(nextSpan(situation({ here }))).toMatchObject({ span: { fromBytes: 1000, toBytes: 128 * mebi } });
  });

  test('who was never measured gets little, who is fast as much as lasts for a while', () => {
    expect(nextSpan(situation({ bytesPerSecond: null }))).toMatchObject({ span: { toBytes: 16 * mebi } });
    expect(nextSpan(situation({ bytesPerSecond: 10 * mebi }))).toMatchObject({
      span: { toBytes: 200 * mebi },
    });
  });

  test('what others bring is left to them, also what they have not written yet; a small rest goes along', () => {
    const target = { fromBytes: 0, toBytes: 10 * mebi };
    const others = [lane(2 * mebi, 4 * mebi, { ownsFromBytes: mebi })];
    expect(nextSpan(situation({ target, lanes: others }))).toEqual({
      kind: 'ask',
      span: { fromBytes: 0, toBytes: mebi },
    });
    const here = new SpanSet([{ fromBytes: 0, toBytes: mebi }]);
    expect(nextSpan(situation({ target, here, lanes: others }))).toEqual({
      kind: 'ask',
      span: { fromBytes: 4 * mebi, toBytes: 10 * mebi },
    });
  });

  test('at the end the slowest shares its rest by speed', () => {
    const target = { fromBytes: 0, toBytes: 40 * mebi };
    const here = new SpanSet([{ fromBytes: 10 * mebi, toBytes: 20 * mebi }]);
    const lanes = [
      lane(0, 10 * mebi, { bytesPerSecond: 4 * mebi }),
      lane(20 * mebi, 40 * mebi, { bytesPerSecond: mebi }),
    ];
    expect(nextSpan(situation({ target, here, lanes, bytesPerSecond: 3 * mebi }))).toEqual({
      kind: 'split',
      lane: 1,
      span: { fromBytes: 26 * mebi, toBytes: 40 * mebi },
    });
  });

  test('who says nothing any more is relieved; who is nearly done is left alone', () => {
    const target = { fromBytes: 0, toBytes: 4 * mebi };
    expect(nextSpan(situation({ target, lanes: [lane(0, 4 * mebi, { silentMs: 6000 })] }))).toEqual({
      kind: 'relieve',
      lane: 0,
    });
    expect(
      nextSpan(situation({ target, lanes: [lane(3 * mebi, 4 * mebi, { ownsFromBytes: 0 })] })),
    ).toBeNull();
    expect(nextSpan(situation({ target, here: new SpanSet([target]) }))).toBeNull();
  });
});

describe('how many connections', () => {
  /** Runs for so long with a line that gives `rate` for a number of connections; returns the targets seen. */
  function run(growth: ConnectionGrowth, seconds: number, rate: (connections: number) => number): number[] {
    const seen: number[] = [];
    let received = 0;
    for (let ms = 0; ms < seconds * 1000; ms += 250) {
      received += rate(growth.target) / 4;
      growth.sample(ms, received, growth.target, 1e12);
      if (seen.at(-1) !== growth.target) seen.push(growth.target);
    }
    return seen;
  }

  test('each limited: as many as there may be, within ten seconds', () => {
    expect(run(new ConnectionGrowth(8), 12, (connections) => connections * 1e6)).toEqual([1, 2, 4, 8]);
  });
  test('the line is full: tried, taken back, tried less and less often', () => {
    const seen = run(new ConnectionGrowth(8), 120, () => 1e6);
    expect(seen).toEqual([1, 2, 1, 2, 1, 2, 1]);
  });
  test('full at three', () => {
    expect(run(new ConnectionGrowth(8), 15, (connections) => Math.min(3, connections) * 1e6)).toEqual([
      1, 2, 4, 8, 4,
    ]);
  });
  test('little left, or cut all the time: never more than one', () => {
    const growth = new ConnectionGrowth(4);
    for (let ms = 0; ms < 60_000; ms += 250) growth.sample(ms, ms * 1000, 1, 3_000_000);
    expect(growth.target).toBe(1);
    for (let ms = 0; ms < 60_000; ms += 250) growth.sample(ms, ms * 1000, ms % 1000 === 0 ? 0 : 1, 1e12);
    expect(growth.target).toBe(1);
  });
  test('a server that minds gets half', () => {
    const growth = new ConnectionGrowth(4);
    run(growth, 12, (connections) => connections * 1e6);
    growth.halve(12_000);
    expect(growth.target).toBe(2);
    growth.halve(12_000);
    growth.halve(12_000);
    expect(growth.target).toBe(1);
  });
});

describe('which source', () => {
  const sources = () => [0, 1, 2].map((place) => newSource(place, `https://h${place}.example/f`));
  const asked = { nowMs: 1000, mayMix: () => true, hasRoom: () => true };

  test('in order, each once, then the fastest', () => {
    const all = sources();
    expect(chooseSource(all, asked).source?.place).toBe(0);
    all.forEach((source, place) => {
      source.receivedBytes = 1;
      measure(source, [5, 9, 7][place]!, 1000, 1);
    });
    expect(chooseSource(all, asked).source?.place).toBe(1);
    putAside(all[1]!, { code: 'access-denied', facts: {} });
    expect(chooseSource(all, asked).source?.place).toBe(2);
    all[2]!.tries = 1;
    expect(chooseSource(all, asked).source?.place).toBe(0);
  });

  test('when nobody may be asked now: the moment from which somebody may; null when nobody ever', () => {
    const all = sources();
    all.forEach((source, place) => (source.restsUntilMs = 5000 + place));
    expect(chooseSource(all, asked)).toEqual({ source: null, atMs: 5000 });
    for (const source of all) source.tries = 9;
    expect(chooseSource(all, asked)).toEqual({ source: null, atMs: null });
  });

  test('speed is smoothed', () => {
    const [source] = sources();
    measure(source!, 1000, 1000, 1);
    expect(source!.bytesPerSecond).toBe(1000);
    measure(source!, 0, 5000, 2);
    expect(source!.bytesPerSecond).toBeCloseTo(1000 / Math.E, 0);
  });
});

test('slots of a host, and its rest', () => {
  const hosts = new HostSlots(2);
  expect([hosts.take('a'), hosts.take('a'), hosts.take('a'), hosts.take('b')]).toEqual([
    true,
    true,
    false,
    true,
  ]);
  hosts.free('a');
  expect(hosts.take('a')).toBe(true);
  hosts.rest('a', 50);
  hosts.rest('a', 20);
  expect([hosts.restsUntilMs('a'), hosts.restsUntilMs('b')]).toEqual([50, 0]);
});
