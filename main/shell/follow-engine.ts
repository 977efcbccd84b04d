/** The shell's own client of the engine: follows jobs, totals and settings, and comes back after the engine was away. */

import {
  contractFailure,
  createClient,
  createPortTransport,
  type Client,
  type ClientPort,
  type Settings,
  type TotalsView,
} from '../contract/index.ts';
import { applyJobsChange, type JobBoard } from './job-board.ts';
import type { ShellClock } from './ports.ts';

export interface EngineFacts {
  /** The last board seen, also while the engine is away; null until the first one came. */
  board: JobBoard | null;
  totals: TotalsView | null;
  settings: Settings | null;
}

export interface EngineFollower {
  readonly facts: EngineFacts;
  /** Asks the engine; rejects with `engine-stopped` while it is away. */
  ask: Client['ask'];
  stop(): void;
}

export interface FollowerParts {
  connect(): Promise<ClientPort>;
  clock: ShellClock;
  /** Called after each change, with the board as it was before. */
  onChange(facts: EngineFacts, boardBefore: JobBoard | null): void;
  /** Called each time a connection stands, before anything is heard over it. */
  onConnected(client: Client): void;
}

/** Short, because the keeper of the engine already waits before it starts one again. */
const reconnectDelayMs = 500;

export function followEngine(parts: FollowerParts): EngineFollower {
  let facts: EngineFacts = { board: null, totals: null, settings: null };
  let client: Client | null = null;
  let hangUp: (() => void) | null = null;
  let stopped = false;
  let pending: { cancel(): void } | null = null;

  const change = (news: Partial<EngineFacts>): void => {
    if (stopped) return;
    const before = facts.board;
    facts = { ...facts, ...news };
    parts.onChange(facts, before);
  };

  const connect = (): void => {
    parts.connect().then(join, again);
  };

  function join(port: ClientPort): void {
    if (stopped) {
      port.close();
      return;
    }
    const transport = createPortTransport(port);
    const joined = createClient(transport);
    client = joined;
    hangUp = () => transport.close();
    parts.onConnected(joined);
    joined.follow('settings', {}, (settings) => change({ settings }));
    joined.follow('totals', {}, (totals) => change({ totals }));
    joined.follow('jobs', {}, (jobs) => change({ board: applyJobsChange(facts.board ?? new Map(), jobs) }));
    void transport.closed.then(() => {
      client = null;
      hangUp = null;
      change({ totals: null });
      again();
    });
  }

  function again(): void {
    if (!stopped) pending = parts.clock.after(reconnectDelayMs, connect);
  }

  connect();
  return {
    get facts() {
      return facts;
    },
    ask: (name, input, signal) =>
      client === null ? Promise.reject(contractFailure('engine-stopped')) : client.ask(name, input, signal),
    stop: () => {
      stopped = true;
      pending?.cancel();
      hangUp?.();
    },
  };
}
