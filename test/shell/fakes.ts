/** A clock, a port and an engine for tests of the shell. */

import type { ClientEnvelope, ClientPort, HostEnvelope } from '../../main/contract/index.ts';
import type { RunningEngine, ShellClock } from '../../main/shell/ports.ts';

/** Lets everything that is already resolved run on. */
export const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export function fakeClock(): ShellClock & { pass(ms: number): Promise<void>; pending(): number } {
  let nowMs = 0;
  let timers: { atMs: number; run: () => void }[] = [];
  return {
    now: () => nowMs,
    after: (ms, run) => {
      const timer = { atMs: nowMs + ms, run };
      timers.push(timer);
      return { cancel: () => void (timers = timers.filter((other) => other !== timer)) };
    },
    pending: () => timers.length,
    pass: async (ms) => {
      const end = nowMs + ms;
      await settle();
      for (;;) {
        const [next] = timers.filter((timer) => timer.atMs <= end).sort((a, b) => a.atMs - b.atMs);
        if (next === undefined) break;
        timers = timers.filter((timer) => timer !== next);
        nowMs = next.atMs;
        next.run();
        await settle();
      }
      nowMs = end;
    },
  };
}

export class FakePort implements ClientPort {
  sent: ClientEnvelope[] = [];
  closed = false;
  #message: ((envelope: HostEnvelope) => void)[] = [];
  #close: (() => void)[] = [];
  send(envelope: ClientEnvelope): void {
    if (this.closed) throw new Error('sent over a closed port');
    this.sent.push(envelope);
  }
  onMessage(listener: (envelope: HostEnvelope) => void): void {
    this.#message.push(listener);
  }
  onClose(listener: () => void): void {
    this.#close.push(listener);
  }
  close(): void {
    if (this.closed) return;
    this.closed = true;
    for (const listener of this.#close) listener();
  }
  /** As the engine: says something. */
  say(envelope: HostEnvelope): void {
    for (const listener of this.#message) listener(envelope);
  }
  /** As the engine: a change of the subscription to this topic. */
  change(topic: string, value: unknown): void {
    const open = this.sent
      .filter((envelope) => envelope.type === 'subscribe' && envelope.topic === topic)
      .at(-1);
    if (open?.type === 'subscribe') this.say({ type: 'change', id: open.id, value });
  }
  asked(): { name: string; input: unknown }[] {
    return this.sent.flatMap((envelope) =>
      envelope.type === 'request' ? [{ name: envelope.name, input: envelope.input }] : [],
    );
  }
}

export class FakeEngine implements RunningEngine {
  ports: FakePort[] = [];
  stops = 0;
  refuses = false;
  hangs = false;
  #exit: (() => void)[] = [];
  connect(): Promise<ClientPort> {
    if (this.refuses) return Promise.reject(new Error('connection refused'));
    const port = new FakePort();
    this.ports.push(port);
    return Promise.resolve(port);
  }
  stop(): Promise<void> {
    this.stops += 1;
    if (this.hangs) return new Promise(() => undefined);
    this.exit();
    return Promise.resolve();
  }
  onExit(listener: () => void): void {
    this.#exit.push(listener);
  }
  exit(): void {
    for (const port of this.ports) port.close();
    for (const listener of this.#exit.splice(0)) listener();
  }
}
