/** A page's end of the WebSocket carrier, with every header in the test's hands. */

import { WebSocket } from 'ws';
import { createInbox } from '../../main/api/inbox.ts';
import type { ClientPort, HostEnvelope } from '../../main/contract/index.ts';

export interface Handshake {
  host?: string | null;
  origin?: string | null;
  protocols?: string[];
  path?: string;
  headers?: Record<string, string>;
}

/** As a page of our own would connect, except for what `change` says. */
export function dial(port: number, token: string, change: Handshake = {}): WebSocket {
  const {
    host,
    origin = `http://127.0.0.1:${port}`,
    protocols = ['packmule.v1', `token.${token}`],
    path = '/',
  } = change;
  return new WebSocket(`ws://127.0.0.1:${port}${path}`, protocols, {
    headers: { ...(host != null && { host }), ...change.headers },
    ...(origin !== null && { origin }),
    perMessageDeflate: true,
  });
}

/** Resolves with the status of the answer: 101 when the handshake went through. */
export function statusOf(socket: WebSocket): Promise<number> {
  return new Promise((resolve, reject) => {
    socket.on('open', () => resolve(101));
    socket.on('unexpected-response', (request, response) => {
      resolve(response.statusCode ?? 0);
      request.destroy();
    });
    socket.on('error', reject);
  });
}

export async function openPort(socket: WebSocket): Promise<ClientPort> {
  const inbox = createInbox<HostEnvelope>();
  socket.on('message', (data) => inbox.deliver(JSON.parse((data as Buffer).toString()) as HostEnvelope));
  socket.on('close', () => inbox.end());
  await new Promise((resolve, reject) => socket.on('open', resolve).on('error', reject));
  return {
    send(envelope) {
      if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(envelope));
    },
    onMessage: (listener) => inbox.onMessage(listener),
    onClose: (listener) => inbox.onClose(listener),
    close() {
      inbox.discard();
      socket.close();
    },
  };
}
