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
  return new Keeper(parts);
}

class Keeper implements EngineKeeper {
  readonly #parts: KeeperParts;
  #failedAtMs: number[] = [];
  #stopped = false;
  #pause: { cancel(): void; end(): void } | null = null;
  #running: RunningEngine | null = null;
  #current: Promise<RunningEngine>;

  constructor(parts: KeeperParts) {
    this.#parts = parts;
    this.#current = this.#start();
    // Whoever asks for a connection hears of its failure; nobody else needs to.
    this.#current.catch(() => undefined);
  }

  async connect(): Promise<ClientPort> {
    const engine = await this.#current;
    try {
      return await engine.connect();
    } catch (error) {
      // Nobody tells us of the end of an engine that another program started: a refused connection does.
      this.#lose(engine);
      throw error;
    }
  }

  async stop(deadlineMs: number): Promise<void> {
    this.#stopped = true;
    this.#pause?.cancel();
    this.#pause?.end();
    const gone = this.#current.then(
      (engine) => engine.stop(),
      () => undefined,
    );
    await new Promise<void>((resolve) => {
      const timer = this.#parts.clock.after(deadlineMs, resolve);
      const finish = (): void => {
        timer.cancel();
        resolve();
      };
      gone.then(finish, finish);
    });
  }

  async #start(): Promise<RunningEngine> {
    for (;;) {
      if (this.#stopped) throw contractFailure('engine-stopped');
      try {
        const engine = await this.#parts.ensure();
        this.#running = engine;
        engine.onExit(() => this.#lose(engine));
        return engine;
      } catch (error) {
        await this.#afterFailure(error);
      }
    }
  }

  #lose(engine: RunningEngine): void {
    if (this.#stopped || this.#running !== engine) return;
    this.#running = null;
    this.#current = this.#afterFailure(null).then(() => this.#start());
    this.#current.catch(() => undefined);
  }

  async #afterFailure(error: unknown): Promise<void> {
    if (this.#stopped) return;
    this.#failedAtMs.push(this.#parts.clock.now());
    const step = restartStep(this.#failedAtMs);
    if (step.kind === 'restart') return this.#wait(step.delayMs);
    this.#failedAtMs = [];
    if (!(await this.#parts.askToGoOn(error))) this.#stopped = true;
  }

  #wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.#parts.clock.after(ms, resolve);
      this.#pause = { cancel: () => timer.cancel(), end: resolve };
    });
  }
}
