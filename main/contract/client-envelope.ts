/** What a peer nobody trusts sent, as an envelope of the contract or as a broken one. */

import type { EndpointName, TopicName } from './endpoints.ts';
import type { ClientEnvelope } from './envelope.ts';

/** An envelope with the right members, or what is wrong with it and whom to tell. */
export type ParsedEnvelope =
  ClientEnvelope | { type: 'broken'; id: number | null; topic: boolean; why: string };

/** Looks at the members only; the names are checked against the lists by whoever looks them up. */
export function parseEnvelope(message: unknown): ParsedEnvelope {
  if (typeof message !== 'object' || message === null)
    return { type: 'broken', id: null, topic: false, why: '' };
  const { type, id, name, topic, input, version } = message as Record<string, unknown>;
  if (type === 'hello') return { type, version: typeof version === 'number' ? version : Number.NaN };
  if (typeof id !== 'number' || !Number.isSafeInteger(id) || id < 0) {
    return { type: 'broken', id: null, topic: false, why: '' };
  }
  if (type === 'request' && typeof name === 'string') return { type, id, name: name as EndpointName, input };
  if (type === 'subscribe' && typeof topic === 'string')
    return { type, id, topic: topic as TopicName, input };
  if (type === 'cancel' || type === 'unsubscribe') return { type, id };
  return { type: 'broken', id, topic: type === 'subscribe', why: 'The message is not one of the contract.' };
}
