import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { createSocketPort, lineBytesMaxFromHost } from '../../main/api/socket-port.io.ts';
import type { Port } from '../../main/contract/index.ts';

const endings: (() => void)[] = [];

afterEach(() => endings.splice(0).forEach((end) => end()));

/** Two ends of a real connection; the far one is left raw. */
async function createPair(): Promise<{ near: Port<unknown, unknown>; raw: Socket }> {
  const accepted = Promise.withResolvers<Socket>();
  const server = createServer((socket) => accepted.resolve(socket));
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const raw = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const near = await accepted.promise;
  endings.push(() => (server.close(), raw.destroy(), near.destroy()));
  return { near: createSocketPort(near, lineBytesMaxFromHost), raw };
}

it('still delivers what was said before closing, however much it is', async () => {
  const { near, raw } = await createPair();
  const far = createSocketPort(raw, lineBytesMaxFromHost);
  const large = 'x'.repeat(8 * 1024 * 1024);
  const heard: unknown[] = [];
  far.onMessage((message) => heard.push(message));
  const closed = new Promise<void>((resolve) => far.onClose(resolve));
  near.send([large]);
  near.close();
  near.send(['too late']);
  await closed;
  expect(heard).toEqual([[large]]);
});

it('cuts off a reader that does not read', async () => {
  const { near, raw } = await createPair();
  raw.pause();
  const closed = new Promise<void>((resolve) => near.onClose(resolve));
  const large = 'x'.repeat(8 * 1024 * 1024);
  for (let count = 0; count < 12; count += 1) near.send(large);
  await closed;
});
