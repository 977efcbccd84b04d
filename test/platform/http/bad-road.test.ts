import { afterEach, beforeEach, expect, test } from 'vitest';
import type { HttpClient } from '../../../main/engine/ports.ts';
import { createHttpClient } from '../../../main/platform/http/index.ts';
import { head, honest, startFaultServer, type FaultServer } from '../../support/fault-server.ts';
import { noise } from '../../support/noise.ts';
import { startTcpProxy, type TcpProxy } from '../../support/tcp-proxy.ts';
import { bodyAndEnd, bodyOf, errorOf, get, timeouts } from './asking.ts';

const body = noise(500_000);
let server: FaultServer;
let road: TcpProxy;
let client: HttpClient;

beforeEach(async () => {
  server = await startFaultServer(() => honest(body));
  road = await startTcpProxy(server);
  client = createHttpClient();
});
afterEach(async () => {
  await client.close();
  await road.close();
  await server.close();
});

const ask = (more = {}) => get(client, `${road.origin}/`, more);

async function measureMs(work: Promise<unknown>): Promise<number> {
  const before = performance.now();
  await work;
  return performance.now() - before;
}

test('a good road changes nothing and counts everything', async () => {
  expect((await bodyOf(await ask())).equals(body)).toBe(true);
  expect(road.total('down')).toBe(server.requests[0]?.sentBytes);
  expect(road.total('down')).toBe(client.wireBytes);
  expect(road.total('up')).toBe(client.uploadedBytes);
  expect(road.passed.reduce((sum, each) => sum + (each.direction === 'down' ? each.bytes : 0), 0)).toBe(
    road.total('down'),
  );
});

test('late, narrow and in crumbs', async () => {
  road.set('down', { latencyMs: 300 });
  expect(await measureMs(ask().then(bodyOf))).toBeGreaterThan(290);
  road.set('down', { bytesPerSecond: 1_000_000 });
  let narrowMs = Infinity;
  // A busy machine makes any road slower, but not each time; none may be faster.
  for (let triesLeft = 3; triesLeft > 0 && narrowMs >= 3000; triesLeft -= 1) {
    narrowMs = await measureMs(ask().then(bodyOf));
    expect(narrowMs).toBeGreaterThan(400);
  }
  expect(narrowMs).toBeLessThan(3000);
  road.set('down', { sliceBytes: 777 });
  expect((await bodyOf(await ask())).equals(body)).toBe(true);
  expect(Math.max(...road.passed.slice(-500).map((each) => each.bytes))).toBeLessThanOrEqual(777);
});

test('a connection ends behind so many bytes, orderly or not, and what passed arrived', async () => {
  for (const end of ['fin', 'reset'] as const) {
    road.set('down', { limitBytes: 100_000, end });
    const { body: part, error } = await bodyAndEnd(await ask());
    expect(error).toMatchObject({ code: 'connection-lost' });
    expect(body.subarray(0, part.length).equals(part)).toBe(true);
    const connection = road.connections.at(-1);
    expect(connection?.downBytes).toBe(100_000);
    expect(connection?.end).toBe(end);
    expect(part.length).toBe(100_000 - head(200, [`Content-Length: ${body.length}`]).length);
  }
});

test('a road that stalls is a time-out, and the whole of all connections can be limited', async () => {
  road.set('down', { limitBytesTotal: 700_000, end: 'stall' });
  await bodyOf(await ask());
  const { body: part, error } = await bodyAndEnd(await ask({ timeouts: { ...timeouts, silenceMs: 300 } }));
  expect(error).toMatchObject({ code: 'connection-timed-out' });
  expect(part.length).toBeGreaterThan(190_000);
  expect(part.length).toBeLessThan(200_000);
});

test('a road that is down refuses, and its connections are reset; restored, it carries again', async () => {
  road.set('down', { bytesPerSecond: 200_000 });
  const response = await ask();
  setTimeout(() => void road.goDown(), 200);
  expect((await bodyAndEnd(response)).error).toMatchObject({ code: 'connection-lost' });
  expect((await errorOf(ask())).code).toBe('connection-refused');
  await road.restore();
  road.set('down', {});
  expect((await bodyOf(await ask())).equals(body)).toBe(true);
  // The kept connection breaks before a byte of the answer is through: the client asks again by itself.
  road.set('down', { latencyMs: 5000 });
  const waiting = ask();
  await expect.poll(() => server.requests.length).toBe(3);
  road.set('down', {});
  road.cut('fin');
  expect((await bodyOf(await waiting)).equals(body)).toBe(true);
  expect(server.requests.length).toBe(4);
});
