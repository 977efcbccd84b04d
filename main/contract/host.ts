/** The host's side of the contract: takes envelopes from a port nobody has checked, and asks a table for the answers. */

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
  const requests = new Map<number, AbortController>();
  const subscriptions = new Map<number, Subscription>();
  let state: 'greeting' | 'open' | 'closed' = 'greeting';

  const hangUp = (): void => {
    if (state === 'closed') return;
    state = 'closed';
    for (const controller of requests.values()) controller.abort();
    for (const subscription of subscriptions.values()) subscription.stop();
    requests.clear();
    subscriptions.clear();
    port.close();
  };

  const greet = (version: unknown): void => {
    port.send({ type: 'welcome', version: contractVersion });
    if (version === contractVersion) state = 'open';
    else hangUp();
  };

  const request = async (id: number, name: string, input: unknown): Promise<void> => {
    if (requests.size >= openRequestsMax) return sendFailure(id, badRequest('Too many requests are open.'));
    if (!isEndpointName(name)) return sendFailure(id, unknownEndpoint(name));
    const controller = new AbortController();
    requests.set(id, controller);
    try {
      const value = await table.handle(name, input, controller.signal);
      if (requests.get(id) === controller) port.send({ type: 'reply', id, value });
    } catch (error) {
      if (requests.get(id) === controller) sendFailure(id, failureFrom(error));
    } finally {
      if (requests.get(id) === controller) requests.delete(id);
    }
  };

  const sendFailure = (id: number, failure: Failure): void => {
    if (state === 'open') port.send({ type: 'failure', id, failure });
  };

  const subscribe = (id: number, topic: string, input: unknown): void => {
    const end = (failure: Failure): void => {
      subscriptions.delete(id);
      subscription.stop();
      port.send({ type: 'end', id, failure });
    };
    const subscription = createSubscription((value) => port.send({ type: 'change', id, value }), end);
    if (subscriptions.size >= subscriptionsMax) return end(badRequest('Too many subscriptions are open.'));
    if (!isTopicName(topic)) return end(unknownEndpoint(topic));
    subscriptions.set(id, subscription);
    subscription.start((emit, endByTable) => table.follow(topic, input, emit, endByTable));
  };

  const open = (envelope: ClientEnvelope): void => {
    switch (envelope.type) {
      case 'hello':
        return hangUp();
      case 'request':
        if (requests.has(envelope.id)) return hangUp();
        void request(envelope.id, envelope.name, envelope.input);
        return;
      case 'cancel': {
        const controller = requests.get(envelope.id);
        requests.delete(envelope.id);
        return controller?.abort();
      }
      case 'subscribe':
        if (subscriptions.has(envelope.id)) return hangUp();
        return subscribe(envelope.id, envelope.topic, envelope.input);
      case 'unsubscribe': {
        const subscription = subscriptions.get(envelope.id);
        subscriptions.delete(envelope.id);
        return subscription?.stop();
      }
    }
  };

  port.onMessage((message) => {
    if (state === 'closed') return;
    const parsed = parseEnvelope(message);
    if (state === 'greeting') {
      if (parsed.type === 'hello') greet(parsed.version);
      else hangUp();
    } else if (parsed.type !== 'broken') {
      open(parsed);
    } else if (parsed.id === null) {
      hangUp();
    } else if (parsed.topic) {
      port.send({ type: 'end', id: parsed.id, failure: badRequest(parsed.why) });
    } else {
      sendFailure(parsed.id, badRequest(parsed.why));
    }
  });
  port.onClose(hangUp);
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

/** An envelope with the right members, or what is wrong with it and whom to tell. */
type Parsed = ClientEnvelope | { type: 'broken'; id: number | null; topic: boolean; why: string };

function parseEnvelope(message: unknown): Parsed {
  if (typeof message !== 'object' || message === null)
    return { type: 'broken', id: null, topic: false, why: '' };
  const { type, id, name, topic, input, version } = message as Record<string, unknown>;
  if (type === 'hello') return { type, version: typeof version === 'number' ? version : Number.NaN };
  if (typeof id !== 'number' || !Number.isSafeInteger(id) || id < 0) {
    return { type: 'broken', id: null, topic: false, why: '' };
  }
  // The names are checked against the lists by whoever looks them up.
  if (type === 'request' && typeof name === 'string') return { type, id, name: name as EndpointName, input };
  if (type === 'subscribe' && typeof topic === 'string')
    return { type, id, topic: topic as TopicName, input };
  if (type === 'cancel' || type === 'unsubscribe') return { type, id };
  return { type: 'broken', id, topic: type === 'subscribe', why: 'The message is not one of the contract.' };
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
