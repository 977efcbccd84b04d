/**
 * An HTTP server that may lie. It stands on plain sockets, so it can say what no HTTP library would: two lengths, half a
 * head, a body that stops, bytes after the end. Each request is answered by a script of steps.
 */

import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import tls from 'node:tls';
import type { Certificate } from './certificate.ts';
import { drained } from './drained.ts';
import { noise } from './noise.ts';

export type Step =
  /** Bytes as they are; with `sliceBytes` in small pieces, one every `everyMs`. */
  | { send: string | Uint8Array; sliceBytes?: number; everyMs?: number }
  /** So many bytes of noise, made while they are sent. */
  | { noiseBytes: number }
  | { waitMs: number }
  /** An orderly end of the connection. */
  | 'fin'
  /** A TCP reset; what was sent before has left this process. */
  | 'reset'
  /** Says nothing more until the client goes. */
  | 'stall';

export interface SeenRequest {
  method: string;
  path: string;
  /** Lower-case names. */
  headers: Map<string, string>;
  body: Buffer;
  /** Which connection it came over, from 1. */
  connection: number;
  /** Its place on that connection, from 1. */
  place: number;
  /** Bytes sent in answer, head included. */
  sentBytes: number;
}

export type Answer = (request: SeenRequest) => readonly Step[] | Promise<readonly Step[]>;

export interface FaultServer {
  readonly port: number;
  /** `http://127.0.0.1:<port>`, or https with the name the certificate is for. */
  readonly origin: string;
  readonly requests: readonly SeenRequest[];
  /** Connections accepted so far, and still open. */
  readonly accepted: number;
  readonly open: number;
  /** Replaces the answer; requests under way keep theirs. */
  answer(how: Answer): void;
  close(): Promise<void>;
}

export interface FaultServerOptions {
  tls?: Certificate;
  /** Called for each connection before a byte is read; may reset or end it. */
  onConnection?: (socket: net.Socket, number: number) => void;
}

/** A response's head. Fields are given as lines, so that one may come twice. */
export function head(status: number, fields: readonly string[] = [], version = '1.1'): string {
  return [`HTTP/${version} ${status} Said`, ...fields, '', ''].join('\r\n');
}

/** A whole, honest response. */
export function honest(body: string | Uint8Array, fields: readonly string[] = [], status = 200): Step[] {
  const bytes = Buffer.from(body);
  return [
    {
      send: Buffer.concat([Buffer.from(head(status, [`Content-Length: ${bytes.length}`, ...fields])), bytes]),
    },
  ];
}

export function redirect(location: string, status = 302): Step[] {
  return honest('moved', [`Location: ${location}`], status);
}

/** One chunk of a chunked body (RFC 9112 §7.1); an empty one is the last. */
export function chunked(body: string | Uint8Array): Buffer {
  const bytes = Buffer.from(body);
  return Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')]);
}

export async function startFaultServer(
  first: Answer,
  options: FaultServerOptions = {},
): Promise<FaultServer> {
  let answer = first;
  let accepted = 0;
  const requests: SeenRequest[] = [];
  const open = new Set<net.Socket>();

  const serve = async (socket: net.Socket, raw: net.Socket, connection: number) => {
    const reader = new RequestReader(socket);
    for (let place = 1; ; place++) {
      const said = await reader.next();
      if (said === null) break;
      const request = { ...said, connection, place, sentBytes: 0 };
      requests.push(request);
      for (const step of await answer(request))
        if (!(await perform({ socket, raw, reader }, step, request))) return;
    }
    socket.destroy();
  };

  const server = net.createServer({ noDelay: true, allowHalfOpen: true }, (raw) => {
    const connection = ++accepted;
    raw.on('error', () => undefined);
    open.add(raw);
    raw.once('close', () => open.delete(raw));
    options.onConnection?.(raw, connection);
    const socket = options.tls ? new tls.TLSSocket(raw, { isServer: true, ...options.tls }) : raw;
    socket.on('error', () => raw.destroy());
    void serve(socket, raw, connection);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as net.AddressInfo;
  return {
    port,
    origin: options.tls ? `https://localhost:${port}` : `http://127.0.0.1:${port}`,
    requests,
    get accepted() {
      return accepted;
    },
    get open() {
      return open.size;
    },
    answer: (how) => {
      answer = how;
    },
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of open) socket.destroy();
      await closed;
    },
  };
}

