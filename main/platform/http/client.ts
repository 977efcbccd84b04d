import { setImmediate } from 'node:timers/promises';
// Not the package's door: it brings fetch, WebSockets and a cache along, which takes longer to load than a small clone.
import Agent from 'undici/lib/dispatcher/agent.js';
import { EngineError } from '../../engine/errors.ts';
import type { HttpClient, HttpRequest, HttpResponse } from '../../engine/ports.ts';
import { Connector } from './connector.ts';
import { Exchange, StaleConnection, type Road } from './exchange.ts';
import { WireMeter } from './meter.ts';
import { nextHop, redirectOf, withCredential } from './redirects.ts';

/** The body of a redirect up to this size is read, so that its connection can be used again. */
const redirectBodyBytesMax = 64 * 1024;
const redirectBodyMsMax = 2000;

export interface HttpClientOptions {
  /** Certificate authorities beyond those of Node and this computer, as PEM. */
  authorities?: readonly string[];
}

/**
 * One job's way to HTTP/1.1 servers, on connections of its own.
 *
 * - A body that ends with its connection (HTTP/1.0, or neither Content-Length nor chunks; RFC 9112 §6.3) cannot be told
 *   from one that was cut by an orderly close: there the reader must know its own end, as the flush packet is for git.
 * - A kept-alive connection that turns out dead before one byte of an answer is replaced and the request repeated, POST
 *   too (RFC 9110 §9.2.2 allows it to who knows the request is safe to repeat, and git's are).
 * - Besides the network codes, what is no valid HTTP (RFC 9112) is `protocol-violation`; whatever `close` interrupts is
 *   `cancelled`.
 * - A response's body must be read or left (`break`), else its connection stays open until `close`.
 */
export function createHttpClient(options: HttpClientOptions = {}): HttpClient {
  return new Client(options);
}

class Client implements HttpClient {
  readonly #meter = new WireMeter();
  readonly #connector: Connector;
  readonly #agent: Agent;
  readonly #road: Road;
  #requests = 0;
  #closing: Promise<void> | null = null;

  constructor(options: HttpClientOptions) {
    const meter = this.#meter;
    const connector = new Connector(meter, options.authorities ?? []);
    const agent = new Agent({ connect: connector.connect, allowH2: false, pipelining: 1 });
    this.#connector = connector;
    this.#agent = agent;
    this.#road = { agent, connector, meter, active: new Set(), countRequest: () => this.#requests++ };
  }

  get wireBytes(): number {
    return this.#meter.receivedBytes;
  }

  get uploadedBytes(): number {
    return this.#meter.sentBytes;
  }

  get requests(): number {
    return this.#requests;
  }

  async send(request: HttpRequest, signal: AbortSignal): Promise<HttpResponse> {
    let next = request;
    for (let hops = 0; ; hops++) {
      const response = await this.#exchange(withCredential(next), signal);
      const location = redirectOf(response.status, response.headers);
      if (location === null) return response;
      let following: HttpRequest | null;
      try {
        following = nextHop(next, hops, response.status, location);
      } catch (error) {
        await leave(response);
        throw error;
      }
      if (following === null) return response;
      await drain(response, signal);
      next = following;
    }
  }

  async close(): Promise<void> {
    this.#closing ??= this.#end();
    await this.#closing;
  }

  async #end(): Promise<void> {
    for (const each of [...this.#road.active]) each.end(closedByUs(each.host));
    this.#connector.close();
    await this.#agent.destroy();
  }

  /** Goes on over fresh connections until one was really there; each dead one is gone afterwards, so this ends. */
  async #exchange(request: HttpRequest, signal: AbortSignal): Promise<HttpResponse> {
    for (;;) {
      // undici gives a connection back one turn after its answer has ended; who asks sooner is given a new one.
      await setImmediate();
      signal.throwIfAborted();
      if (this.#closing) throw closedByUs(new URL(request.url).hostname);
      try {
        return await new Exchange(this.#road, request, signal).perform();
      } catch (error) {
        if (!(error instanceof StaleConnection)) throw error;
      }
    }
  }
}

function closedByUs(host: string): EngineError {
  return new EngineError('cancelled', { host, detail: 'the connection was closed by us' });
}

/** Closes the connection of a response nobody wants. */
async function leave(response: HttpResponse): Promise<void> {
  await response.body[Symbol.asyncIterator]().return?.();
}

async function drain(response: HttpResponse, signal: AbortSignal): Promise<void> {
  const length = Number(response.headers.get('content-length') ?? Infinity);
  if (!(length <= redirectBodyBytesMax)) {
    await leave(response);
    return;
  }
  const iterator = response.body[Symbol.asyncIterator]();
  const timer = setTimeout(() => void iterator.return?.(), redirectBodyMsMax);
  try {
    while (!(await iterator.next()).done);
  } catch {
    // Its end is of no interest, except when we are to stop.
    signal.throwIfAborted();
  } finally {
    clearTimeout(timer);
  }
}
