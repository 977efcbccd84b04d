import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { WebSocket } from 'ws';
import { localAddress } from '../../main/api/local-address.ts';
import { connectLocal, listenLocal } from '../../main/api/local-socket-carrier.io.ts';
import { createPortPair } from '../../main/api/port-pair.ts';
import type { InterfaceServer } from '../../main/api/websocket-carrier.io.ts';
import {
  contractFailure,
  contractVersion,
  createPortTransport,
  serveHost,
} from '../../main/contract/index.ts';
import { describeTransport } from '../contract/transport-conformance.ts';
import { serve, speak, table } from './interface-server.ts';
import { dial, openPort, statusOf } from './websocket-client.ts';
import type { Handshake } from './websocket-client.ts';

const sockets: WebSocket[] = [];
afterEach(() => sockets.splice(0).forEach((socket) => socket.terminate()));

function dialed(server: InterfaceServer, change?: Handshake): WebSocket {
  const socket = dial(server.port, server.token, change);
  sockets.push(socket);
  return socket;
}

describeTransport('the WebSocket, relayed to a local socket', async (hostTable) => {
  const home = mkdtempSync(join(tmpdir(), 'packmule-relay-'));
  const listener = await listenLocal(localAddress(home), hostTable);
  const server = await serve({ connect: () => connectLocal(localAddress(home)) });
  return {
    open: () => openPort(dialed(server)),
    cut: () => listener.close(),
    async close() {
      await listener.close();
      await rm(home, { recursive: true });
    },
  };
});

