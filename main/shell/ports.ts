/** The few things the shell is handed from outside, as types. */

import type { ClientPort } from '../contract/index.ts';

/** A running engine: a process of our own, or one that was there already. */
export interface RunningEngine {
  connect(): Promise<ClientPort>;
  /** Asks it to stop and waits until it has. */
  stop(): Promise<void>;
  /** Called once when it is gone, for whatever reason. */
  onExit(listener: () => void): void;
}

/** Time, handed in so that tests own it. */
export interface ShellClock {
  /** Milliseconds of a clock that never steps back. */
  now(): number;
  after(ms: number, run: () => void): { cancel(): void };
}

export const systemClock: ShellClock = {
  now: () => performance.now(),
  after: (ms, run) => {
    const timer = setTimeout(run, ms);
    return { cancel: () => clearTimeout(timer) };
  },
};
