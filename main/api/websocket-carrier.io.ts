/**
 * The interface in a browser: static files over HTTP and envelopes over WebSocket, on the loopback interface only. Each
 * accepted WebSocket is joined to a connection of its own to the engine; nothing is read on the way.
 */

import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';
import type { ClientPort } from '../contract/index.ts';
import { refuseHandshake, refuseHost, securityHeaders, subProtocol } from './interface-policy.ts';
import type { Refusal } from './interface-policy.ts';
import { relay } from './relay.ts';
import { readStaticFiles } from './static-files.io.ts';
import type { StaticFile } from './static-files.io.ts';
import { createWebSocketPort, webSocketLimits } from './websocket-port.io.ts';
import type { WebSocketLimits } from './websocket-port.io.ts';

const address = '127.0.0.1';
/** A client's envelopes are small; the largest is a list of ids. */
const messageBytesMax = 1024 * 1024;
/** Browsers open about six connections for each tab; nobody has a hundred tabs of this. */
const connectionsMax = 256;
const tokenPattern = /^[A-Za-z0-9_-]{22,128}$/;

export interface InterfaceOptions {
  /** The built pages. Read once, at the start. */
  staticDirectory: string;
  /** A new connection to the engine, for each page. */
  connect: () => Promise<ClientPort>;
  /** At least 22 characters of base64url; 128 fresh random bits when absent. */
  token?: string;
  /** A free one when absent or 0. */
  port?: number;
  limits?: Partial<WebSocketLimits>;
}

export interface InterfaceServer {
  /** To open in a browser. Holds the token in its fragment, which is never sent. */
  url: string;
  port: number;
  token: string;
  close(): Promise<void>;
}

/** Throws the system's error where the port is taken or the files cannot be read. */
export async function serveInterface(options: InterfaceOptions): Promise<InterfaceServer> {
  const token = options.token ?? randomBytes(16).toString('base64url');
  if (!tokenPattern.test(token)) throw new Error('A token needs 22 to 128 characters of base64url.');
  const files = await readStaticFiles(options.staticDirectory);
  const limits = { ...webSocketLimits, ...options.limits };
  const sockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: messageBytesMax,
    handleProtocols: () => subProtocol,
  });

  const server = createServer();
  server.maxConnections = connectionsMax;
  const port = await listen(server, options.port ?? 0);
  const tokenMatches = constantTimeMatch(token);

  server.on('request', (request, response) => answer(request, response, port, files));
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const refusal =
      refuseHost(request.rawHeaders, port) ?? refuseHandshake(request.rawHeaders, port, tokenMatches);
    if (refusal !== null) return refuseUpgrade(socket, refusal);
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      void join(webSocket, options.connect, limits);
    });
  });

  return {
    url: `http://${address}:${port}/#token=${token}`,
    port,
    token,
    close: () => close(server, sockets),
  };
}

/** Messages that arrive before the engine has answered are kept by the port. */
async function join(
  webSocket: WebSocket,
  connect: () => Promise<ClientPort>,
  limits: WebSocketLimits,
): Promise<void> {
  const near = createWebSocketPort(webSocket, limits);
  try {
    relay(near, await connect());
  } catch {
    // No engine: to the page this is a carrier that closed, and it tries again.
    near.close();
  }
}

function answer(
  request: IncomingMessage,
  response: ServerResponse,
  port: number,
  files: ReadonlyMap<string, StaticFile>,
): void {
  const headers = securityHeaders(port);
  const say = (status: number, text: string, more: Record<string, string> = {}): void => {
    response.writeHead(status, {
      ...headers,
      'content-type': 'text/plain; charset=utf-8',
      'cache-control': 'no-store',
      ...more,
    });
    response.end(request.method === 'HEAD' ? undefined : `${text}\n`);
  };
  const refusal = refuseHost(request.rawHeaders, port);
  if (refusal !== null) return say(refusal.status, refusal.why, { connection: 'close' });
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return say(405, 'only GET and HEAD', { allow: 'GET, HEAD', connection: 'close' });
  }
  const file = files.get((request.url ?? '').split('?', 1)[0] ?? '');
  if (file === undefined) return say(404, 'not found');
  response.writeHead(200, {
    ...headers,
    'content-type': file.type,
    'content-length': file.content.length,
    'cache-control': file.cache,
  });
  response.end(request.method === 'HEAD' ? undefined : file.content);
}

function refuseUpgrade(socket: Duplex, { status, why }: Refusal): void {
  const names = { 400: 'Bad Request', 401: 'Unauthorized', 403: 'Forbidden' };
  socket.on('error', () => undefined);
  socket.end(
    `HTTP/1.1 ${status} ${names[status]}\r\nConnection: close\r\nContent-Type: text/plain\r\n` +
      `Content-Length: ${Buffer.byteLength(why)}\r\n\r\n${why}`,
    () => socket.destroy(),
  );
}

/** Compares digests, so that neither the content nor the length of the token shows in the time it takes. */
function constantTimeMatch(token: string): (candidate: string) => boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  const expected = digest(token);
  return (candidate) => timingSafeEqual(digest(candidate), expected);
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: address, port, exclusive: true }, () => {
      server.off('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

function close(server: Server, sockets: WebSocketServer): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    // Going away, RFC 6455 §7.4.1; whoever does not take leave in time is cut off.
    for (const socket of sockets.clients) {
      socket.close(1001);
      setTimeout(() => socket.terminate(), 500).unref();
    }
    server.closeAllConnections();
  });
}
