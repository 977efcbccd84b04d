/** Against a server that nobody here has written. */

import { closeSync, openSync, readSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { noise } from '../../../support/noise.ts';
import { lacksNginx, startNginx, type Nginx } from '../../../support/nginx.ts';
import { removeTempDirs } from '../../../support/temp.ts';
import { startTcpProxy } from '../../../support/tcp-proxy.ts';
import { bench, mebi } from './downloading.ts';

afterAll(removeTempDirs);

async function nginx(lines: string[], content: Buffer): Promise<Nginx> {
  const server = await startNginx(lines);
  onTestFinished(() => server.close());
  writeFileSync(join(server.root, 'file'), content);
  return server;
}

describe.skipIf(lacksNginx())('nginx', () => {
  test('cut every few bytes: each byte leaves the server once, but for what was on its way', async () => {
    const content = noise(20 * mebi);
    const server = await nginx([], content);
    const road = await startTcpProxy({ port: Number(new URL(server.origin).port) });
    onTestFinished(() => road.close());
    road.set('down', { limitBytes: 1_234_567, end: 'fin' });
    const at = bench(`${road.origin}/file`);
    const result = await at.run({}, { connectionsMax: 1 });
    expect(at.content().equals(content)).toBe(true);
    expect(result.receivedBytes).toBe(content.length);
    expect(result.cuts).toBe(16);
    const requests = server.requests();
    expect(requests.slice(1).every(({ status, ifRange }) => status === 206 && ifRange !== null)).toBe(true);
    // What the server had handed to its own kernel before the road broke, not what we lost.
    const begins = requests.map(({ range }) => Number(/bytes=(\d+)-/.exec(range ?? '')?.[1]));
    expect(new Set(begins).size).toBe(begins.length);
  });

  test('beyond 4 GiB', async () => {
    const [content, begin] = [noise(mebi), 5 * 2 ** 30];
    const server = await nginx([], Buffer.from(''));
    const file = openSync(join(server.root, 'file'), 'w');
    writeSync(file, content, 0, mebi, begin);
    closeSync(file);
    const at = bench(`${server.origin}/file`);
    const result = await at.run({ span: { fromBytes: begin + 5, toBytes: begin + mebi } });
    expect(result).toMatchObject({ totalBytes: begin + mebi, receivedBytes: mebi - 5 });
    expect(server.requests()[0]?.range).toBe(`bytes=${begin + 5}-${begin + mebi - 1}`);
    const there = openSync(at.path, 'r');
    const into = Buffer.alloc(mebi - 5);
    readSync(there, into, 0, into.length, begin + 5);
    closeSync(there);
    expect(into.equals(content.subarray(5))).toBe(true);
  });

  test('a server that takes no ranges: one connection, the whole, once', async () => {
    const content = noise(5 * mebi);
    const server = await nginx(['max_ranges 0;'], content);
    const at = bench(`${server.origin}/file`);
    await at.run();
    expect(at.content().equals(content)).toBe(true);
    expect(server.requests().map(({ status, bodyBytes }) => [status, bodyBytes])).toEqual([
      [200, content.length],
    ]);
  });

  test(
    'each connection limited: more are opened, and every byte is asked for once',
    { timeout: 60_000 },
    async () => {
      const content = noise(48 * mebi);
      const server = await nginx(['limit_rate 1m;'], content);
      const at = bench(`${server.origin}/file`);
      const result = await at.run();
      expect(at.content().equals(content)).toBe(true);
      expect(result.connectionsMost).toBe(4);
      expect(result.receivedBytes).toBeLessThan(content.length * 1.05);
    },
  );

  test('a line that is full: a second connection does not stay', { timeout: 60_000 }, async () => {
    const content = noise(24 * mebi);
    const server = await nginx([], content);
    const road = await startTcpProxy({ port: Number(new URL(server.origin).port) });
    onTestFinished(() => road.close());
    // The proxy's limit is for one connection; one road that is full answers to more of them by being slower.
    const full = () => {
      const open = Math.max(1, road.connections.filter(({ end }) => end === null).length);
      road.set('down', { bytesPerSecond: 2_500_000 / open });
    };
    full();
    const timer = setInterval(full, 20);
    onTestFinished(() => clearInterval(timer));
    const at = bench(`${road.origin}/file`);
    const result = await at.run();
    expect(at.content().equals(content)).toBe(true);
    expect(result.connectionsMost).toBeLessThanOrEqual(2);
  });

  test('the file is replaced in the middle: the new one, whole', async () => {
    const [old, fresh] = [noise(6 * mebi), noise(6 * mebi, 2)];
    const server = await nginx(['limit_rate 2m;'], old);
    const at = bench(`${server.origin}/file`);
    const stop = new AbortController();
    const first = at.run({}, {}, stop.signal);
    setTimeout(() => stop.abort(new Error('enough')), 1_500);
    await expect(first).rejects.toThrow('enough');
    expect(at.rows.durableBytes).toBeGreaterThan(mebi);
    // nginx makes its ETag of time and length (ngx_http_set_etag).
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    writeFileSync(join(server.root, 'file'), fresh);
    expect(await at.run()).toMatchObject({ restarts: 1 });
    expect(at.content().equals(fresh)).toBe(true);
  });
});
