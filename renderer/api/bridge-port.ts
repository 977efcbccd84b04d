/** Ports over the one object the preload script hands the page. */

import type { ClientPort, HostEnvelope, PageBridge } from '../../main/contract/index.ts';

interface Listeners {
  message: ((envelope: HostEnvelope) => void)[];
  close: (() => void)[];
}

/**
 * Gives out one port after another; each `hello` opens a new connection on the other side. The bridge's listeners are
 * set once, since it has no way to take them off again, and pass on to the newest port.
 */
export function bridgePorts(bridge: PageBridge): () => ClientPort {
  let now: Listeners | null = null;
  const end = (listeners: Listeners | null): void => {
    if (listeners === null || listeners !== now) return;
    now = null;
    for (const listener of listeners.close) listener();
  };
  bridge.onMessage((envelope) => now?.message.forEach((listener) => listener(envelope)));
  bridge.onClose(() => end(now));
  return () => {
    const mine: Listeners = { message: [], close: [] };
    end(now);
    now = mine;
    return {
      send: (envelope) => {
        if (now === mine) bridge.send(envelope);
      },
      onMessage: (listener) => mine.message.push(listener),
      onClose: (listener) => mine.close.push(listener),
      close: () => end(mine),
    };
  };
}
