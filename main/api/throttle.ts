/** Runs something soon after it is asked for, but never more often than an interval allows. */

import type { Clock } from '../engine/index.ts';

export interface Throttle {
  /** Asks for a run; any number of requests before it happens are one. */
  request(): void;
  /** No run happens after this. */
  stop(): void;
}

/** The first run comes at the next turn of the event loop at the earliest, so that a burst of requests is one run. */
export function createThrottle(clock: Clock, intervalMs: number, run: () => void): Throttle {
  const controller = new AbortController();
  let lastRunMs = Number.NEGATIVE_INFINITY;
  let pending = false;

  const runLater = async (): Promise<void> => {
    try {
      await clock.sleep(Math.max(0, lastRunMs + intervalMs - clock.monotonicMs()), controller.signal);
    } catch {
      // Stopped while waiting.
      return;
    }
    pending = false;
    lastRunMs = clock.monotonicMs();
    run();
  };

  return {
    request() {
      if (pending || controller.signal.aborted) return;
      pending = true;
      void runLater();
    },
    stop: () => controller.abort(),
  };
}
