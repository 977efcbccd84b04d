import net from 'node:net';
import type { Duplex, DuplexTarget } from '../engine/ports.ts';
import { EngineError } from '../engine/errors.ts';
import { encodePktLine } from '../git/index.ts';
import { networkError } from './http/index.ts';

const connectMsMax = 15_000;
/** Each of a host's addresses but the last gets this long; see http/connector.ts. */
const addressAttemptMs = 2000;
const tcpKeepAliveMs = 30_000;
const usualPort = 9418;

type GitTarget = Extract<DuplexTarget, { transport: 'git' }>;

/**
 * The one packet a client says by itself (gitprotocol-pack(5), "Git Transport"; the version behind a second NUL,
 * gitprotocol-v2(5)).
 */
export function daemonRequest({ host, port, path }: GitTarget): Uint8Array {
  if ([host, path].some((part) => part === '' || part.includes('\0') || part.startsWith('-'))) {
    throw new EngineError('url-malformed', { host, detail: 'A part of the address cannot be sent.' });
  }
  const name = host.includes(':') ? `[${host}]` : host;
  const virtualHost = port === usualPort ? name : `${name}:${port}`;
  return encodePktLine(`git-upload-pack ${path}\0host=${virtualHost}\0\0version=2\0`);
}

function connected(target: GitTarget, signal: AbortSignal): Promise<net.Socket> {
  const { host, port } = target;
  return new Promise((resolve, reject) => {
    const socket = net.connect({
      host,
      port,
      autoSelectFamily: true,
      autoSelectFamilyAttemptTimeout: addressAttemptMs,
    });
    const settle = (error: unknown) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      socket.off('error', settle).off('connect', onConnect);
      if (error === null) return resolve(socket);
      socket.on('error', () => undefined).destroy();
      reject(signal.aborted ? (signal.reason as Error) : networkError(error, host));
    };
    const onConnect = () => settle(null);
    const onAbort = () => settle(signal.reason);
    const timer = setTimeout(
      () =>
        settle(
          new EngineError('connection-timed-out', {
            host,
            detail: `no connection within ${connectMsMax} ms`,
          }),
        ),
      connectMsMax,
    );
    socket.once('connect', onConnect).once('error', settle);
    signal.addEventListener('abort', onAbort, { once: true });
  });
}

class SocketDuplex implements Duplex {
  readonly output: AsyncIterable<Uint8Array>;
  readonly ended: Promise<{ exitCode: null; stderr: string }>;
  readonly #socket: net.Socket;
  readonly #host: string;
  #killed = false;

  constructor(socket: net.Socket, host: string) {
    this.#socket = socket;
    this.#host = host;
    socket.setNoDelay(true).setKeepAlive(true, tcpKeepAliveMs);
    socket.on('error', () => undefined);
    this.ended = new Promise((resolve) =>
      socket.once('close', () => resolve({ exitCode: null, stderr: '' })),
    );
    this.output = this.#read();
  }

  get wireBytes(): number {
    return this.#socket.bytesRead;
  }

  get uploadedBytes(): number {
    return this.#socket.bytesWritten;
  }

  async write(chunk: Uint8Array): Promise<void> {
    const socket = this.#socket;
    if (socket.destroyed || socket.write(chunk)) return;
    await new Promise<void>((resolve) => {
      const settle = () => {
        socket.off('drain', settle).off('close', settle);
        resolve();
      };
      socket.on('drain', settle).on('close', settle);
    });
  }

  kill(): void {
    this.#killed = true;
    this.#socket.destroy();
  }

  async *#read(): AsyncGenerator<Uint8Array> {
    try {
      for await (const chunk of this.#socket) yield chunk as Buffer;
    } catch (error) {
      if (!this.#killed) throw networkError(error, this.#host);
    }
  }
}

/** Connects and says which repository is wanted. */
export async function openSocket(target: GitTarget, signal: AbortSignal): Promise<Duplex> {
  signal.throwIfAborted();
  const request = daemonRequest(target);
  const duplex = new SocketDuplex(await connected(target, signal), target.host);
  await duplex.write(request);
  return duplex;
}
