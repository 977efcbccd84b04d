import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createPortPair } from '../../../main/api/port-pair.ts';
import {
  createClient,
  serveHost,
  type ClientPort,
  type HostPort,
  type HostTable,
} from '../../../main/contract/index.ts';
import { Connection } from '../../../renderer/api/connection.svelte.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

let followed: string[] = [];
let value = 0;
const table: HostTable = {
  handle: () => Promise.resolve('pong'),
  follow(topic, _input, emit, end) {
    followed.push(topic);
    if (topic === 'job') end({ code: 'job-not-found', facts: {} });
    else emit((value += 1));
    return () => followed.push(`no ${topic}`);
  },
};

/** An engine that can be stopped and started. */
function engine(serve: (port: HostPort) => void = (port) => serveHost(port, table)) {
  followed = [];
  value = 0;
  const hosts: HostPort[] = [];
  const state = { running: true, opened: 0 };
  const open = (): ClientPort => {
    state.opened += 1;
    const { client, host } = createPortPair();
    if (state.running) serve(host);
    else queueMicrotask(() => host.close());
    hosts.push(host);
    return client;
  };
  return { state, open, stop: () => ((state.running = false), hosts.at(-1)?.close()) };
}

const settle = () => vi.advanceTimersByTimeAsync(0);

test('connects, asks and follows', async () => {
  const { open } = engine();
  const connection = new Connection(open);
  const seen: unknown[] = [];
  createClient(connection).follow('totals', {}, (total) => seen.push(total));
  await settle();
  expect(connection.state).toBe('open');
  expect(seen).toEqual([1]);
  await expect(connection.invoke('engine.about', {})).resolves.toBe('pong');
});

test('comes back after a loss and takes the subscriptions up again, once each', async () => {
  const { open, stop, state } = engine();
  const connection = new Connection(open);
  const seen: unknown[] = [];
  const ended = vi.fn();
  connection.subscribe('totals', {}, (total) => seen.push(total), ended);
  const quit = connection.subscribe('settings', {}, () => undefined);
  await settle();
  quit();
  stop();
  await settle();
  expect(connection.state).toBe('lost');
  await expect(connection.invoke('job.list', {})).rejects.toMatchObject({
    failure: { code: 'engine-stopped' },
  });
  await vi.advanceTimersByTimeAsync(3000);
  expect(state.opened).toBeGreaterThan(2);
  state.running = true;
  followed = [];
  await vi.advanceTimersByTimeAsync(4000);
  expect(connection.state).toBe('open');
  expect(followed).toEqual(['totals']);
  expect(seen).toEqual([1, 3]);
  expect(ended).not.toHaveBeenCalled();
});

test('tries at longer and longer intervals, and at once when told', async () => {
  const { open, stop, state } = engine();
  const connection = new Connection(open);
  await settle();
  stop();
  await vi.advanceTimersByTimeAsync(60_000);
  const slow = state.opened;
  expect(slow).toBeLessThan(25);
  state.running = true;
  connection.retryNow();
  await settle();
  expect(state.opened).toBe(slow + 1);
  expect(connection.state).toBe('open');
});

test('a topic that the host ended is not taken up again', async () => {
  const { open, stop, state } = engine();
  const connection = new Connection(open);
  const ended = vi.fn();
  connection.subscribe('job', { id: 'x' }, () => undefined, ended);
  await settle();
  expect(ended).toHaveBeenCalledWith({ code: 'job-not-found', facts: {} });
  stop();
  state.running = true;
  followed = [];
  await vi.advanceTimersByTimeAsync(1000);
  expect(connection.state).toBe('open');
  expect(followed).toEqual([]);
});

test('an engine of another version is not asked again and again', async () => {
  const { open, state } = engine((port) => {
    port.onMessage(() => port.send({ type: 'welcome', version: 999 }));
  });
  const connection = new Connection(open);
  await vi.advanceTimersByTimeAsync(30_000);
  expect(connection.state).toBe('refused');
  expect(state.opened).toBe(1);
});

test('an engine that never greets is given up and tried anew', async () => {
  const { open, state } = engine(() => undefined);
  const connection = new Connection(open);
  await vi.advanceTimersByTimeAsync(6000);
  expect(connection.state).toBe('lost');
  expect(state.opened).toBeGreaterThan(1);
});
