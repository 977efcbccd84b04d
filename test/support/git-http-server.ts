/**
 * A web server whose only business is the real `git http-backend` (git-http-backend(1), RFC 3875), and which can be told
 * to misbehave on the way. What it puts into its log is what really went over its sockets.
 */

import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { selfSignedCertificate } from './certificate.ts';
import { drained } from './drained.ts';
import { gitEnvironment } from './git.ts';
import { pacedWriter, type PacedWriter } from './paced-writer.ts';

/** One request, as it is known so far. Figures grow until `endedAtMs` is set. */
export interface RequestLog {
  /** 1 for the first request of this server. */
  number: number;
  /** 1 for the first connection of this server. */
  connection: number;
  method: string;
  path: string;
  query: string;
  headers: IncomingHttpHeaders;
  /** Body bytes as they came, before any decoding. */
  requestBytes: number;
  /** The body, gunzipped where it was gzipped; complete only when the request is. */
  text: string;
  status: number | null;
  /** Bytes given to the socket for this response: status line, header, chunk framing and body. */
  wireBytes: number;
  /** Of these, the body's own. */
  bodyBytes: number;
  startedAtMs: number;
  endedAtMs: number | null;
  durationMs: number | null;
  /** How it ended: sent whole, broken off by us on purpose, or by the client. */
  end: 'running' | 'complete' | 'cut' | 'client-gone';
}

/** What may be done to a response instead of, or on top of, serving it. */
export interface Misbehaviour {
  /** Answer this instead of asking git. */
  status?: number;
  headers?: Record<string, string>;
  body?: string | Uint8Array;
  /** Wait before the response's header. `Infinity` never answers. */
  delayMs?: number;
  bytesPerSecond?: number;
  /** Break the connection after so many body bytes. */
  cutAfterBytes?: number;
  /** Break it with a reset (TCP RST) rather than a plain close. */
  reset?: boolean;
  /** After so many body bytes send nothing more, and keep the connection open. */
  stallAfterBytes?: number;
  /** Behave as a server that has never heard of protocol v2 (the `Git-Protocol` header is ignored). */
  ignoreProtocolVersion?: boolean;
  /** Answer out of this directory: another of several servers behind one address. */
  root?: string;
}

export interface GitHttpServerOptions {
  /** Directory of bare repositories. */
  root: string;
  host?: string;
  /** Configuration every git behind the server sees, e.g. `{ 'uploadpack.allowFilter': 'true' }`. */
  config?: Record<string, string>;
  /** Asked once per request; may also be changed later on the server. */
  onRequest?: (request: RequestLog) => Misbehaviour | undefined;
  /** Applied to every response. */
  limits?: Misbehaviour;
  /** Is shown every piece of every body that goes out; the bytes are valid only then. */
  onBody?: (request: RequestLog, bytes: Uint8Array) => void;
  /** Demand this name and password (RFC 7617). */
  basicAuth?: { user: string; password: string };
  /** Serve https with a self-signed certificate. */
  tls?: boolean;
}

export interface GitHttpServer {
  /** Without a slash at the end. */
  url: string;
  port: number;
  log: RequestLog[];
  onRequest: GitHttpServerOptions['onRequest'];
  limits: Misbehaviour;
  /** All bytes given to sockets since the start, broken-off responses included. Plain http only. */
  readonly bytesSent: number;
  readonly openConnections: number;
  readonly connections: number;
  /** Requests being answered at this moment. */
  readonly running: number;
  /** The most that were being answered at once. */
  readonly runningMax: number;
  /** Breaks every open connection now. */
  dropConnections(): void;
  close(): Promise<void>;
}

