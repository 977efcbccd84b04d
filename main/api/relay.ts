/** Joins two ports: each message of one goes to the other, unread, and closing one closes the other. */

import type { ClientEnvelope, ClientPort, HostPort } from '../contract/index.ts';

/**
 * `near` faces a client, `far` a host. Nothing is checked here: the host at the far end trusts nothing it reads, and
 * that is the one place where envelopes are judged.
 */
export function relay(near: HostPort, far: ClientPort): void {
  near.onMessage((message) => far.send(message as ClientEnvelope));
  far.onMessage((envelope) => near.send(envelope));
  near.onClose(() => far.close());
  far.onClose(() => near.close());
}
