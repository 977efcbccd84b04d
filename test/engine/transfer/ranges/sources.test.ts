/** Several places with what should be the same file. */

import { createHash } from 'node:crypto';
import { afterAll, describe, expect, test } from 'vitest';
import { honest, type FaultServer } from '../../../support/fault-server.ts';
import { noise } from '../../../support/noise.ts';
import { requestLog } from '../../../support/range-server.ts';
import { removeTempDirs } from '../../../support/temp.ts';
import { bench, bytes, mebi, server } from './downloading.ts';

afterAll(removeTempDirs);
const digest = (of: Buffer) => createHash('sha256').update(of).digest('hex');
const other = noise(bytes.length, 2);
const large = noise(40 * mebi, 3);

/** Bytes of bodies that came from it, roughly. */
const share = (of: FaultServer) =>
  of.requests.reduce((sum, { sentBytes }) => sum + sentBytes, 0) / large.length;

test('a first place that does not answer: the second gives all of it', async () => {
  const dead = await server({ bytes }, () => honest('no', [], 404));
  const good = await server({ bytes });
  const at = bench(`${dead.origin}/f`, `${good.origin}/f`);
  const result = await at.run();
  expect(at.content().equals(bytes)).toBe(true);
  expect(result.sources[0]?.aside).toMatchObject({ code: 'remote-refused', facts: { status: 404 } });
  expect(requestLog(good)).toEqual(['/f bytes=0-16777215']);
});

test('one that breaks in the middle hands over to another with the same strong ETag, at the same byte', async () => {
  const cut = await server({ bytes }, (_request, nth) =>
    nth === 1 ? { cutAfter: mebi } : honest('gone', [], 410),
  );
  const good = await server({ bytes });
  const at = bench(`${cut.origin}/f`, `${good.origin}/f`);
  const result = await at.run();
  expect(at.content().equals(bytes)).toBe(true);
  expect(result).toMatchObject({ receivedBytes: bytes.length, restarts: 0 });
  expect(requestLog(good)[0]).toBe(`/f bytes=1048576-${bytes.length - 1} "one"`);
});

test('a place with another length, or another ETag, is put aside with the reason; the others go on', async () => {
  const first = await server({ bytes }, (_request, nth) => (nth < 4 ? { cutAfter: 500_000 } : {}));
  const longer = await server({ bytes: Buffer.concat([bytes, bytes]) });
  const differs = await server({ bytes: other, etag: '"two"' });
  const at = bench(...[first, longer, differs].map(({ origin }) => `${origin}/f`));
  const result = await at.run();
  expect(at.content().equals(bytes)).toBe(true);
  expect(result.restarts).toBe(0);
  expect(result.sources.map(({ aside }) => aside?.facts.detail ?? null)).toEqual([
    null,
    expect.stringContaining(`${2 * bytes.length} bytes long`),
    'the server has another version',
  ]);
  expect([longer.requests.length, differs.requests.length]).toEqual([1, 1]);
});

test('without ETags nothing is mixed: the second place begins anew, compared, when the first is gone', async () => {
  const first = await server({ bytes, etag: null }, (_request, nth) =>
    nth === 1 ? { cutAfter: mebi } : honest('gone', [], 410),
  );
  const second = await server({ bytes: other, etag: null });
  const at = bench(`${first.origin}/f`, `${second.origin}/f`);
  expect(await at.run()).toMatchObject({ restarts: 1 });
  expect(at.content().equals(other)).toBe(true);
  expect(requestLog(second)[0]).toBe('/f bytes=0-16777215');
});

test('with a digest of the whole they are mixed whatever their validators', async () => {
  const first = await server({ bytes, etag: null }, (_request, nth) =>
    nth === 1 ? { cutAfter: mebi } : honest('gone', [], 410),
  );
  const second = await server({ bytes, etag: '"elsewhere"' });
  const at = bench(`${first.origin}/f`, `${second.origin}/f`);
  expect(await at.run({ sha256: digest(bytes) })).toMatchObject({ restarts: 0, receivedBytes: bytes.length });
  expect(at.content().equals(bytes)).toBe(true);
});