/** Starts the server on a free port. */
export async function startGitHttpServer(options: GitHttpServerOptions): Promise<GitHttpServer> {
  const host = options.host ?? '127.0.0.1';
  const sockets = new Map<Socket, number>();
  const log: RequestLog[] = [];
  let bytesOfClosed = 0;
  let connections = 0;
  let running = 0;
  let runningMax = 0;

  const handle = (request: IncomingMessage, response: ServerResponse) => {
    const [path = '/', query = ''] = (request.url ?? '/').split(/\?(.*)/s);
    const entry: RequestLog = {
      number: log.length + 1,
      connection: sockets.get(request.socket) ?? 0,
      method: request.method ?? '',
      path,
      query,
      headers: request.headers,
      requestBytes: 0,
      text: '',
      status: null,
      wireBytes: 0,
      bodyBytes: 0,
      startedAtMs: Date.now(),
      endedAtMs: null,
      durationMs: null,
      end: 'running',
    };
    log.push(entry);
    running += 1;
    runningMax = Math.max(runningMax, running);
    const began = performance.now();
    const sentBefore = request.socket.bytesWritten;
    const finish = () => {
      if (entry.endedAtMs !== null) return;
      running -= 1;
      entry.endedAtMs = Date.now();
      entry.durationMs = performance.now() - began;
      entry.wireBytes = request.socket.bytesWritten - sentBefore;
      if (entry.end === 'running') entry.end = response.writableFinished ? 'complete' : 'client-gone';
    };
    response.once('close', finish);
    const behaviour = { ...server.limits, ...server.onRequest?.(entry) };
    void serve(request, response, entry, behaviour, options).catch(() => response.destroy());
  };

  const web = options.tls === true ? createTlsServer(selfSignedCertificate(), handle) : createServer(handle);
  web.on(options.tls === true ? 'secureConnection' : 'connection', (socket: Socket) => {
    connections += 1;
    sockets.set(socket, connections);
    socket.on('error', () => undefined);
    socket.once('close', () => {
      bytesOfClosed += socket.bytesWritten;
      sockets.delete(socket);
    });
  });
  web.keepAliveTimeout = 60_000;
  web.listen(0, host);
  await once(web, 'listening');
  const { port } = web.address() as AddressInfo;

  const server: GitHttpServer = {
    url: `${options.tls === true ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${port}`,
    port,
    log,
    onRequest: options.onRequest,
    limits: options.limits ?? {},
    get bytesSent() {
      let open = 0;
      for (const socket of sockets.keys()) open += socket.bytesWritten;
      return bytesOfClosed + open;
    },
    get openConnections() {
      return sockets.size;
    },
    get connections() {
      return connections;
    },
    get running() {
      return running;
    },
    get runningMax() {
      return runningMax;
    },
    dropConnections() {
      for (const socket of sockets.keys()) socket.destroy();
    },
    async close() {
      const closed = once(web, 'close');
      web.close();
      server.dropConnections();
      await closed;
    },
  };
  return server;
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  entry: RequestLog,
  behaviour: Misbehaviour,
  options: GitHttpServerOptions,
): Promise<void> {
  if (behaviour.delayMs === Infinity) return;
  if (behaviour.delayMs !== undefined) await sleep(behaviour.delayMs);
  const canned = behaviour.status !== undefined ? behaviour : demandName(request, options.basicAuth);
  if (canned !== undefined) {
    await keepBody(request, entry);
    entry.status = canned.status ?? 200;
    response.writeHead(entry.status, canned.headers);
    const body = Buffer.from(canned.body ?? '');
    const writer = pacedWriter(response, behaviour, entry, options.onBody);
    if ((await writer.write(body)) === 'go-on') response.end();
    return;
  }
  const child = startBackend(request, behaviour, options);
  response.once('close', () => child.kill('SIGKILL'));
  child.stdin.on('error', () => undefined);
  const asked = keepBody(request, entry, child.stdin);
  const writer = pacedWriter(response, behaviour, entry, options.onBody);
  const answered = relay(child.stdout, response, writer, behaviour, entry);
  await Promise.all([asked, answered]);
}

