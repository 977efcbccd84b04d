/** First look at what the page sends, before it goes on to the engine, which checks every field against its schema. */

import type { ClientEnvelope } from '../contract/index.ts';

/** The longest true message is a request with a list of job ids; a thousand of them are under 50 kB. */
export const envelopeCharactersMax = 1_048_576;
/** Envelopes kept while the engine is being started. A page has a handful of subscriptions and questions open. */
export const waitingEnvelopesMax = 256;

const types = new Set(['hello', 'request', 'cancel', 'subscribe', 'unsubscribe']);

/** The message as an envelope, or null when it is of no known type, not plain JSON, or too long. */
export function readPageEnvelope(message: unknown): ClientEnvelope | null {
  if (typeof message !== 'object' || message === null || Array.isArray(message)) return null;
  if (!('type' in message) || typeof message.type !== 'string' || !types.has(message.type)) return null;
  let text: string;
  try {
    // Structured clone carries cycles, maps and big integers; JSON does not, and JSON is what the engine reads.
    text = JSON.stringify(message);
  } catch {
    return null;
  }
  if (text.length > envelopeCharactersMax) return null;
  return JSON.parse(text) as ClientEnvelope;
}
