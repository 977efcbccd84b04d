/** A transport that outlives its carrier: connects again after a loss and takes every subscription up where it was. */
/* eslint-disable svelte/prefer-svelte-reactivity -- nothing is drawn from the set of subscriptions */

import {
  contractFailure,
  createPortTransport,
  failureFrom,
  type ClientPort,
  type EndpointName,
  type Failure,
  type PortTransport,
  type TopicName,
  type Transport,
} from '../../main/contract/index.ts';

/** `refused`: the other side is of another version; trying again would not help. */
export type ConnectionState = 'connecting' | 'open' | 'lost' | 'refused';

interface Subscription {
  topic: TopicName;
  input: unknown;
  onValue: (value: unknown) => void;
  onEnd: ((failure: Failure) => void) | undefined;
  stop: (() => void) | null;
}

/** Short enough that a restarted engine is found before one has read the banner. */
const delaysMs = [250, 500, 1000, 2000, 4000];
/** An engine that does not greet within this time is not there. */
const greetingMsMax = 5000;

export class Connection implements Transport {
  state = $state<ConnectionState>('connecting');
  readonly #open: () => ClientPort;
  readonly #subscriptions = new Set<Subscription>();
  #transport: PortTransport | null = null;
  #tries = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stopped = false;

  constructor(open: () => ClientPort) {
    this.#open = open;
    this.#connect();
  }

  invoke(name: EndpointName, input: unknown, signal?: AbortSignal): Promise<unknown> {
    if (this.#transport === null) return Promise.reject(contractFailure('engine-stopped'));
    return this.#transport.invoke(name, input, signal);
  }

  subscribe(
    topic: TopicName,
    input: unknown,
    onValue: (value: unknown) => void,
    onEnd?: (failure: Failure) => void,
  ): () => void {
    const subscription: Subscription = { topic, input, onValue, onEnd, stop: null };
    this.#subscriptions.add(subscription);
    if (this.#transport !== null) this.#take(this.#transport, subscription);
    return () => {
      this.#subscriptions.delete(subscription);
      subscription.stop?.();
    };
  }

  /** Tries at once instead of waiting for the next turn. */
  retryNow(): void {
    if (this.#transport !== null || this.#stopped) return;
    clearTimeout(this.#timer);
    this.#tries = 0;
    this.#connect();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#transport?.close();
  }

  #connect(): void {
    const transport = createPortTransport(this.#open());
    this.#transport = transport;
    const impatience = setTimeout(() => transport.close(), greetingMsMax);
    for (const subscription of this.#subscriptions) this.#take(transport, subscription);
    transport.ready.then(
      () => {
        clearTimeout(impatience);
        this.#tries = 0;
        this.state = 'open';
      },
      (thrown: unknown) => {
        clearTimeout(impatience);
        if (failureFrom(thrown).code === 'version-mismatch') this.state = 'refused';
      },
    );
    void transport.closed.then(() => this.#lost());
  }

  #lost(): void {
    this.#transport = null;
    if (this.#stopped || this.state === 'refused') return;
    // A first attempt that fails is told too: there is nothing else to show.
    this.state = 'lost';
    const delayMs = delaysMs[Math.min(this.#tries, delaysMs.length - 1)] ?? 4000;
    this.#tries += 1;
    this.#timer = setTimeout(() => this.#connect(), delayMs);
  }

  #take(transport: PortTransport, subscription: Subscription): void {
    subscription.stop = transport.subscribe(
      subscription.topic,
      subscription.input,
      subscription.onValue,
      (failure) => {
        subscription.stop = null;
        // The carrier went, not the topic: taken up again with the next connection.
        if (failure.code === 'engine-stopped' || failure.code === 'version-mismatch') return;
        this.#subscriptions.delete(subscription);
        subscription.onEnd?.(failure);
      },
    );
  }
}
