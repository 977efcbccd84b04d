/** Servers of the interface over a folder of pages, closed when the test has ended, and the bytes to ask them with. */

import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { createPortPair } from '../../main/api/port-pair.ts';
import { serveInterface } from '../../main/api/websocket-carrier.io.ts';
import type { InterfaceOptions, InterfaceServer } from '../../main/api/websocket-carrier.io.ts';
import { serveHost } from '../../main/contract/index.ts';
import type { HostTable } from '../../main/contract/index.ts';

let directory = '';
let pages = '';
const servers: InterfaceServer[] = [];

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'packmule-pages-'));
  pages = join(directory, 'pages');
  mkdirSync(join(pages, 'assets'), { recursive: true });
  writeFileSync(join(pages, 'index.html'), '<!doctype html><title>Packmule</title>');
  writeFileSync(join(pages, 'assets', 'index-1a2b.js'), 'export {};');
  writeFileSync(join(pages, 'assets', 'index-1a2b.js.map'), '{}');
  writeFileSync(join(directory, 'secret.txt'), 'secret');
  symlinkSync(join(directory, 'secret.txt'), join(pages, 'link.txt'));
});

afterAll(() => rm(directory, { recursive: true, force: true }));

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

/** Answers every question with `hello`. */
export const table: HostTable = { handle: () => Promise.resolve('hello'), follow: () => () => undefined };

export async function serve(options: Partial<InterfaceOptions> = {}): Promise<InterfaceServer> {
  const server = await serveInterface({
    staticDirectory: pages,
    connect: () => {
      const { client, host } = createPortPair();
      serveHost(host, table);
      return Promise.resolve(client);
    },
    ...options,
  });
  servers.push(server);
  return server;
}

/** Exactly these bytes, and everything that comes back. */
export function speak(port: number, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.end(bytes));
    let answer = '';
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => (answer += chunk));
    socket.on('end', () => resolve(answer));
    socket.on('error', reject);
  });
}
