/** Writes a response's body as fast, as slowly or as far as a misbehaviour says. */

import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { drained } from './drained.ts';
import type { Misbehaviour, RequestLog } from './git-http-server.ts';

/** How often a throttled response may write. */
const sliceMs = 20;

export interface PacedWriter {
  /** `stop`: the connection is gone or will carry nothing more. */
  write(body: Uint8Array): Promise<'go-on' | 'stop'>;
}

export function pacedWriter(
  response: ServerResponse,
  behaviour: Misbehaviour,
  entry: RequestLog,
  onBody?: (request: RequestLog, bytes: Uint8Array) => void,
): PacedWriter {
  const { cutAfterBytes = Infinity, stallAfterBytes = Infinity, bytesPerSecond = Infinity } = behaviour;
  const endAfterBytes = Math.min(cutAfterBytes, stallAfterBytes);
  const sliceBytes = Math.max(1, Math.floor((bytesPerSecond * sliceMs) / 1000));

  const put = async (slice: Uint8Array): Promise<void> => {
    if (slice.length === 0) return;
    entry.bodyBytes += slice.length;
    onBody?.(entry, slice);
    if (!response.write(slice)) await drained(response);
  };

  const end = async (): Promise<'stop'> => {
    if (stallAfterBytes < cutAfterBytes) {
      response.flushHeaders();
      await once(response, 'close');
      return 'stop';
    }
    entry.end = 'cut';
    const { socket } = response;
    if (socket === null) return 'stop';
    // What was let through must have left this process before the connection breaks, or the cut comes early.
    response.flushHeaders();
    while (socket.writableLength > 0 && !socket.destroyed) await sleep(2);
    if (behaviour.reset === true) socket.resetAndDestroy();
    else socket.destroy();
    return 'stop';
  };

  return {
    async write(body) {
      let at = 0;
      while (at < body.length && !response.destroyed) {
        const room = endAfterBytes - entry.bodyBytes;
        if (room <= 0) return end();
        const slice = body.subarray(at, at + Math.min(body.length - at, room, sliceBytes));
        await put(slice);
        at += slice.length;
        if (bytesPerSecond !== Infinity) await sleep((slice.length / bytesPerSecond) * 1000);
      }
      if (response.destroyed) return 'stop';
      return entry.bodyBytes >= endAfterBytes ? end() : 'go-on';
    },
  };
}
