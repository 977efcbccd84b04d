import { describe, expect, it, vi } from 'vitest';
import { createHostTable } from '../../main/api/host-table.ts';
import { endpointNames } from '../../main/contract/index.ts';
import type { EndpointName, Endpoints, JobsChange } from '../../main/contract/index.ts';
import { EngineError } from '../../main/engine/errors.ts';
import { createTransportPair } from '../support/transport-pair.ts';
import { createClockDouble, createEngineDouble, snapshotOf } from './engine-double.ts';

function create() {
  const double = createEngineDouble();
  const time = createClockDouble();
  const quit = vi.fn();
  const facts = { version: '0.1.0', node: 'v24', home: '/home/ann/.packmule', pid: 7 };
  const table = createHostTable(double.engine, { facts, clock: time.clock, quit });
  double.put(snapshotOf({ id: 'a' }));
  return { ...double, ...time, quit, table, ...createTransportPair(table) };
}

describe('an endpoint', () => {
  const id = 'a';
  const asked: { [N in EndpointName]: [Endpoints[N]['input'], unknown[] | null] } = {
    'engine.about': [{}, null],
    'engine.quit': [{}, ['stop']],
    'engine.hold': [{ reason: 'suspend' }, ['hold', 'suspend']],
    'engine.release': [{ reason: 'user' }, ['release', 'user']],
    'engine.network-online': [{}, ['networkOnline']],
    'remote.probe': [{ url: 'https://git.example.org/a' }, ['probe', 'https://git.example.org/a']],
    'destination.check': [{ path: '/home/ann/a' }, ['checkDestination', '/home/ann/a']],
    'job.clone': [
      { url: 'u', options: { bare: true }, start: 'paused' },
      ['addClone', { url: 'u', options: { bare: true }, start: 'paused' }],
    ],
    'job.fetch': [
      { directory: '/home/ann/a', options: { prune: true } },
      ['addFetch', { directory: '/home/ann/a', options: { prune: true } }],
    ],
    'job.adopt': [{ directory: '/home/ann/a' }, ['adopt', { directory: '/home/ann/a' }]],
    'job.list': [{}, null],
    'job.get': [{ id }, null],
    'job.pause': [{ all: true }, ['pause', 'all']],
    'job.resume': [{ ids: [id] }, ['resume', [id]]],
    'job.cancel': [{ ids: [id], keepPartial: true }, ['cancel', [id], true]],
    'job.remove': [{ ids: [id] }, ['remove', [id]]],
    'job.move': [{ id, before: null }, ['move', id, null]],
    'job.answer': [
      { id, questionId: 'q', choice: 'answer', username: 'ann', password: 'p' },
      ['answer', id, 'q', { choice: 'answer', username: 'ann', password: 'p' }],
    ],
    'askpass.ask': [{ token: 't', prompt: 'Password:', asker: 7 }, ['sshAsks', 't', 'Password:', 7]],
    'settings.get': [{}, null],
    'settings.set': [{ theme: 'dark' }, null],
  };

  it.each(endpointNames)('%s asks the engine', async (name) => {
    const { transport, calls, advance } = create();
    const [input, call] = asked[name];
    // The probe of this engine is answered only by its cancelling.
    const controller = new AbortController();
    const reply = transport.invoke(name, input, controller.signal).catch((error: unknown) => error);
    await advance(0);
    controller.abort();
    const value = await reply;
    if (name !== 'remote.probe') expect(value).not.toBeInstanceOf(Error);
    if (call === null) expect(calls).toEqual([]);
    else expect(calls[0]).toEqual(call);
  });

  it('answers with the views of the contract', async () => {
    const { client } = create();
    expect(await client.ask('engine.about', {})).toEqual({
      version: '0.1.0',
      contractVersion: 1,
      git: '2.39.5',
      node: 'v24',
      home: '/home/ann/.packmule',
      pid: 7,
    });
    expect((await client.ask('job.list', {})).map((job) => job.id)).toEqual(['a']);
    expect((await client.ask('job.get', { id: 'a' })).cutCostBytes).toBe(9);
    expect(await client.ask('job.pause', { all: true })).toEqual({ ids: ['a'] });
    expect((await client.ask('settings.set', { theme: 'dark' })).theme).toBe('dark');
    expect((await client.ask('settings.get', {})).theme).toBe('dark');
  });

  it('does not keep parts of a cancelled job unless asked to', async () => {
    const { client, calls } = create();
    await client.ask('job.cancel', { all: true });
    expect(calls).toEqual([['cancel', 'all', false]]);
  });

  it('tells what the engine could not do', async () => {
    const { client } = create();
    await expect(client.ask('job.get', { id: 'x' })).rejects.toMatchObject({
      failure: { code: 'job-not-found', facts: { jobId: 'x' } },
    });
    await expect(client.ask('job.pause', { ids: ['a', 'y'] })).rejects.toMatchObject({
      failure: { code: 'job-not-found', facts: { jobId: 'y' } },
    });
  });

  it('hands cancelling on to the engine', async () => {
    const { client, calls, advance } = create();
    const controller = new AbortController();
    const reply = client.ask('remote.probe', { url: 'https://git.example.org/a' }, controller.signal);
    const told = expect(reply).rejects.toMatchObject({ failure: { code: 'cancelled' } });
    await advance(0);
    controller.abort();
    await told;
    await advance(0);
    expect(calls).toEqual([['probe', 'https://git.example.org/a'], ['probe aborted']]);
  });

  it('never sees an input that was not checked', async () => {
    const { transport, calls } = create();
    await expect(transport.invoke('job.pause', { all: true, ids: [] })).rejects.toMatchObject({
      failure: { code: 'bad-request' },
    });
    await expect(transport.invoke('job.pause', null)).rejects.toMatchObject({
      failure: { code: 'bad-request' },
    });
    expect(calls).toEqual([]);
  });
});

it('answers a wish to quit before the process ends, and after the engine has stopped', async () => {
  const { client, calls, quit, advance } = create();
  await expect(client.ask('engine.quit', {})).resolves.toBeNull();
  expect(calls).toEqual([['stop']]);
  expect(quit).not.toHaveBeenCalled();
  await advance(1_000);
  expect(quit).toHaveBeenCalledOnce();
});

it('does not quit when the engine could not stop', async () => {
  const { client, engine, quit, advance } = create();
  engine.stop = () => Promise.reject(new EngineError('disk-failed'));
  await expect(client.ask('engine.quit', {})).rejects.toMatchObject({ failure: { code: 'disk-failed' } });
  await advance(1_000);
  expect(quit).not.toHaveBeenCalled();
});

it('feeds what is followed, and stops when the client goes', async () => {
  const { client, transport, say, advance, listeners } = create();
  const heard: JobsChange[] = [];
  client.follow('jobs', {}, (change) => heard.push(change));
  await advance(0);
  say({ type: 'job-changed', id: 'a' });
  await advance(0);
  await advance(0);
  expect(heard.map((change) => Object.keys(change))).toEqual([['all'], ['changed']]);
  transport.close();
  await advance(0);
  expect(listeners.size).toBe(0);
});

it('refuses to follow with an input that is not right, or a job that is not there', async () => {
  const { transport, advance } = create();
  const onEnd = vi.fn();
  transport.subscribe('job', { id: '../x' }, () => undefined, onEnd);
  transport.subscribe('job', { id: 'x' }, () => undefined, onEnd);
  await advance(0);
  await advance(0);
  expect(onEnd.mock.calls).toMatchObject([[{ code: 'bad-request' }], [{ code: 'job-not-found' }]]);
});
