/** The other side of a connection, as a script. */

import type { Clock, Duplex, DuplexEnd } from '../../../main/engine/ports.ts';
import { concatBytes, encodePktLine, flushPkt } from '../../../main/git/index.ts';

export const advertisement = concatBytes([
  encodePktLine('version 2\n'),
  encodePktLine('agent=scripted\n'),
  encodePktLine('ls-refs\n'),
  encodePktLine('fetch\n'),
  flushPkt,
]);

/** Says each of its lines when it is asked for more; behind the last it ends, or falls silent. */
export class Scripted implements Duplex {
  readonly output: AsyncIterable<Uint8Array>;
  readonly ended: Promise<DuplexEnd>;
  wireBytes = 0;
  uploadedBytes = 0;
  killed = false;
  readonly #gone = Promise.withResolvers<DuplexEnd>();

  constructor(
    lines: readonly (Uint8Array | 'request' | 'silence')[],
    end: DuplexEnd = { exitCode: 0, stderr: '' },
  ) {
    this.ended = this.#gone.promise;
    this.output = this.#say(lines, end);
  }

  #asked = Promise.withResolvers<void>();

  write(chunk: Uint8Array): Promise<void> {
    this.uploadedBytes += chunk.length;
    this.#asked.resolve();
    return Promise.resolve();
  }

  kill(): void {
    this.killed = true;
    this.#gone.resolve({ exitCode: null, stderr: '' });
  }

  async *#say(
    lines: readonly (Uint8Array | 'request' | 'silence')[],
    end: DuplexEnd,
  ): AsyncGenerator<Uint8Array> {
    for (const line of lines) {
      if (line === 'request') {
        await Promise.race([this.#asked.promise, this.ended]);
        this.#asked = Promise.withResolvers<void>();
      } else if (line === 'silence') await this.ended;
      else yield line;
      if (this.killed) return;
    }
    this.#gone.resolve(end);
  }
}

/** A clock whose time passes when the test says so. */
export function handClock(): Clock & { pass(ms: number): void } {
  let nowMs = 0;
  const ticks = new Set<() => void>();
  return {
    nowMs: () => nowMs,
    monotonicMs: () => nowMs,
    sleep: (_ms, signal) =>
      new Promise((_resolve, reject) =>
        signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true }),
      ),
    every(_ms, tick) {
      ticks.add(tick);
      return () => ticks.delete(tick);
    },
    pass(ms) {
      nowMs += ms;
      for (const tick of [...ticks]) tick();
    },
  };
}
