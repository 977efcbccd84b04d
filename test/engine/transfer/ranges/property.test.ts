/** Any sequence of cuts, kills and pauses ends in the same file, and what was durable never comes twice. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Disk, SpanFile } from '../../../../main/engine/ports.ts';
import { downloadRange, HostSlots } from '../../../../main/engine/transfer/index.ts';
import { createDisk, createHttpClient, systemClock } from '../../../../main/platform/index.ts';
import { noise } from '../../../support/noise.ts';
import { rangeOf, startRangeServer } from '../../../support/range-server.ts';
import { hurried, mebi } from './downloading.ts';
import { MemoryRows } from './memory-rows.ts';

const runs = Number(process.env['PACKMULE_RANGE_RUNS'] ?? 40);
const content = noise(4 * mebi + 777, 5);
const overheadOfHead = 400;

interface Span {
  from: number;
  to: number;
}

/**
 * A process that dies: nothing of it happens afterwards. When the power goes with it, what was written and not synced is
 * zeros.
 */
function mortal(disk: Disk): { disk: Disk; die: (how: 'kill' | 'power') => Promise<void> } {
  let dead = false;
  const open: { file: SpanFile; unsynced: Set<{ at: number; length: number }> }[] = [];
  const never = new Promise<never>(() => undefined);
  const alive = <T>(work: () => Promise<T>): Promise<T> =>
    dead ? never : work().then((value) => (dead ? never : value));
  const wrap = async (file: SpanFile): Promise<SpanFile> => {
    if (dead) await file.close();
    const unsynced = new Set<{ at: number; length: number }>();
    open.push({ file, unsynced });
    return {
      write(at, chunk) {
        unsynced.add({ at, length: chunk.length });
        return alive(() => file.write(at, chunk));
      },
      read: (at, into) => alive(() => file.read(at, into)),
      sync: () =>
        alive(async () => {
          const before = [...unsynced];
          await file.sync();
          for (const each of before) unsynced.delete(each);
        }),
      resize: (length) => alive(() => file.resize(length)),
      close: () => (dead ? Promise.resolve() : file.close()),
    };
  };
  return {
    disk: { ...disk, openSpans: (path) => alive(async () => wrap(await disk.openSpans(path))) },
    async die(how) {
      dead = true;
      // What the system was doing for it comes to its end.
      await systemClock.sleep(20);
      for (const { file, unsynced } of open) {
        for (const { at, length } of how === 'power' ? unsynced : [])
          await file.write(at, Buffer.alloc(length));
        await file.close();
      }
    },
  };
}

const cut = fc.record({
  afterBytes: fc.nat(1_500_000),
  end: fc.constantFrom('fin' as const, 'reset' as const),
});
/** A run that is let go for so long, then killed, or paused. */
const life = fc.record({
  ms: fc.integer({ min: 1, max: 150 }),
  how: fc.constantFrom('kill' as const, 'power' as const, 'pause' as const),
});

test(`${runs} random fates of a download`, { timeout: 60_000 + runs * 2_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(cut, { maxLength: 20 }),
      fc.array(life, { maxLength: 4 }),
      fc.integer({ min: 1, max: 4 }),
      check,
    ),
    { numRuns: runs },
  );
});

