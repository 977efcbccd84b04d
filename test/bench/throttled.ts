/** A line of a certain width and length in front of a server, and what it really is. */

import { fork } from 'node:child_process';
import { once } from 'node:events';
import http from 'node:http';
import { fileURLToPath } from 'node:url';
import type { GitHttpServer } from '../support/git-http-server.ts';
import { median } from './figures.ts';
import type { LineMeasures } from './line.ts';

export interface ThrottledLine {
  /** The server's address behind the line. */
  url: string;
  close(): Promise<void>;
}

export async function throttle(port: number, measures: LineMeasures): Promise<ThrottledLine> {
  const entry = fileURLToPath(new URL('./line-process.ts', import.meta.url));
  const child = fork(entry, [port, measures.bytesPerSecond, measures.delayMs].map(String));
  const [message] = (await once(child, 'message')) as [{ port: number }];
  return {
    url: `http://127.0.0.1:${message.port}`,
    async close() {
      const gone = once(child, 'exit');
      child.disconnect();
      await gone;
    },
  };
}

const checkPath = '/line-check';
const checkBytes = 4_000_000;
const pings = 5;

/**
 * Round trip and width as a plain HTTP client of Node's sees them: small answers over a connection that is open, then
 * one large answer, timed from its first bytes to its last.
 */
export async function measureLine(
  server: GitHttpServer,
  line: ThrottledLine,
): Promise<{ roundTripMs: number; bytesPerSecond: number }> {
  const before = server.onRequest;
  server.onRequest = (request) => {
    if (request.path !== checkPath) return before?.(request);
    return { status: 200, body: Buffer.alloc(Number(request.query)) };
  };
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const get = async (bytes: number) => {
    const askedMs = performance.now();
    const request = http.get(`${line.url}${checkPath}?${bytes}`, { agent });
    const [response] = (await once(request, 'response')) as [http.IncomingMessage];
    const headMs = performance.now();
    let firstBytes = 0;
    let received = 0;
    let firstMs = headMs;
    for await (const chunk of response as AsyncIterable<Buffer>) {
      if (received === 0) [firstBytes, firstMs] = [chunk.length, performance.now()];
      received += chunk.length;
    }
    const spentSeconds = (performance.now() - firstMs) / 1000;
    return { roundTripMs: headMs - askedMs, bytesPerSecond: (received - firstBytes) / spentSeconds };
  };
  try {
    await get(1);
    const trips: number[] = [];
    for (let number = 0; number < pings; number++) trips.push((await get(1)).roundTripMs);
    const { bytesPerSecond } = await get(checkBytes);
    return { roundTripMs: median(trips), bytesPerSecond };
  } finally {
    agent.destroy();
    server.onRequest = before;
  }
}