describe('the handshake', () => {
  const accepted: [string, (port: number) => Handshake][] = [
    ['our page by address', () => ({})],
    ['our page by name', (port) => ({ host: `localhost:${port}`, origin: `http://localhost:${port}` })],
    ['our page by name, socket by address', (port) => ({ origin: `http://localhost:${port}` })],
  ];
  it.each(accepted)('lets in %s', async (_name, change) => {
    const server = await serve();
    const socket = dialed(server, change(server.port));
    expect(await statusOf(socket)).toBe(101);
    expect(socket.protocol).toBe('packmule.v1');
    expect(socket.extensions).toBe('');
  });

  const refused: [string, number, (port: number, token: string) => Handshake][] = [
    // Origins
    ['no Origin', 403, () => ({ origin: null })],
    ['an Origin of another site', 403, () => ({ origin: 'https://evil.example' })],
    ['the opaque Origin', 403, () => ({ origin: 'null' })],
    ['an Origin without the port', 403, () => ({ origin: 'http://127.0.0.1' })],
    ['an Origin with another port', 403, (port) => ({ origin: `http://127.0.0.1:${port + 1}` })],
    ['an Origin over https', 403, (port) => ({ origin: `https://127.0.0.1:${port}` })],
    ['an Origin that begins like ours', 403, (port) => ({ origin: `http://127.0.0.1:${port}.evil.example` })],
    ['an Origin that ends like ours', 403, (port) => ({ origin: `http://evil-localhost:${port}` })],
    ['an Origin below our name', 403, (port) => ({ origin: `http://a.localhost:${port}` })],
    ['an Origin with a user name', 403, (port) => ({ origin: `http://x@127.0.0.1:${port}` })],
    ['an Origin with a path', 403, (port) => ({ origin: `http://127.0.0.1:${port}/` })],
    ['an Origin in IPv6', 403, (port) => ({ origin: `http://[::1]:${port}` })],
    ['an Origin of a file', 403, () => ({ origin: 'file://' })],
    ['an Origin of an extension', 403, () => ({ origin: 'chrome-extension://abcdefgh' })],
    // Hosts
    ['a Host that rebinds', 403, (port) => ({ host: `evil.example:${port}` })],
    ['a Host without the port', 403, () => ({ host: '127.0.0.1' })],
    ['a Host with another port', 403, (port) => ({ host: `127.0.0.1:${port + 1}` })],
    ['a Host with a trailing dot', 403, (port) => ({ host: `localhost.:${port}` })],
    ['a Host in capitals', 403, (port) => ({ host: `LOCALHOST:${port}` })],
    ['a Host in decimal', 403, (port) => ({ host: `2130706433:${port}` })],
    ['a Host in hexadecimal', 403, (port) => ({ host: `0x7f000001:${port}` })],
    ['a Host in octal', 403, (port) => ({ host: `0177.0.0.1:${port}` })],
    ['a Host in short', 403, (port) => ({ host: `127.1:${port}` })],
    ['a Host of all interfaces', 403, (port) => ({ host: `0.0.0.0:${port}` })],
    ['a Host in IPv6', 403, (port) => ({ host: `[::1]:${port}` })],
    ['a Host in mapped IPv6', 403, (port) => ({ host: `[::ffff:127.0.0.1]:${port}` })],
    ['a Host with a user name', 403, (port) => ({ host: `127.0.0.1:${port}@evil.example` })],
    // Tokens
    ['no token', 401, () => ({ protocols: ['packmule.v1'] })],
    ['an empty token', 401, () => ({ protocols: ['packmule.v1', 'token.'] })],
    ['a wrong token', 401, () => ({ protocols: ['packmule.v1', 'token.AAAAAAAAAAAAAAAAAAAAAA'] })],
    [
      'a token cut short',
      401,
      (_port, token) => ({ protocols: ['packmule.v1', `token.${token.slice(0, -1)}`] }),
    ],
    ['a token with more behind', 401, (_port, token) => ({ protocols: ['packmule.v1', `token.${token}x`] })],
    [
      'a token in another case',
      401,
      (_port, token) => ({ protocols: ['packmule.v1', `token.${swapCase(token)}`] }),
    ],
    ['two tokens', 401, (_port, token) => ({ protocols: ['packmule.v1', 'token.guess', `token.${token}`] })],
    [
      'the token in the query',
      401,
      (_port, token) => ({ protocols: ['packmule.v1'], path: `/?token=${token}` }),
    ],
    [
      'the token in Authorization',
      401,
      (_port, token) => ({ protocols: ['packmule.v1'], headers: { authorization: `Bearer ${token}` } }),
    ],
    ['no sub-protocol but the token', 400, (_port, token) => ({ protocols: [`token.${token}`] })],
    ['another sub-protocol', 400, (_port, token) => ({ protocols: ['packmule.v2', `token.${token}`] })],
  ];
  it.each(refused)('refuses %s', async (_name, status, change) => {
    const connectEngine = vi.fn(() => Promise.reject(contractFailure('engine-stopped')));
    const server = await serve({ connect: connectEngine });
    expect(await statusOf(dialed(server, change(server.port, server.token)))).toBe(status);
    expect(connectEngine).not.toHaveBeenCalled();
  });

  it('refuses two Hosts', async () => {
    const server = await serve();
    const answer = await speak(
      server.port,
      `GET / HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\nHost: evil.example\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
  });

  it('makes a new token of 128 bits for each start', async () => {
    const [first, second] = [await serve(), await serve()];
    expect(Buffer.from(first.token, 'base64url')).toHaveLength(16);
    expect(first.token).not.toBe(second.token);
    expect(first.url).toBe(`http://127.0.0.1:${first.port}/#token=${first.token}`);
  });

  it('does not take a token that could be guessed', async () => {
    await expect(serve({ token: 'short' })).rejects.toThrow('22 to 128 characters');
  });
});

describe('a page that misbehaves', () => {
  it('is disconnected for an oversize message', async () => {
    const server = await serve();
    const socket = dialed(server);
    expect(await statusOf(socket)).toBe(101);
    const closed = closeOf(socket);
    socket.send(' '.repeat(1024 * 1024 + 1));
    expect(await closed).toBe(1009);
  });

  it('is disconnected for a flood of small messages', async () => {
    const server = await serve({ limits: { messagesBurst: 50, messagesPerSecond: 1 } });
    const socket = dialed(server);
    expect(await statusOf(socket)).toBe(101);
    const closed = closeOf(socket);
    socket.send(JSON.stringify({ type: 'hello', version: contractVersion }));
    for (let id = 0; id < 100; id += 1) socket.send(JSON.stringify({ type: 'cancel', id }));
    expect(await closed).toBe(1008);
  });

  it('is disconnected for a flood of large messages', async () => {
    const server = await serve({ limits: { messagesBurst: 100, messagesPerSecond: 1 } });
    const socket = dialed(server);
    expect(await statusOf(socket)).toBe(101);
    const closed = closeOf(socket);
    const large = JSON.stringify({ type: 'hello', version: contractVersion, padding: 'x'.repeat(900_000) });
    for (let count = 0; count < 3; count += 1) socket.send(large);
    expect(await closed).toBe(1008);
  });

  it.each([
    ['a binary message', Buffer.from('{}'), 1003],
    ['what is not JSON', '{', 1007],
    ['what is no envelope', '[]', 1000],
  ])('is disconnected for %s', async (_name, message, code) => {
    const server = await serve();
    const socket = dialed(server);
    expect(await statusOf(socket)).toBe(101);
    const closed = closeOf(socket);
    socket.send(message);
    expect(await closed).toBe(code);
  });

  it('is disconnected when it stops answering pings', async () => {
    const server = await serve({ limits: { pingMs: 30 } });
    const deaf = dialed(server);
    const well = dialed(server);
    expect([await statusOf(deaf), await statusOf(well)]).toEqual([101, 101]);
    (deaf as unknown as { _autoPong: boolean })._autoPong = false;
    expect(await closeOf(deaf)).toBe(1006);
    expect(well.readyState).toBe(well.OPEN);
  });

  it('does not disturb the others', async () => {
    const server = await serve();
    const transport = createPortTransport(await openPort(dialed(server)));
    const rude = dialed(server);
    await statusOf(rude);
    rude.send('{');
    await closeOf(rude);
    await expect(transport.invoke('engine.about', {})).resolves.toBe('hello');
  });
});

it('closes the page when there is no engine, so that it tries again', async () => {
  const server = await serve({ connect: () => Promise.reject(contractFailure('engine-stopped')) });
  const transport = createPortTransport(await openPort(dialed(server)));
  await expect(transport.ready).rejects.toMatchObject({ failure: { code: 'engine-stopped' } });
});

it('keeps what a page says until the engine has answered', async () => {
  const server = await serve({
    async connect() {
      await new Promise((later) => setTimeout(later, 50));
      const { client, host } = createPortPair();
      serveHost(host, table);
      return client;
    },
  });
  const transport = createPortTransport(await openPort(dialed(server)));
  await expect(transport.invoke('engine.about', {})).resolves.toBe('hello');
});

it('hangs up on the engine when the page goes while the engine is being called', async () => {
  const { client, host } = createPortPair();
  const closed = vi.fn();
  host.onMessage(() => undefined);
  host.onClose(closed);
  const engine = Promise.withResolvers<typeof client>();
  const server = await serve({ connect: () => engine.promise });
  const socket = dialed(server);
  await statusOf(socket);
  const gone = closeOf(socket);
  socket.terminate();
  await gone;
  await new Promise((later) => setTimeout(later, 20));
  engine.resolve(client);
  await vi.waitFor(() => expect(closed).toHaveBeenCalledOnce());
});

it('listens on the loopback interface only', async () => {
  const server = await serve();
  const outside = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter((entry) => !entry.internal && entry.family === 'IPv4');
  for (const host of ['::1', ...outside.map((entry) => entry.address)]) {
    await expect(reachable(host, server.port), host).resolves.toBe(false);
  }
  await expect(reachable('127.0.0.1', server.port)).resolves.toBe(true);
});

function swapCase(text: string): string {
  return text.replace(/[a-z]/gi, (letter) => (letter < 'a' ? letter.toLowerCase() : letter.toUpperCase()));
}

function closeOf(socket: WebSocket): Promise<number> {
  return new Promise((resolve) => {
    socket.on('error', () => undefined);
    socket.on('close', (code) => resolve(code));
  });
}

function reachable(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 2_000 });
    const say = (answer: boolean) => () => {
      socket.destroy();
      resolve(answer);
    };
    socket.on('connect', say(true)).on('error', say(false)).on('timeout', say(false));
  });
}
