/** A carrier within one process: for a client that is in the same process as the host, and for tests. */

import type { ClientEnvelope, ClientPort, HostEnvelope, HostPort, Port } from '../contract/index.ts';
import { createInbox } from './inbox.ts';
import type { Inbox } from './inbox.ts';

/**
 * Behaves like a distant carrier: messages arrive later, in order, as copies made through JSON; what was sent before
 * closing still arrives.
 */
export function createPortPair(): { client: ClientPort; host: HostPort } {
  const toClient = createInbox<HostEnvelope>();
  const toHost = createInbox<unknown>();
  return {
    client: portOver<ClientEnvelope, HostEnvelope>(toClient, toHost),
    host: portOver<HostEnvelope, unknown>(toHost, toClient),
  };
}

function portOver<Out, In>(mine: Inbox<In>, theirs: Inbox<unknown>): Port<Out, In> {
  return {
    send(envelope) {
      if (mine.ended) return;
      const text = JSON.stringify(envelope);
      queueMicrotask(() => theirs.deliver(JSON.parse(text)));
    },
    onMessage: (listener) => mine.onMessage(listener),
    onClose: (listener) => mine.onClose(listener),
    close() {
      if (mine.ended) return;
      mine.discard();
      queueMicrotask(() => theirs.end());
    },
  };
}
