/** The host's side of the contract: takes envelopes from a port nobody has checked, and asks a table for the answers. */

import { parseEnvelope } from './client-envelope.ts';
import { failureFrom } from './client.ts';
import { contractVersion, endpointNames, topicNames } from './endpoints.ts';
import type { EndpointName, TopicName } from './endpoints.ts';
import type { ClientEnvelope, HostPort } from './envelope.ts';
import type { Failure } from './failures.ts';

/** What answers. Inputs are as the peer sent them: the table checks them before use. */
export interface HostTable {
  /** Throws a `ContractFailure` for what the client should know; anything else is told as `internal`. */
  handle(name: EndpointName, input: unknown, signal: AbortSignal): Promise<unknown>;
  /**
   * Emits the whole value at once and changes after that. Returns the function that stops it. `end` tells the client
   * that nothing more will come, and why; the stop function is called then too.
   */
  follow(
    topic: TopicName,
    input: unknown,
    emit: (value: unknown) => void,
    end: (failure: Failure) => void,
  ): () => void;
}

/** Far more than any client of ours has open; a peer with a fault in it cannot use up the host's memory. */
export const openRequestsMax = 1_000;
/** A window follows a handful of topics. */
export const subscriptionsMax = 100;

/**
 * Serves one client until its port closes. The greeting must come first and speak our version: otherwise the host tells
 * its own version and hangs up. A broken envelope with a usable id is answered `bad-request`; one without, or one that
 * uses an open id again, ends the conversation. Cancelling and closing abort the signals of open requests.
 */
export function serveHost(port: HostPort, table: HostTable): void {
  const conversation = new HostConversation(port, table);
  port.onMessage((message) => conversation.receive(message));
  port.onClose(() => conversation.hangUp());
}

class HostConversation {
  readonly #port: HostPort;
  readonly #table: HostTable;
  readonly #requests = new Map<number, AbortController>();
  readonly #subscriptions = new Map<number, Subscription>();
  #state: 'greeting' | 'open' | 'closed' = 'greeting';

  constructor(port: HostPort, table: HostTable) {
    this.#port = port;
    this.#table = table;
  }

  receive(message: unknown): void {
    if (this.#state === 'closed') return;
    const parsed = parseEnvelope(message);
    if (this.#state === 'greeting') {
      if (parsed.type === 'hello') this.#greet(parsed.version);
      else this.hangUp();
    } else if (parsed.type !== 'broken') {
      this.#take(parsed);
    } else if (parsed.id === null) {
      this.hangUp();
    } else if (parsed.topic) {
      this.#port.send({ type: 'end', id: parsed.id, failure: badRequest(parsed.why) });
    } else {
      this.#sendFailure(parsed.id, badRequest(parsed.why));
    }
  }

  hangUp(): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    for (const controller of this.#requests.values()) controller.abort();
    for (const subscription of this.#subscriptions.values()) subscription.stop();
    this.#requests.clear();
    this.#subscriptions.clear();
    this.#port.close();
  }

  #greet(version: unknown): void {
    this.#port.send({ type: 'welcome', version: contractVersion });
    if (version === contractVersion) this.#state = 'open';
    else this.hangUp();
  }

  #take(envelope: ClientEnvelope): void {
    switch (envelope.type) {
      case 'hello':
        return this.hangUp();
      case 'request':
        if (this.#requests.has(envelope.id)) return this.hangUp();
        void this.#request(envelope.id, envelope.name, envelope.input);
        return;
      case 'cancel':
        return takeFrom(this.#requests, envelope.id)?.abort();
      case 'subscribe':
        if (this.#subscriptions.has(envelope.id)) return this.hangUp();
        return this.#subscribe(envelope.id, envelope.topic, envelope.input);
      case 'unsubscribe':
        return takeFrom(this.#subscriptions, envelope.id)?.stop();
    }
  }

  async #request(id: number, name: string, input: unknown): Promise<void> {
    const requests = this.#requests;
    if (requests.size >= openRequestsMax)
      return this.#sendFailure(id, badRequest('Too many requests are open.'));
    if (!isEndpointName(name)) return this.#sendFailure(id, unknownEndpoint(name));
    const controller = new AbortController();
    requests.set(id, controller);
    try {
      const value = await this.#table.handle(name, input, controller.signal);
      if (requests.get(id) === controller) this.#port.send({ type: 'reply', id, value });
    } catch (error) {
      if (requests.get(id) === controller) this.#sendFailure(id, failureFrom(error));
    } finally {
      if (requests.get(id) === controller) requests.delete(id);
    }
  }

  #subscribe(id: number, topic: string, input: unknown): void {
    const end = (failure: Failure): void => {
      this.#subscriptions.delete(id);
      subscription.stop();
      this.#port.send({ type: 'end', id, failure });
    };
    const subscription = createSubscription((value) => this.#port.send({ type: 'change', id, value }), end);
    if (this.#subscriptions.size >= subscriptionsMax)
      return end(badRequest('Too many subscriptions are open.'));
    if (!isTopicName(topic)) return end(unknownEndpoint(topic));
    this.#subscriptions.set(id, subscription);
    subscription.start((emit, endByTable) => this.#table.follow(topic, input, emit, endByTable));
  }

  #sendFailure(id: number, failure: Failure): void {
    if (this.#state === 'open') this.#port.send({ type: 'failure', id, failure });
  }
}

interface Subscription {
  start(follow: (emit: (value: unknown) => void, end: (failure: Failure) => void) => () => void): void;
  stop(): void;
}

/** Keeps the rule that nothing is sent after the stop, whichever comes first: the table's stop function or the stop. */
function createSubscription(send: (value: unknown) => void, end: (failure: Failure) => void): Subscription {
  let live = true;
  let stopTable: (() => void) | null = null;
  return {
    start(follow) {
      try {
        const stop = follow(
          (value) => live && send(value),
          (failure) => live && end(failure),
        );
        if (live) stopTable = stop;
        else stop();
      } catch (error) {
        if (live) end(failureFrom(error));
      }
    },
    stop() {
      live = false;
      stopTable?.();
      stopTable = null;
    },
  };
}

function isEndpointName(name: string): name is EndpointName {
  return (endpointNames as readonly string[]).includes(name);
}

function isTopicName(name: string): name is TopicName {
  return (topicNames as readonly string[]).includes(name);
}

function badRequest(detail: string): Failure {
  return { code: 'bad-request', facts: { detail } };
}

function unknownEndpoint(name: string): Failure {
  return { code: 'unknown-endpoint', facts: { detail: name.slice(0, 100) } };
}

function takeFrom<V>(map: Map<number, V>, id: number): V | undefined {
  const value = map.get(id);
  map.delete(id);
  return value;
}
