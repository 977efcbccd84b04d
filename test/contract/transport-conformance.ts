/** What every carrier must do, as one table of tests. Each carrier's own test file runs it. */

import { afterEach, describe, expect, it, vi } from 'vitest';
import { contractFailure, contractVersion, createPortTransport } from '../../main/contract/index.ts';
import type {
  ClientPort,
  Failure,
  HostEnvelope,
  HostTable,
  PortTransport,
} from '../../main/contract/index.ts';

/** A host with this table, and ways to it. */
export interface Carrier {
  open(): Promise<ClientPort>;
  /** The host's process goes away, or the road to it breaks. */
  cut(): void | Promise<void>;
  /** Takes everything down. */
  close(): Promise<void>;
}

export type StartCarrier = (table: HostTable) => Promise<Carrier>;

/** A table whose answers the tests hold in their hands. */
function createTableDouble() {
  const calls: { name: string; input: unknown; signal: AbortSignal }[] = [];
  const followed: {
    topic: string;
    input: unknown;
    emit: (value: unknown) => void;
    end: (failure: Failure) => void;
    stopped: boolean;
  }[] = [];
  const table: HostTable = {
    async handle(name, input, signal) {
      calls.push({ name, input, signal });
      const value = (input as { value?: unknown } | null)?.value;
      if (name === 'engine.about') return input;
      if (name === 'remote.probe') throw contractFailure('host-not-found', { host: 'example.org' });
      if (name === 'engine.quit') throw new Error('a secret path');
      // Never answers by itself.
      if (name === 'job.get') return new Promise(() => undefined);
      // Later requests are answered sooner.
      if (name === 'job.list') await new Promise((done) => setTimeout(done, 30 - Number(value)));
      return value;
    },
    follow(topic, input, emit, end) {
      if (topic === 'job') throw contractFailure('job-not-found');
      const entry = { topic, input, emit, end, stopped: false };
      followed.push(entry);
      emit('first');
      return () => {
        entry.stopped = true;
      };
    },
  };
  return { table, calls, followed };
}

