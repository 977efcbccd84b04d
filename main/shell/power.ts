/** Sleep, wake and network: tells the engine, and keeps the machine awake while something is being cloned. */

import { net, powerMonitor, powerSaveBlocker } from 'electron';
import type { Client } from '../contract/index.ts';
import { livelinessOf, type JobBoard } from './job-board.ts';
import type { ShellClock } from './ports.ts';

/** Electron has no event for this in the main process; a look at a flag costs nothing. */
const onlineLookMs = 5_000;

export interface PowerParts {
  ask: Client['ask'];
  clock: ShellClock;
  /** The machine shuts down: stop cleanly. */
  onShutdown(): void;
}

export interface PowerCare {
  /** Called on each change of the jobs. */
  jobsChanged(board: JobBoard): void;
  /** Called when the engine was started again: it does not know of a hold that was asked of the one before. */
  engineConnected(client: Client): void;
  stop(): void;
}

export function careForPower(parts: PowerParts): PowerCare {
  let suspended = false;
  let blocker: number | null = null;
  let online = net.isOnline();
  let look: { cancel(): void } | null = null;

  // An engine that is away needs no telling: `engineConnected` tells the next one what holds then.
  const tell = (question: Promise<unknown>): void => void question.catch(() => undefined);

  const onSuspend = (): void => {
    suspended = true;
    tell(parts.ask('engine.hold', { reason: 'suspend' }));
  };
  const onResume = (): void => {
    suspended = false;
    tell(parts.ask('engine.release', { reason: 'suspend' }));
    tell(parts.ask('engine.network-online', {}));
  };
  const lookAtNetwork = (): void => {
    const now = net.isOnline();
    if (now && !online) tell(parts.ask('engine.network-online', {}));
    online = now;
    look = parts.clock.after(onlineLookMs, lookAtNetwork);
  };
  const onShutdown = (): void => parts.onShutdown();

  powerMonitor.on('suspend', onSuspend);
  powerMonitor.on('resume', onResume);
  powerMonitor.on('shutdown', onShutdown);
  look = parts.clock.after(onlineLookMs, lookAtNetwork);

  const keepAwake = (wanted: boolean): void => {
    if (wanted && blocker === null) blocker = powerSaveBlocker.start('prevent-app-suspension');
    if (!wanted && blocker !== null) {
      powerSaveBlocker.stop(blocker);
      blocker = null;
    }
  };

  return {
    jobsChanged: (board) => keepAwake([...board.values()].some((job) => livelinessOf(job) === 'active')),
    engineConnected: (client) => {
      if (suspended) tell(client.ask('engine.hold', { reason: 'suspend' }));
    },
    stop: () => {
      look?.cancel();
      keepAwake(false);
      powerMonitor.removeListener('suspend', onSuspend);
      powerMonitor.removeListener('resume', onResume);
      powerMonitor.removeListener('shutdown', onShutdown);
    },
  };
}
