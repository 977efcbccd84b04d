/** Keeps one engine running for the windows: starts it, starts it again after a crash, stops it at the end. */

import { contractFailure, type ClientPort } from '../contract/index.ts';
import type { RunningEngine, ShellClock } from './ports.ts';
import { restartStep } from './restart-policy.ts';

export interface EngineKeeper {
  /** A new connection to the engine, waiting while it is being started again. Rejects with `engine-stopped` after `stop`. */
  connect(): Promise<ClientPort>;
  /** Stops the engine for good; resolves when it is gone or `deadlineMs` have passed. */
  stop(deadlineMs: number): Promise<void>;
}

export interface KeeperParts {
  /** Starts the engine, or finds the running one. Rejects when neither succeeds. */
  ensure(): Promise<RunningEngine>;
  clock: ShellClock;
  /** Too many failures in a row. Resolves with whether to go on trying. */
  askToGoOn(lastError: unknown): Promise<boolean>;
}

export function keepEngine(parts: KeeperParts): EngineKeeper {
  let failedAtMs: number[] = [];
  let stopped = false;
  let pause: { cancel(): void; end(): void } | null = null;
  let running: RunningEngine | null = null;
  let current = start();

  async function start(): Promise<RunningEngine> {
    for (;;) {
      if (stopped) throw contractFailure('engine-stopped');
      try {
        const engine = await parts.ensure();
        running = engine;
        engine.onExit(() => lose(engine));
        return engine;
      } catch (error) {
        await afterFailure(error);
      }
    }
  }

  function lose(engine: RunningEngine): void {
    if (stopped || running !== engine) return;
    running = null;
    current = afterFailure(null).then(start);
    // Whoever asks for a connection hears of it; nobody else needs to.
    current.catch(() => undefined);
  }

  async function afterFailure(error: unknown): Promise<void> {
    if (stopped) return;
    failedAtMs.push(parts.clock.now());
    const step = restartStep(failedAtMs);
    if (step.kind === 'restart') return wait(step.delayMs);
    failedAtMs = [];
    if (!(await parts.askToGoOn(error))) stopped = true;
  }

  function wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = parts.clock.after(ms, resolve);
      pause = { cancel: () => timer.cancel(), end: resolve };
    });
  }

  current.catch(() => undefined);
  return {
    connect: async () => {
      const engine = await current;
      try {
        return await engine.connect();
      } catch (error) {
        // Nobody tells us of the end of an engine that another program started: a refused connection does.
        lose(engine);
        throw error;
      }
    },
    stop: async (deadlineMs) => {
      stopped = true;
      pause?.cancel();
      pause?.end();
      const gone = current.then(
        (engine) => engine.stop(),
        () => undefined,
      );
      await new Promise<void>((resolve) => {
        const timer = parts.clock.after(deadlineMs, resolve);
        const finish = (): void => {
          timer.cancel();
          resolve();
        };
        gone.then(finish, finish);
      });
    },
  };
}