test('a liar among them: found by the digest of the whole, put aside, its bytes fetched from the other', async () => {
  const liar = await server({ bytes: other }, (_request, nth) =>
    nth === 1 ? { cutAfter: mebi } : honest('busy', [], 503),
  );
  const good = await server({ bytes });
  const at = bench(`${liar.origin}/f`, `${good.origin}/f`);
  const result = await at.run({ sha256: digest(bytes) });
  expect(at.content().equals(bytes)).toBe(true);
  expect(result.sources[0]?.aside?.code).toBe('pack-corrupt');
  expect(result.receivedBytes).toBe(bytes.length + mebi);
  expect(at.notices).toContainEqual({ kind: 'repairing', bytes: mebi });
});

test('digests of the blocks find it at the first MiB', async () => {
  const liar = await server({ bytes: other });
  const good = await server({ bytes });
  const blocks = [0, 1, 2, 3].map((n) => digest(bytes.subarray(n * mebi, (n + 1) * mebi)));
  const at = bench(`${liar.origin}/f`, `${good.origin}/f`);
  const result = await at.run({ blockSha256: blocks });
  expect(at.content().equals(bytes)).toBe(true);
  expect(result.sources[0]?.aside?.facts.detail).toMatch(/block/);
  expect(result.sources[0]?.receivedBytes).toBeLessThan(2.5 * mebi);
});

describe('the whole is not what was announced', () => {
  test('damaged on the way, once: fetched again past caches', async () => {
    const from = await server({ bytes }, (request) =>
      request.headers.get('cache-control') === 'no-cache' ? {} : { body: flip },
    );
    const at = bench(`${from.origin}/f`);
    await at.run({ sha256: digest(bytes) });
    expect(at.content().equals(bytes)).toBe(true);
  });

  test('for ever: told, after a few tries', async () => {
    const from = await server({ bytes }, () => ({ body: flip }));
    const at = bench(`${from.origin}/f`);
    await expect(at.run({ sha256: digest(bytes) })).rejects.toMatchObject({ code: 'pack-corrupt' });
    expect(from.requests.length).toBe(4);
  });

  test('where somebody knows which part is bad, that part alone is fetched again', async () => {
    const from = await server({ bytes }, (request) =>
      request.headers.get('cache-control') === 'no-cache' ? {} : { body: flip },
    );
    const at = bench(`${from.origin}/f`);
    const check = () =>
      Promise.resolve(
        at.content().equals(bytes) ? null : [{ fromBytes: 2 * mebi + 5, toBytes: 2 * mebi + 6 }],
      );
    const result = await at.run({ check });
    expect(result.receivedBytes).toBe(bytes.length + mebi);
    expect(at.content().equals(bytes)).toBe(true);
  });

  /** A bit of the third MiB. */
  function flip(right: Buffer): Buffer {
    const wrong = Buffer.from(right);
    wrong[2 * mebi + 5]! ^= 1;
    return wrong;
  }
});

test('the faster of two mirrors gives most', { timeout: 60_000 }, async () => {
  const pace = (bytesPerSecond: number) => () => ({ bytesPerSecond });
  const slow = await server({ bytes: large }, pace(2_000_000));
  const fast = await server({ bytes: large }, pace(12_000_000));
  const at = bench(`${slow.origin}/f`, `${fast.origin}/f`);
  const result = await at.run();
  expect(at.content().equals(large)).toBe(true);
  expect(share(fast)).toBeGreaterThan(0.55);
  expect(result.sources[1]?.bytesPerSecond).toBeGreaterThan(result.sources[0]?.bytesPerSecond ?? 0);
});

test('"too many requests" to one of several: fewer, and everything comes', { timeout: 60_000 }, async () => {
  let refusals = 0;
  const from = await server({ bytes: large }, () =>
    from.open > 2 && refusals++ < 3
      ? honest('slower', ['Retry-After: 1'], 429)
      : { bytesPerSecond: 3_000_000 },
  );
  const at = bench(`${from.origin}/f`);
  await at.run();
  expect(at.content().equals(large)).toBe(true);
});
