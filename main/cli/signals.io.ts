/** Ctrl-C and its kin, while something is under way that deserves a clean end. */

import { exitCodes } from './exit-codes.ts';

export interface Interruption {
  /** Resolves at the first SIGINT, SIGTERM or SIGHUP. The second ends the process at once. */
  readonly asked: Promise<void>;
  readonly isAsked: boolean;
  /** What Ctrl-C does when the terminal hands it to us as a key (readline) instead of a signal. */
  ask(): void;
  /** Gives the signals back. */
  end(): void;
}

const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** `beforeExit` runs synchronously before the process is ended by the second signal. */
export function watchInterruption(beforeExit: () => void): Interruption {
  const { promise, resolve } = Promise.withResolvers<void>();
  let count = 0;
  const ask = (): void => {
    count += 1;
    if (count === 1) return resolve();
    beforeExit();
    process.exit(exitCodes.resumable);
  };
  for (const name of names) process.on(name, ask);
  return {
    asked: promise,
    get isAsked() {
      return count > 0;
    },
    ask,
    end: () => {
      for (const name of names) process.off(name, ask);
    },
  };
}
