/** Waiting for room in a stream. */

import type { EventEmitter } from 'node:events';

/** Resolves when the stream may be written to again, or is gone; leaves no listener behind. */
export function drained(stream: EventEmitter & { destroyed: boolean }): Promise<void> {
  if (stream.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      stream.off('drain', done);
      stream.off('close', done);
      resolve();
    };
    stream.once('drain', done);
    stream.once('close', done);
  });
}
