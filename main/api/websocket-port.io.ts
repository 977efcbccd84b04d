/** A port over one accepted WebSocket, with limits on what the other side may do. */

import type { RawData, WebSocket } from 'ws';
import type { HostPort } from '../contract/index.ts';
import { createInbox } from './inbox.ts';
import { createRateLimit } from './rate-limit.ts';

export interface WebSocketLimits {
  /** Messages at once, and per second after that; a message of 16 KiB or more counts as several. */
  messagesBurst: number;
  messagesPerSecond: number;
  /** How often silence is probed; a page that does not answer until the next probe is gone. */
  pingMs: number;
}

/** A person at a full queue sends tens of messages a second at most; a page that opens sends a handful. */
export const webSocketLimits: WebSocketLimits = {
  messagesBurst: 1_000,
  messagesPerSecond: 200,
  pingMs: 20_000,
};

const messageCostBytes = 16 * 1024;
/** A page that leaves this much unread is not reading. */
const unreadBytesMax = 64 * 1024 * 1024;

const farewellMs = 500;

/** RFC 6455 §7.4.1 */
const closeCodes = {
  normal: 1000,
  unsupportedData: 1003,
  notConsistent: 1007,
  policyViolation: 1008,
} as const;

/** Takes over the socket. Binary frames, what is not JSON, and floods close it. */
export function createWebSocketPort(socket: WebSocket, limits: WebSocketLimits): HostPort {
  const inbox = createInbox<unknown>();
  const rate = createRateLimit(limits.messagesBurst, limits.messagesPerSecond);
  let alive = true;

  const hangUp = (code: number, why: string): void => {
    // Those who hear of the end close us in turn; the first reason is the one that counts.
    if (inbox.ended) return;
    inbox.discard();
    socket.close(code, why);
    // A peer that does not answer the closing handshake is cut off.
    setTimeout(() => socket.terminate(), farewellMs).unref();
  };

  const receive = (data: RawData, isBinary: boolean): void => {
    if (inbox.ended) return;
    if (isBinary) return hangUp(closeCodes.unsupportedData, 'text only');
    const bytes = data as Buffer;
    const cost = 1 + Math.floor(bytes.length / messageCostBytes);
    if (!rate.allows(cost, performance.now())) return hangUp(closeCodes.policyViolation, 'too many messages');
    let message: unknown;
    try {
      message = JSON.parse(bytes.toString('utf8'));
    } catch {
      return hangUp(closeCodes.notConsistent, 'not JSON');
    }
    inbox.deliver(message);
  };

  const pinging = setInterval(() => {
    if (!alive) return socket.terminate();
    alive = false;
    socket.ping();
  }, limits.pingMs);
  pinging.unref();

  socket.on('message', receive);
  socket.on('pong', () => (alive = true));
  // ws itself has sent the right close code (1009 for an oversize frame); 'close' follows.
  socket.on('error', () => undefined);
  socket.on('close', () => {
    clearInterval(pinging);
    inbox.end();
  });

  return {
    send(envelope) {
      if (inbox.ended || socket.readyState !== socket.OPEN) return;
      socket.send(JSON.stringify(envelope));
      if (socket.bufferedAmount > unreadBytesMax) socket.terminate();
    },
    onMessage: (listener) => inbox.onMessage(listener),
    onClose: (listener) => inbox.onClose(listener),
    close: () => hangUp(closeCodes.normal, ''),
  };
}