function demandName(
  request: IncomingMessage,
  auth: GitHttpServerOptions['basicAuth'],
): Misbehaviour | undefined {
  if (auth === undefined) return undefined;
  const expected = `Basic ${Buffer.from(`${auth.user}:${auth.password}`).toString('base64')}`;
  if (request.headers.authorization === expected) return undefined;
  return {
    status: 401,
    headers: { 'WWW-Authenticate': 'Basic realm="git"' },
    body: 'Name and password, please.\n',
  };
}

/** Reads the body to its end, hands it on with backpressure, and keeps it in the log. */
async function keepBody(request: IncomingMessage, entry: RequestLog, to?: Writable): Promise<void> {
  const kept: Buffer[] = [];
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      entry.requestBytes += chunk.length;
      kept.push(chunk);
      if (to?.write(chunk) === false) await drained(to);
    }
  } catch {
    // The client left in the middle of its own request.
  }
  to?.end();
  const body = Buffer.concat(kept);
  try {
    entry.text = (request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body).toString(
      'latin1',
    );
  } catch {
    entry.text = body.toString('latin1');
  }
}

type Backend = ChildProcessByStdio<Writable, Readable, null>;

/** The CGI variables git-http-backend(1) reads, and nothing of ours but the path to git. */
function startBackend(
  request: IncomingMessage,
  behaviour: Misbehaviour,
  options: GitHttpServerOptions,
): Backend {
  const [path = '/', query = ''] = (request.url ?? '/').split(/\?(.*)/s);
  const env: Record<string, string> = {
    ...gitEnvironment,
    GIT_PROJECT_ROOT: behaviour.root ?? options.root,
    GIT_HTTP_EXPORT_ALL: '1',
    PATH_INFO: decodeURIComponent(path),
    QUERY_STRING: query,
    REQUEST_METHOD: request.method ?? 'GET',
    REMOTE_ADDR: request.socket.remoteAddress ?? '127.0.0.1',
  };
  const { headers } = request;
  if (headers['content-type'] !== undefined) env['CONTENT_TYPE'] = headers['content-type'];
  if (headers['content-length'] !== undefined) env['CONTENT_LENGTH'] = headers['content-length'];
  if (headers['content-encoding'] !== undefined) env['HTTP_CONTENT_ENCODING'] = headers['content-encoding'];
  const version = headers['git-protocol'];
  if (typeof version === 'string' && behaviour.ignoreProtocolVersion !== true) env['GIT_PROTOCOL'] = version;
  const config = Object.entries(options.config ?? {});
  env['GIT_CONFIG_COUNT'] = String(config.length);
  config.forEach(([key, value], index) => {
    env[`GIT_CONFIG_KEY_${index}`] = key;
    env[`GIT_CONFIG_VALUE_${index}`] = value;
  });
  return spawn('git', ['http-backend'], { env, stdio: ['pipe', 'pipe', 'ignore'] });
}

/** The program's header (RFC 3875 §6) becomes the response's; its body follows as it comes. */
async function relay(
  from: Readable,
  response: ServerResponse,
  writer: PacedWriter,
  behaviour: Misbehaviour,
  entry: RequestLog,
): Promise<void> {
  let head: Buffer | null = Buffer.alloc(0);
  for await (const chunk of from as AsyncIterable<Buffer>) {
    let body = chunk;
    if (head !== null) {
      head = Buffer.concat([head, chunk]);
      const end = head.indexOf('\r\n\r\n');
      if (end < 0) continue;
      const { status, headers } = readHead(head.toString('latin1', 0, end));
      entry.status = status;
      response.writeHead(status, { ...headers, ...behaviour.headers });
      body = head.subarray(end + 4);
      head = null;
    }
    if ((await writer.write(body)) === 'stop') return;
  }
  if (head !== null) {
    entry.status = 500;
    response.writeHead(500);
  }
  response.end();
}

function readHead(text: string): { status: number; headers: Record<string, string> } {
  const headers: Record<string, string> = {};
  let status = 200;
  for (const line of text.split('\r\n')) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon);
    const value = line.slice(colon + 1).trim();
    if (name.toLowerCase() === 'status') status = Number.parseInt(value, 10);
    else headers[name] = value;
  }
  return { status, headers };
}
