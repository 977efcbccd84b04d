/** The client's side of the contract: typed questions over a transport of two functions, and that transport over a port. */

import { contractVersion } from './endpoints.ts';
import type {
  EndpointName,
  Input,
  Output,
  TopicInput,
  TopicName,
  TopicValue,
  Transport,
} from './endpoints.ts';
import type { ClientPort, HostEnvelope } from './envelope.ts';
import type { Failure, FailureCode, FailureFacts } from './failures.ts';

/** A failure as an exception. Its `failure` is the whole truth; the message is for logs only. */
export class ContractFailure extends Error {
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.facts.detail === undefined ? failure.code : `${failure.code}: ${failure.facts.detail}`);
    this.name = 'ContractFailure';
    this.failure = failure;
  }
}

/** Short for `new ContractFailure({ code, facts })`. */
export function contractFailure(code: FailureCode, facts: FailureFacts = {}): ContractFailure {
  return new ContractFailure({ code, facts });
}

/** Any thrown thing as the failure it stands for; what is not a `ContractFailure` is `internal`, without its message. */
export function failureFrom(error: unknown): Failure {
  return error instanceof ContractFailure ? error.failure : { code: 'internal', facts: {} };
}

export interface Client {
  /** Rejects with a `ContractFailure`; with code `cancelled` as soon as `signal` is aborted. */
  ask<N extends EndpointName>(name: N, input: Input<N>, signal?: AbortSignal): Promise<Output<N>>;
  /**
   * Hears the whole value first and every change after that, in order. Returns the function that ends it: nothing is
   * heard once it was called. `onEnd` is called at most once, when the host or the carrier ended it.
   */
  follow<N extends TopicName>(
    topic: N,
    input: TopicInput<N>,
    onValue: (value: TopicValue<N>) => void,
    onEnd?: (failure: Failure) => void,
  ): () => void;
}

/** Gives a transport the types of the contract. */
export function createClient(transport: Transport): Client {
  return {
    ask: <N extends EndpointName>(name: N, input: Input<N>, signal?: AbortSignal) =>
      transport.invoke(name, input, signal) as Promise<Output<N>>,
    follow: <N extends TopicName>(
      topic: N,
      input: TopicInput<N>,
      onValue: (value: TopicValue<N>) => void,
      onEnd?: (failure: Failure) => void,
    ) => transport.subscribe(topic, input, (value) => onValue(value as TopicValue<N>), onEnd),
  };
}

export interface PortTransport extends Transport {
  /** Resolves when the host welcomed us; rejects with `version-mismatch`, or `engine-stopped` if the carrier closed first. */
  readonly ready: Promise<void>;
  /** Resolves when nothing more will come. Never rejects. */
  readonly closed: Promise<void>;
  /** Hangs up. What is open ends with `engine-stopped`. */
  close(): void;
}

interface OpenRequest {
  resolve(value: unknown): void;
  reject(failure: Failure): void;
}

interface OpenSubscription {
  onValue(value: unknown): void;
  onEnd(failure: Failure): void;
}

/**
 * Speaks the envelope over a port. The greeting goes out at once and requests need not wait for the answer: a host of
 * another version reads nothing after the greeting.
 */
export function createPortTransport(port: ClientPort): PortTransport {
  return new PortConversation(port);
}

class PortConversation implements PortTransport {
  readonly ready: Promise<void>;
  readonly closed: Promise<void>;
  readonly #port: ClientPort;
  readonly #welcomed = Promise.withResolvers<void>();
  readonly #requests = new Map<number, OpenRequest>();
  readonly #subscriptions = new Map<number, OpenSubscription>();
  /** Why nothing more is heard or asked. */
  #over: Failure | null = null;
  #lastId = 0;

  constructor(port: ClientPort) {
    this.#port = port;
    this.ready = this.#welcomed.promise;
    // Whoever does not wait for the welcome hears of its absence through the requests.
    this.ready.catch(() => undefined);
    const closed = Promise.withResolvers<void>();
    this.closed = closed.promise;
    port.onMessage((envelope) => this.#receive(envelope));
    port.onClose(() => {
      this.#finish({ code: 'engine-stopped', facts: {} });
      closed.resolve();
    });
    port.send({ type: 'hello', version: contractVersion });
  }

  invoke(name: EndpointName, input: unknown, signal?: AbortSignal): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#over !== null) return reject(new ContractFailure(this.#over));
      if (signal?.aborted) return reject(contractFailure('cancelled'));
      const id = ++this.#lastId;
      const cancel = (): void => {
        if (!this.#requests.delete(id)) return;
        reject(contractFailure('cancelled'));
        this.#port.send({ type: 'cancel', id });
      };
      signal?.addEventListener('abort', cancel, { once: true });
      const settle = (): void => signal?.removeEventListener('abort', cancel);
      this.#requests.set(id, {
        resolve: (value) => (settle(), resolve(value)),
        reject: (failure) => (settle(), reject(new ContractFailure(failure))),
      });
      this.#port.send({ type: 'request', id, name, input });
    });
  }

  subscribe(
    topic: TopicName,
    input: unknown,
    onValue: (value: unknown) => void,
    onEnd?: (failure: Failure) => void,
  ): () => void {
    if (this.#over !== null) return this.#endLater(this.#over, onEnd);
    const id = ++this.#lastId;
    this.#subscriptions.set(id, { onValue, onEnd: (failure) => onEnd?.(failure) });
    this.#port.send({ type: 'subscribe', id, topic, input });
    return () => {
      if (this.#subscriptions.delete(id)) this.#port.send({ type: 'unsubscribe', id });
    };
  }

  close(): void {
    this.#port.close();
  }

  /** Later, so that the caller has the returned function before it hears of the end. */
  #endLater(failure: Failure, onEnd?: (failure: Failure) => void): () => void {
    let wanted = true;
    void this.closed.then(() => wanted && onEnd?.(failure));
    return () => (wanted = false);
  }

  #receive(envelope: HostEnvelope): void {
    if (this.#over !== null) return;
    switch (envelope.type) {
      case 'welcome':
        if (envelope.version === contractVersion) {
          this.#welcomed.resolve();
        } else {
          this.#finish(versionMismatch(envelope.version));
          this.#port.close();
        }
        return;
      case 'reply':
        takeFrom(this.#requests, envelope.id)?.resolve(envelope.value);
        return;
      case 'failure':
        takeFrom(this.#requests, envelope.id)?.reject(envelope.failure);
        return;
      case 'change':
        this.#subscriptions.get(envelope.id)?.onValue(envelope.value);
        return;
      case 'end':
        takeFrom(this.#subscriptions, envelope.id)?.onEnd(envelope.failure);
        return;
    }
  }

  #finish(failure: Failure): void {
    if (this.#over !== null) return;
    this.#over = failure;
    this.#welcomed.reject(new ContractFailure(failure));
    const requests = [...this.#requests.values()];
    const subscriptions = [...this.#subscriptions.values()];
    this.#requests.clear();
    this.#subscriptions.clear();
    for (const request of requests) request.reject(failure);
    for (const subscription of subscriptions) subscription.onEnd(failure);
  }
}

function versionMismatch(theirs: number): Failure {
  return {
    code: 'version-mismatch',
    facts: { detail: `The engine speaks version ${theirs}, this window version ${contractVersion}.` },
  };
}

function takeFrom<V>(map: Map<number, V>, id: number): V | undefined {
  const value = map.get(id);
  map.delete(id);
  return value;
}