interface Speaker {
  socket: net.Socket;
  /** The same, or what is under TLS. */
  raw: net.Socket;
  reader: RequestReader;
}

/** Returns whether the connection carries on. */
async function perform({ socket, raw, reader }: Speaker, step: Step, request: SeenRequest): Promise<boolean> {
  const put = async (bytes: Uint8Array) => {
    if (socket.destroyed) return;
    request.sentBytes += bytes.length;
    if (!socket.write(bytes)) await drained(socket);
  };
  if (step === 'fin') {
    socket.end();
    return false;
  }
  if (step === 'stall') {
    await reader.discard();
    socket.destroy();
    return false;
  }
  if (step === 'reset') {
    while (raw.writableLength > 0 && !raw.destroyed) await sleep(2);
    // Time for the client to take what is on its way: a reset makes its kernel drop the rest.
    await sleep(30);
    if (!raw.destroyed) raw.resetAndDestroy();
    return false;
  }
  if ('waitMs' in step) await sleep(step.waitMs);
  else if ('noiseBytes' in step) {
    const piece = noise(Math.min(step.noiseBytes, 1 << 18));
    for (let left = step.noiseBytes; left > 0 && !socket.destroyed; left -= piece.length) {
      await put(piece.subarray(0, left));
    }
  } else {
    const bytes = Buffer.from(step.send);
    const { sliceBytes = bytes.length || 1, everyMs = 0 } = step;
    for (let at = 0; at < bytes.length && !socket.destroyed; at += sliceBytes) {
      if (at > 0) await sleep(everyMs);
      await put(bytes.subarray(at, at + sliceBytes));
    }
  }
  return !socket.destroyed;
}

type Said = Pick<SeenRequest, 'method' | 'path' | 'headers' | 'body'>;

/** Requests from a connection, one after the other. Believes its client: bodies have a length or are chunked. */
class RequestReader {
  readonly #source: AsyncIterator<Buffer>;
  #buffer = Buffer.alloc(0);

  constructor(socket: net.Socket) {
    this.#source = socket[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  }

  /** Null when the client has gone. */
  async next(): Promise<Said | null> {
    const headEnd = await this.#find('\r\n\r\n');
    if (headEnd < 0) return null;
    const [first = '', ...lines] = this.#take(headEnd).toString('latin1').split('\r\n');
    this.#take(4);
    const [method = '', path = ''] = first.split(' ');
    const headers = new Map(
      lines.map((line): [string, string] => {
        const colon = line.indexOf(':');
        return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
      }),
    );
    const body = headers.has('transfer-encoding')
      ? await this.#chunks()
      : await this.#exactly(Number(headers.get('content-length') ?? 0));
    return body === null ? null : { method, path, headers, body };
  }

  /** Until the client has gone. */
  async discard(): Promise<void> {
    while (await this.#more()) this.#buffer = Buffer.alloc(0);
  }

  async #chunks(): Promise<Buffer | null> {
    const pieces: Buffer[] = [];
    for (;;) {
      const lineEnd = await this.#find('\r\n');
      if (lineEnd < 0) return null;
      const size = Number.parseInt(this.#take(lineEnd).toString('latin1'), 16);
      this.#take(2);
      const piece = await this.#exactly(size + 2);
      if (piece === null) return null;
      if (size === 0) return Buffer.concat(pieces);
      pieces.push(piece.subarray(0, size));
    }
  }

  async #exactly(bytes: number): Promise<Buffer | null> {
    while (this.#buffer.length < bytes) if (!(await this.#more())) return null;
    return this.#take(bytes);
  }

  async #find(mark: string): Promise<number> {
    for (;;) {
      const at = this.#buffer.indexOf(mark);
      if (at >= 0) return at;
      if (!(await this.#more())) return -1;
    }
  }

  #take(bytes: number): Buffer {
    const taken = this.#buffer.subarray(0, bytes);
    this.#buffer = this.#buffer.subarray(bytes);
    return taken;
  }

  async #more(): Promise<boolean> {
    const next = await this.#source.next().catch(() => null);
    if (next === null || next.done) return false;
    this.#buffer = Buffer.concat([this.#buffer, next.value]);
    return true;
  }
}
