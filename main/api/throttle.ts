/** Runs something soon after it is asked for, but never more often than an interval allows. */

import type { Clock } from '../engine/index.ts';

export interface Throttle {
  /** Asks for a run; any number of requests before it happens are one. */
  request(): void;
  /** Asks for a run at the next turn of the event loop, whatever the interval says: for what somebody waits for. */
  requestNow(): void;
  /** No run happens after this. */
  stop(): void;
}

/** The first run comes at the next turn of the event loop at the earliest, so that a burst of requests is one run. */
export function createThrottle(clock: Clock, intervalMs: number, run: () => void): Throttle {
  let lastRunMs = Number.NEGATIVE_INFINITY;
  let stopped = false;
  /** The run that is waited for. */
  let waiting: { controller: AbortController; urgent: boolean } | null = null;

  const runIn = async (delayMs: number, urgent: boolean): Promise<void> => {
    const controller = new AbortController();
    waiting?.controller.abort();
    waiting = { controller, urgent };
    try {
      await clock.sleep(Math.max(0, delayMs), controller.signal);
    } catch {
      // Stopped, or overtaken by a run that is more urgent.
      return;
    }
    waiting = null;
    lastRunMs = clock.monotonicMs();
    run();
  };

  return {
    request() {
      if (waiting === null && !stopped) void runIn(lastRunMs + intervalMs - clock.monotonicMs(), false);
    },
    requestNow() {
      if (waiting?.urgent !== true && !stopped) void runIn(0, true);
    },
    stop() {
      stopped = true;
      waiting?.controller.abort();
      waiting = null;
    },
  };
}
