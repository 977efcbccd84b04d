/** A port over a stream socket: one envelope in each line. */

import type { Socket } from 'node:net';
import type { Port } from '../contract/index.ts';
import { createInbox } from './inbox.ts';
import { createLineReader, LineError } from './lines.ts';

/** A client's envelopes are small; the largest is a list of ids. */
export const lineBytesMaxFromClient = 1024 * 1024;
/** A host's are as large as the queue: ten thousand rows fit several times over. */
export const lineBytesMaxFromHost = 64 * 1024 * 1024;
/** A reader that leaves this much unread is not reading. */
const unreadBytesMax = 64 * 1024 * 1024;
/** How long the last words may take to go out after closing. */
const farewellMs = 500;

/** Takes over the socket. A line that is too long or not JSON closes it. */
export function createSocketPort<Out, In>(socket: Socket, lineBytesMax: number): Port<Out, In> {
  const inbox = createInbox<In>();
  const readLines = createLineReader(lineBytesMax);

  const close = (): void => {
    inbox.discard();
    if (socket.destroyed) return;
    socket.end();
    setTimeout(() => socket.destroy(), farewellMs).unref();
  };

  socket.on('data', (chunk) => {
    if (inbox.ended) return;
    try {
      for (const value of readLines(chunk)) inbox.deliver(value as In);
    } catch (error) {
      close();
      // Not ours to hide: what a listener throws is its own fault, not the peer's.
      if (!(error instanceof LineError)) throw error;
    }
  });
  // What follows an error is always 'close'.
  socket.on('error', () => undefined);
  socket.on('close', () => inbox.end());

  return {
    send(envelope) {
      if (inbox.ended || !socket.writable) return;
      socket.write(`${JSON.stringify(envelope)}\n`);
      if (socket.writableLength > unreadBytesMax) socket.destroy();
    },
    onMessage: (listener) => inbox.onMessage(listener),
    onClose: (listener) => inbox.onClose(listener),
    close,
  };
}
