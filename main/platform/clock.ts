import { performance } from 'node:perf_hooks';
import type { Clock } from '../engine/ports.ts';

/** The longest wait one Node timer can hold (2^31 - 1 ms); longer ones fire at once, with a warning. */
const timerMsMax = 2 ** 31 - 1;

/** The time of this computer. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  async sleep(ms, signal) {
    const endMs = performance.now() + ms;
    // A timer counts in whole milliseconds and may fire a fraction early, hence the loop.
    for (let leftMs = ms; ; leftMs = endMs - performance.now()) {
      signal?.throwIfAborted();
      if (leftMs <= 0) return;
      await once(Math.min(Math.ceil(leftMs), timerMsMax), signal);
    }
  },
  every(ms, tick) {
    const timer = setInterval(tick, ms);
    timer.unref();
    return () => clearInterval(timer);
  },
};

function once(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener('abort', done);
  });
}
