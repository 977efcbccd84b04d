import net from 'node:net';
import tls from 'node:tls';
import type { buildConnector } from 'undici';
import type { WireMeter } from './meter.ts';
import { secureContext } from './trust.ts';

/**
 * Node tries the addresses of a host one after the other and gives each but the last only so long. Its own 250 ms would
 * rule out every server that is far away behind a slow link.
 */
const addressAttemptMs = 2000;
const tcpKeepAliveMs = 30_000;

/** Opens the sockets of one client: a plain one, and TLS over it where the URL says so. HTTP/1.1 only. */
export class Connector {
  readonly #meter: WireMeter;
  readonly #authorities: readonly string[];
  readonly #sessions = new Map<string, Buffer>();
  readonly #connecting = new Map<net.Socket, string>();
  readonly #opened = new Map<string, number>();
  #closed = false;

  constructor(meter: WireMeter, authorities: readonly string[]) {
    this.#meter = meter;
    this.#authorities = authorities;
  }

  /** How many connections to `origin` were begun. */
  opened(origin: string): number {
    return this.#opened.get(origin) ?? 0;
  }

  /** Ends the connections to `origin` that are not made yet. */
  abandon(origin: string): void {
    for (const [socket, to] of this.#connecting) {
      if (to === origin) socket.destroy(new Error('nobody waits for this connection any more'));
    }
  }

  close(): void {
    this.#closed = true;
    this.#meter.destroySockets();
  }

  /** What undici calls. Arrow function: it is handed over by itself. */
  readonly connect: buildConnector.connector = (options, callback) => {
    const secure = options.protocol === 'https:';
    const host = options.hostname;
    const port = Number(options.port) || (secure ? 443 : 80);
    const origin = new URL(`${options.protocol}//${options.host ?? host}`).origin;
    if (this.#closed) {
      callback(new Error('the client is closed'), null);
      return;
    }
    this.#opened.set(origin, this.opened(origin) + 1);
    const raw = net.connect({
      host,
      port,
      autoSelectFamily: true,
      autoSelectFamilyAttemptTimeout: addressAttemptMs,
    });
    raw.setNoDelay(true).setKeepAlive(true, tcpKeepAliveMs);
    this.#meter.watch(raw);
    this.#connecting.set(raw, origin);

    let settled = false;
    const settle = (error: Error | null, socket: net.Socket) => {
      if (error) this.#meter.onSocketError(error);
      if (settled) return;
      settled = true;
      this.#connecting.delete(raw);
      if (error) {
        raw.destroy();
        callback(error, null);
      } else {
        callback(null, socket);
      }
    };
    raw.on('error', (error) => settle(error, raw));
    raw.once('close', () => settle(new Error('the connection was given up'), raw));
    raw.once('connect', () => {
      if (!secure) {
        settle(null, raw);
        return;
      }
      const encrypted = this.#encrypt(raw, host, options.servername, origin);
      encrypted.on('error', (error: Error) => settle(error, raw));
      encrypted.once('secureConnect', () => settle(null, encrypted));
    });
  };

  #encrypt(raw: net.Socket, host: string, servername: string | undefined, origin: string): tls.TLSSocket {
    const name = servername ?? host;
    const encrypted = tls.connect({
      socket: raw,
      host,
      // RFC 6066 §3: addresses are not names.
      servername: net.isIP(name) === 0 ? name : undefined,
      secureContext: secureContext(this.#authorities),
      ALPNProtocols: ['http/1.1'],
      session: this.#sessions.get(origin),
    });
    encrypted.on('session', (session) => this.#sessions.set(origin, session));
    return encrypted;
  }
}
