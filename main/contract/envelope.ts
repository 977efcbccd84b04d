/**
 * The messages that carriers move, and nothing else: one small protocol with version, cancel and unsubscribe in it.
 * A carrier (Electron IPC, WebSocket, local socket, in-memory pair) hands over whole envelopes in order, or closes.
 */

import type { EndpointName, TopicName } from './endpoints.ts';
import type { Failure } from './failures.ts';

export type ClientEnvelope =
  | { type: 'hello'; version: number }
  | { type: 'request'; id: number; name: EndpointName; input: unknown }
  | { type: 'cancel'; id: number }
  | { type: 'subscribe'; id: number; topic: TopicName; input: unknown }
  | { type: 'unsubscribe'; id: number };

export type HostEnvelope =
  | { type: 'welcome'; version: number }
  | { type: 'reply'; id: number; value: unknown }
  | { type: 'failure'; id: number; failure: Failure }
  | { type: 'change'; id: number; value: unknown }
  | { type: 'end'; id: number; failure: Failure };

/**
 * One end of a carrier, seen from the client or from the host. Sending on a closed port does nothing. What arrives
 * before somebody listens is kept and handed over then, in order.
 */
export interface Port<Out, In> {
  send(envelope: Out): void;
  onMessage(listener: (envelope: In) => void): void;
  /** Called once, when nothing more will come: the other end closed, or this one did. */
  onClose(listener: () => void): void;
  close(): void;
}

export type ClientPort = Port<ClientEnvelope, HostEnvelope>;
/** What comes in on the host's side is not trusted until checked, hence `unknown`. */
export type HostPort = Port<HostEnvelope, unknown>;
