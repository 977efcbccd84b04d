import type { Agent, Dispatcher } from 'undici';
import { EngineError } from '../../engine/errors.ts';
import type { HttpRequest, HttpResponse } from '../../engine/ports.ts';
import { BodyQueue } from './body-queue.ts';
import type { Connector } from './connector.ts';
import { httpError } from './errors.ts';
import type { WireMeter } from './meter.ts';

/** Thrown inside when a kept-alive connection turned out to be dead: nothing of an answer came, it may be asked again. */
export class StaleConnection extends Error {}

/** What all exchanges of one client share. */
export interface Road {
  agent: Agent;
  connector: Connector;
  meter: WireMeter;
  /** Exchanges whose body has not ended. */
  active: Set<Exchange>;
  countRequest(): void;
}

/** One request and its answer over one connection; redirects are the client's business. */
export class Exchange {
  readonly #road: Road;
  readonly #request: HttpRequest;
  readonly #signal: AbortSignal;
  readonly #url: URL;
  readonly #response = Promise.withResolvers<HttpResponse>();
  readonly #body = new BodyQueue(() => this.#controller?.resume());
  #controller: Dispatcher.DispatchController | null = null;
  #timer: NodeJS.Timeout | undefined;
  #openedBefore = 0;
  #reused = false;
  #answering = false;
  #responded = false;
  #over = false;
  #endsByClose = false;
  #lengthNote = '';

  constructor(road: Road, request: HttpRequest, signal: AbortSignal) {
    this.#road = road;
    this.#request = request;
    this.#signal = signal;
    this.#url = new URL(request.url);
  }

  get host(): string {
    return this.#url.hostname;
  }

  /** Resolves with the response's head. */
  perform(): Promise<HttpResponse> {
    const { method, headers, body, timeouts } = this.#request;
    this.#road.active.add(this);
    this.#signal.addEventListener('abort', this.#onAbort);
    this.#openedBefore = this.#road.connector.opened(this.#url.origin);
    this.#within(timeouts.connectMs, 'no connection');
    const { agent } = this.#road;
    agent.dispatch(
      {
        origin: this.#url.origin,
        path: this.#url.pathname + this.#url.search,
        method,
        headers,
        body: body ?? null,
        // Our own timers are exact and know when the reader rests.
        headersTimeout: 0,
        bodyTimeout: 0,
      },
      this.#handler,
    );
    return this.#response.promise;
  }

  /** Ends it now; whoever waits for it meets `error`. */
  end(error: unknown): void {
    if (this.#over) return;
    const connecting = this.#controller === null;
    this.#finish();
    if (this.#responded) this.#body.cut(error);
    else this.#response.reject(error);
    this.#controller?.abort(new Error('ended by us'));
    if (!connecting) return;
    const wanted = [...this.#road.active].some(
      (each) => each.#controller === null && each.#url.origin === this.#url.origin,
    );
    if (!wanted) this.#road.connector.abandon(this.#url.origin);
  }

  readonly #onAbort = () => this.end(this.#signal.reason);

  readonly #handler: Dispatcher.DispatchHandler = {
    onRequestStart: (controller) => {
      if (this.#over) {
        controller.abort(new Error('ended by us'));
        return;
      }
      this.#controller = controller;
      this.#reused = this.#road.connector.opened(this.#url.origin) === this.#openedBefore;
      this.#road.countRequest();
      clearTimeout(this.#timer);
    },
    onRequestSent: () => this.#awaitHead(this.#road.meter.unsentBytes),
    onResponseStarted: () => (this.#answering = true),
    onResponseStart: (_controller, status, headers) => {
      if (status < 200 || this.#over) return;
      clearTimeout(this.#timer);
      this.#responded = true;
      const fields = headerMap(headers);
      const length = fields.get('content-length');
      this.#endsByClose = length === undefined && !fields.has('transfer-encoding');
      if (length !== undefined && this.#request.method !== 'HEAD') this.#lengthNote = ` of ${length}`;
      this.#response.resolve({ status, headers: fields, url: this.#url.href, body: this.#reader() });
    },
    onResponseData: (controller, chunk) => {
      if (!this.#body.push(chunk)) controller.pause();
    },
    onResponseEnd: () => {
      const { errorNow } = this.#road.meter;
      if (errorNow && this.#endsByClose) this.#fail(errorNow);
      else if (!this.#over) {
        this.#finish();
        this.#body.finish();
      }
    },
    onResponseError: (_controller, error) => this.#fail(error),
  };

  #fail(error: Error): void {
    if (this.#over) return;
    this.#finish();
    const { hostname } = this.#url;
    if (this.#responded) {
      this.#body.fail(
        httpError(error, hostname, `after ${this.#body.receivedBytes}${this.#lengthNote} bytes of the body`),
      );
    } else if (this.#reused && !this.#answering) {
      this.#response.reject(new StaleConnection());
    } else {
      this.#response.reject(httpError(error, hostname));
    }
  }

  #finish(): void {
    this.#over = true;
    clearTimeout(this.#timer);
    this.#signal.removeEventListener('abort', this.#onAbort);
    this.#road.active.delete(this);
  }

  #within(ms: number, what: string): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.end(this.#timedOut(ms, what)), ms);
  }

  /** The wait for the head begins when the last byte of the request is out; a slow uplink takes its time before. */
  #awaitHead(unsentBytes: number): void {
    if (this.#over || this.#responded) return;
    const ms = this.#request.timeouts.headersMs;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      const unsentNow = this.#road.meter.unsentBytes;
      if (unsentNow < unsentBytes) this.#awaitHead(unsentNow);
      else this.end(this.#timedOut(ms, 'no answer'));
    }, ms);
  }

  #timedOut(ms: number, what: string): EngineError {
    return new EngineError('connection-timed-out', {
      host: this.#url.hostname,
      detail: `${what} within ${ms} ms`,
    });
  }

  /** Not a generator: one of those could not be left before it has begun. */
  #reader(): AsyncIterable<Uint8Array> {
    const iterator: AsyncIterator<Uint8Array, undefined> = {
      next: () => this.#next(),
      return: () => {
        // A reader that leaves early closes the connection; after the end this does nothing.
        this.end(new Error('the reader left'));
        return Promise.resolve({ done: true, value: undefined });
      },
    };
    return { [Symbol.asyncIterator]: () => iterator };
  }

  /** Silence is counted only while the reader waits: a reader that rests may rest as long as it likes. */
  async #next(): Promise<IteratorResult<Uint8Array, undefined>> {
    if (!this.#over) {
      const ms = this.#request.timeouts.silenceMs;
      this.#within(
        ms,
        `no more than ${this.#body.receivedBytes}${this.#lengthNote} bytes of the body, then silence`,
      );
    }
    try {
      const value = await this.#body.next();
      return value === null ? { done: true, value: undefined } : { done: false, value };
    } finally {
      clearTimeout(this.#timer);
    }
  }
}

/** RFC 9110 §5.2 and §5.3: names in lower case, repeated fields joined. */
function headerMap(headers: Record<string, string | string[] | undefined>): Map<string, string> {
  const map = new Map<string, string>();
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) map.set(name.toLowerCase(), Array.isArray(value) ? value.join(', ') : value);
  }
  return map;
}