async function check(
  cuts: { afterBytes: number; end: 'fin' | 'reset' }[],
  lives: { ms: number; how: 'kill' | 'power' | 'pause' }[],
  connectionsMax: number,
): Promise<void> {
  const home = mkdtempSync(join(tmpdir(), 'packmule-fates-'));
  const path = join(home, 'file');
  const server = await startRangeServer({ bytes: content }, (_request, nth) => {
    const fate = cuts[nth - 1];
    return {
      bytesPerSecond: 40_000_000,
      ...(fate === undefined ? {} : { cutAfter: fate.afterBytes, end: fate.end }),
    };
  });
  const rows = new MemoryRows();
  let received = 0;
  let lost = 0;
  try {
    for (const life of [...lives, null]) {
      const durable = [...rows.pieces.values()].map(({ fromBytes, toBytes }): Span => ({
        from: fromBytes,
        to: toBytes,
      }));
      const asked = server.requests.length;
      const stop = new AbortController();
      const http = createHttpClient();
      const { disk, die } = mortal(createDisk());
      const lastRows = rows;
      let alive = true;
      const store = new Proxy(lastRows, {
        get: (target, name) => {
          const value: unknown = Reflect.get(target, name);
          if (typeof value !== 'function') return value;
          return (...words: unknown[]) =>
            alive ? (value as (...all: unknown[]) => unknown).apply(target, words) : undefined;
        },
      });
      const world = {
        ...{ clock: systemClock, chance: hurried, disk, http, store, hosts: new HostSlots(), connectionsMax },
        ...{ timeouts: { connectMs: 2000, headersMs: 2000, silenceMs: 2000 }, userAgent: 'test' },
      };
      const wish = { artefactId: 'a', path, sources: [{ url: `${server.origin}/f` }] };
      const run = downloadRange(wish, world, stop.signal);
      if (life === null) received += (await run).receivedBytes;
      else {
        run.catch(() => undefined);
        await Promise.race([run.catch(() => undefined), systemClock.sleep(life.ms)]);
        if (life.how === 'pause') {
          stop.abort(new Error('paused'));
          await run.catch(() => undefined);
        } else {
          alive = false;
          await die(life.how);
        }
        await http.close();
        lost++;
      }
      await http.close();
      // Nothing that was durable when this life began was asked for in it.
      for (const request of server.requests.slice(asked)) {
        const range = rangeOf(request, content.length);
        const twice = durable.filter(({ from, to }) => range !== null && from < range.to && to > range.from);
        expect(twice).toEqual([]);
      }
    }
    expect((await createDisk().read(path))!.length).toBe(content.length);
    expect(Buffer.from((await createDisk().read(path))!).equals(content)).toBe(true);
    const sent = server.requests.reduce(
      (sum, { sentBytes }) => sum + Math.max(0, sentBytes - overheadOfHead),
      0,
    );
    // A cut costs nothing; what a killed or paused run had not made durable, or had on its way, may come again.
    if (lives.length === 0) {
      expect(received).toBe(content.length);
      expect(sent).toBeLessThanOrEqual(content.length + 65_536 * cuts.length);
    }
    expect(lost).toBe(lives.length);
  } finally {
    await server.close();
    rmSync(home, { recursive: true, force: true });
  }
}

test('after a crash one flipped bit costs one MiB', async () => {
  const home = mkdtempSync(join(tmpdir(), 'packmule-flip-'));
  const path = join(home, 'file');
  const server = await startRangeServer({ bytes: content });
  const rows = new MemoryRows();
  const http = createHttpClient();
  const disk = createDisk();
  const world = {
    ...{
      clock: systemClock,
      chance: hurried,
      disk,
      http,
      store: rows,
      hosts: new HostSlots(),
      connectionsMax: 4,
    },
    ...{ timeouts: { connectMs: 2000, headersMs: 2000, silenceMs: 2000 }, userAgent: 'test' },
  };
  try {
    const wish = { artefactId: 'a', path, sources: [{ url: `${server.origin}/f` }] };
    await downloadRange(wish, world, new AbortController().signal);
    const file = await disk.openSpans(path);
    await file.write(2 * mebi + 99, Buffer.from([content[2 * mebi + 99]! ^ 4]));
    await file.close();
    const notices: unknown[] = [];
    const result = await downloadRange(wish, world, new AbortController().signal, {
      onNotice: (one) => notices.push(one),
    });
    expect(notices).toEqual([{ kind: 'damaged', bytes: mebi }]);
    expect(result.receivedBytes).toBe(mebi);
    expect(Buffer.from((await disk.read(path))!).equals(content)).toBe(true);
    // A file that is gone, or shorter than its rows say.
    const short = await disk.openSpans(path);
    await short.resize(3 * mebi + 5);
    await short.close();
    expect((await downloadRange(wish, world, new AbortController().signal)).receivedBytes).toBe(mebi + 777);
    expect(Buffer.from((await disk.read(path))!).equals(content)).toBe(true);
  } finally {
    await http.close();
    await server.close();
    rmSync(home, { recursive: true, force: true });
  }
});
