/** One end of the WebSocket carrier: envelopes as JSON text, in order. */

import type { ClientEnvelope, ClientPort, HostEnvelope } from '../../main/contract/index.ts';

/** The sub-protocol of the carrier; the token travels as a second one, since a page cannot set headers here. */
const subProtocol = 'packmule.v1';

export function openWebSocketPort(address: string, token: string): ClientPort {
  const socket = new WebSocket(address, [subProtocol, `token.${token}`]);
  /** What was sent before the socket opened. */
  let early: string[] = [];
  socket.addEventListener('open', () => {
    for (const text of early) socket.send(text);
    early = [];
  });
  return {
    send(envelope: ClientEnvelope) {
      const text = JSON.stringify(envelope);
      if (socket.readyState === WebSocket.OPEN) socket.send(text);
      else if (socket.readyState === WebSocket.CONNECTING) early.push(text);
      // Closing or closed: the close is on its way to whoever waits for an answer.
    },
    onMessage(listener) {
      socket.addEventListener('message', (event: MessageEvent<string>) => {
        listener(JSON.parse(event.data) as HostEnvelope);
      });
    },
    onClose(listener) {
      socket.addEventListener('close', () => listener(), { once: true });
    },
    close: () => socket.close(),
  };
}