export function describeTransport(name: string, start: StartCarrier): void {
  describe(`${name}, as a carrier`, () => {
    let carrier: Carrier | null = null;

    async function open() {
      const double = createTableDouble();
      carrier = await start(double.table);
      const port = await carrier.open();
      return { ...double, carrier, transport: createPortTransport(port) };
    }

    afterEach(async () => {
      await carrier?.close();
      carrier = null;
    });

    it('welcomes a client of its version', async () => {
      const { transport } = await open();
      await expect(transport.ready).resolves.toBeUndefined();
    });

    it('takes a request there and its reply back, unchanged', async () => {
      const { transport, calls } = await open();
      const input = { text: 'Zürich \u0000 \u2028 😀 "\\\n', list: [1, 2.5, null, true], deep: { a: {} } };
      await expect(transport.invoke('engine.about', input)).resolves.toEqual(input);
      expect(calls[0]).toMatchObject({ name: 'engine.about', input });
    });

    it('takes a failure back with its facts', async () => {
      const { transport } = await open();
      await expect(transport.invoke('remote.probe', {})).rejects.toMatchObject({
        name: 'ContractFailure',
        failure: { code: 'host-not-found', facts: { host: 'example.org' } },
      });
    });

    it('tells an unexpected error as internal, without its message', async () => {
      const { transport } = await open();
      await expect(transport.invoke('engine.quit', {})).rejects.toMatchObject({
        failure: { code: 'internal', facts: {} },
      });
    });

    it('refuses a name that is not in the contract', async () => {
      const { transport, calls } = await open();
      const failure = { failure: { code: 'unknown-endpoint', facts: { detail: 'toString' } } };
      await expect(transport.invoke('toString' as 'job.list', {})).rejects.toMatchObject(failure);
      const onEnd = vi.fn();
      transport.subscribe('toString' as 'jobs', {}, () => undefined, onEnd);
      await vi.waitFor(() => expect(onEnd).toHaveBeenCalledWith(failure.failure));
      expect(calls).toHaveLength(0);
    });

    it('gives each reply to its own request, in whatever order they come', async () => {
      const { transport } = await open();
      const values = [0, 10, 20, 29];
      const finished: unknown[] = [];
      const replies = values.map(async (value) => {
        const reply = await transport.invoke('job.list', { value });
        finished.push(reply);
        return reply;
      });
      await expect(Promise.all(replies)).resolves.toEqual(values);
      expect(finished).toHaveLength(values.length);
      expect(finished).not.toEqual(values);
    });

    it('cancels a request on both sides', async () => {
      const { transport, calls } = await open();
      const controller = new AbortController();
      const reply = transport.invoke('job.get', {}, controller.signal);
      await vi.waitFor(() => expect(calls).toHaveLength(1));
      expect(calls[0]?.signal.aborted).toBe(false);
      controller.abort();
      await expect(reply).rejects.toMatchObject({ failure: { code: 'cancelled' } });
      await vi.waitFor(() => expect(calls[0]?.signal.aborted).toBe(true));
    });

    it('does not send a request that was cancelled before', async () => {
      const { transport, calls } = await open();
      await expect(transport.invoke('job.get', {}, AbortSignal.abort())).rejects.toMatchObject({
        failure: { code: 'cancelled' },
      });
      await transport.invoke('engine.about', {});
      expect(calls.map((call) => call.name)).toEqual(['engine.about']);
    });

    it('brings the changes of a subscription in order', async () => {
      const { transport, followed } = await open();
      const heard: unknown[] = [];
      transport.subscribe('jobs', { some: 'input' }, (value) => heard.push(value));
      await vi.waitFor(() => expect(heard).toEqual(['first']));
      expect(followed[0]).toMatchObject({ topic: 'jobs', input: { some: 'input' } });
      const numbers = Array.from({ length: 500 }, (_, index) => index);
      for (const number of numbers) followed[0]?.emit(number);
      await vi.waitFor(() => expect(heard).toHaveLength(501));
      expect(heard).toEqual(['first', ...numbers]);
    });

    it('keeps subscriptions apart', async () => {
      const { transport, followed } = await open();
      const heard = { jobs: [] as unknown[], totals: [] as unknown[] };
      transport.subscribe('jobs', {}, (value) => heard.jobs.push(value));
      transport.subscribe('totals', {}, (value) => heard.totals.push(value));
      await vi.waitFor(() => expect(followed).toHaveLength(2));
      followed[1]?.emit('t');
      followed[0]?.emit('j');
      await vi.waitFor(() => expect(heard).toEqual({ jobs: ['first', 'j'], totals: ['first', 't'] }));
    });

    it('stops a subscription on both sides', async () => {
      const { transport, followed } = await open();
      const heard: unknown[] = [];
      const onEnd = vi.fn();
      const stop = transport.subscribe('jobs', {}, (value) => heard.push(value), onEnd);
      await vi.waitFor(() => expect(heard).toHaveLength(1));
      stop();
      followed[0]?.emit('too late');
      await vi.waitFor(() => expect(followed[0]?.stopped).toBe(true));
      await transport.invoke('engine.about', {});
      expect(heard).toEqual(['first']);
      expect(onEnd).not.toHaveBeenCalled();
    });

    it('tells why the host ended a subscription', async () => {
      const { transport, followed } = await open();
      const onEnd = vi.fn();
      transport.subscribe('jobs', {}, () => undefined, onEnd);
      await vi.waitFor(() => expect(followed).toHaveLength(1));
      followed[0]?.end({ code: 'job-not-found', facts: { jobId: 'x' } });
      await vi.waitFor(() =>
        expect(onEnd).toHaveBeenCalledWith({ code: 'job-not-found', facts: { jobId: 'x' } }),
      );
      expect(followed[0]?.stopped).toBe(true);
    });

    it('tells why the host refused a subscription', async () => {
      const { transport } = await open();
      const onEnd = vi.fn();
      transport.subscribe('job', {}, () => undefined, onEnd);
      await vi.waitFor(() => expect(onEnd).toHaveBeenCalledWith({ code: 'job-not-found', facts: {} }));
    });

    it('tells its version to a client of another, and hangs up', async () => {
      const { carrier: opened, calls } = await open();
      const port = await opened.open();
      const heard: HostEnvelope[] = [];
      const closed = vi.fn();
      port.onMessage((envelope) => heard.push(envelope));
      port.onClose(closed);
      port.send({ type: 'hello', version: contractVersion + 1 });
      port.send({ type: 'request', id: 1, name: 'engine.about', input: {} });
      await vi.waitFor(() => expect(closed).toHaveBeenCalledOnce());
      expect(heard).toEqual([{ type: 'welcome', version: contractVersion }]);
      expect(calls).toHaveLength(0);
    });

    it('hangs up on a client that does not greet', async () => {
      const { carrier: opened, calls } = await open();
      const port = await opened.open();
      const closed = vi.fn();
      port.onMessage(() => undefined);
      port.onClose(closed);
      port.send({ type: 'request', id: 1, name: 'engine.about', input: {} });
      await vi.waitFor(() => expect(closed).toHaveBeenCalledOnce());
      expect(calls).toHaveLength(0);
    });

    it('stops everything at the host when the client hangs up', async () => {
      const { transport, calls, followed } = await open();
      const reply = transport.invoke('job.get', {});
      transport.subscribe('jobs', {}, () => undefined);
      await vi.waitFor(() => expect([calls.length, followed.length]).toEqual([1, 1]));
      transport.close();
      await expect(reply).rejects.toMatchObject({ failure: { code: 'engine-stopped' } });
      await vi.waitFor(() => expect(calls[0]?.signal.aborted).toBe(true));
      await vi.waitFor(() => expect(followed[0]?.stopped).toBe(true));
    });

    it('ends everything at the client when the carrier breaks, and once', async () => {
      const { transport, carrier: opened, calls, followed } = await open();
      const onEnd = vi.fn();
      const reply = transport.invoke('job.get', {});
      transport.subscribe('jobs', {}, () => undefined, onEnd);
      await vi.waitFor(() => expect([calls.length, followed.length]).toEqual([1, 1]));
      const told = expect(reply).rejects.toMatchObject({ failure: { code: 'engine-stopped' } });
      await opened.cut();
      await told;
      await transport.closed;
      expect(onEnd.mock.calls).toEqual([[{ code: 'engine-stopped', facts: {} }]]);
      await expectDead(transport);
      await vi.waitFor(() => expect(calls[0]?.signal.aborted).toBe(true));
      expect(followed[0]?.stopped).toBe(true);
    });

    it('carries a large value', async () => {
      const { transport, followed } = await open();
      const heard: unknown[] = [];
      transport.subscribe('jobs', {}, (value) => heard.push(value));
      await vi.waitFor(() => expect(followed).toHaveLength(1));
      const large = Array.from({ length: 10_000 }, (_, index) => ({
        id: `job-${index}`,
        words: 'ä'.repeat(200),
      }));
      followed[0]?.emit(large);
      await vi.waitFor(() => expect(heard).toHaveLength(2), { timeout: 5_000 });
      expect(heard[1]).toEqual(large);
    });
  });
}

/** What is asked of a closed transport fails at once instead of waiting for ever. */
async function expectDead(transport: PortTransport): Promise<void> {
  await expect(transport.invoke('engine.about', {})).rejects.toMatchObject({
    failure: { code: 'engine-stopped' },
  });
  const onEnd = vi.fn();
  transport.subscribe('jobs', {}, () => undefined, onEnd);
  expect(onEnd).not.toHaveBeenCalled();
  await vi.waitFor(() => expect(onEnd).toHaveBeenCalledOnce());
}
