import { setImmediate } from 'node:timers/promises';
import { Agent } from 'undici';
import { EngineError } from '../../engine/errors.ts';
import type { HttpClient, HttpRequest, HttpResponse } from '../../engine/ports.ts';
import { Connector } from './connector.ts';
import { Exchange, StaleConnection, type Road } from './exchange.ts';
import { WireMeter } from './meter.ts';
import { followUp, redirectOf, redirectsMax, withCredential } from './redirects.ts';

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
  const meter = new WireMeter();
  const connector = new Connector(meter, options.authorities ?? []);
  const agent = new Agent({ connect: connector.connect, allowH2: false, pipelining: 1 });
  let requests = 0;
  let closing: Promise<void> | null = null;
  const road: Road = { agent, connector, meter, active: new Set(), countRequest: () => requests++ };

  const closed = (host: string) =>
    new EngineError('cancelled', { host, detail: 'the connection was closed by us' });

  /** Goes on over fresh connections until one was really there; each dead one is gone afterwards, so this ends. */
  const exchange = async (request: HttpRequest, signal: AbortSignal): Promise<HttpResponse> => {
    for (;;) {
      // undici gives a connection back one turn after its answer has ended; who asks sooner is given a new one.
      await setImmediate();
      signal.throwIfAborted();
      if (closing) throw closed(new URL(request.url).hostname);
      try {
        return await new Exchange(road, request, signal).perform();
      } catch (error) {
        if (!(error instanceof StaleConnection)) throw error;
      }
    }
  };

  return {
    async send(request, signal) {
      let next = request;
      for (let hops = 0; ; hops++) {
        const response = await exchange(withCredential(next), signal);
        const location = redirectOf(response.status, response.headers);
        if (location === null) return response;
        const host = new URL(next.url).hostname;
        const { status } = response;
        if (request.redirects === 'refuse') {
          await leave(response);
          throw new EngineError('redirect-refused', {
            host,
            status,
            detail: 'a redirect where none is followed',
          });
        }
        let following: HttpRequest | null;
        try {
          following = followUp(next, status, location);
        } catch (error) {
          await leave(response);
          throw error;
        }
        if (following === null) return response;
        if (hops === redirectsMax) {
          await leave(response);
          throw new EngineError('redirect-refused', {
            host,
            status,
            detail: `more than ${redirectsMax} redirects`,
          });
        }
        await drain(response, signal);
        next = following;
      }
    },
    get wireBytes() {
      return meter.receivedBytes;
    },
    get uploadedBytes() {
      return meter.sentBytes;
    },
    get requests() {
      return requests;
    },
    async close() {
      closing ??= (async () => {
        for (const each of [...road.active]) each.end(closed(each.host));
        connector.close();
        await agent.destroy();
      })();
      await closing;
    },
  };
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
