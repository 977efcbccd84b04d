import { describe, expect, it, vi } from 'vitest';
import {
  contractFailure,
  contractVersion,
  createPortTransport,
  failureFrom,
} from '../../main/contract/index.ts';
import type { HostEnvelope } from '../../main/contract/index.ts';
import { createPortPair, createTransportPair } from '../support/transport-pair.ts';

/** A host written by hand, to say what ours never would. */
function createHost() {
  const { client, host } = createPortPair();
  const heard: unknown[] = [];
  host.onMessage((message) => heard.push(message));
  const transport = createPortTransport(client);
  return { transport, host, heard, say: (envelope: HostEnvelope) => host.send(envelope) };
}

describe('the client', () => {
  it('greets first, and does not wait for the answer', async () => {
    const { transport, heard } = createHost();
    void transport.invoke('job.list', {}).catch(() => undefined);
    await vi.waitFor(() => expect(heard).toHaveLength(2));
    expect(heard).toEqual([
      { type: 'hello', version: contractVersion },
      { type: 'request', id: 1, name: 'job.list', input: {} },
    ]);
  });

  it('ends everything with version-mismatch when the host speaks another version', async () => {
    const { transport, say } = createHost();
    const onEnd = vi.fn();
    const reply = transport.invoke('job.list', {});
    transport.subscribe('jobs', {}, () => undefined, onEnd);
    say({ type: 'welcome', version: contractVersion + 1 });
    const failure = { code: 'version-mismatch' };
    await expect(transport.ready).rejects.toMatchObject({ failure });
    await expect(reply).rejects.toMatchObject({ failure });
    await transport.closed;
    expect(onEnd.mock.calls).toMatchObject([[failure]]);
    await expect(transport.invoke('job.list', {})).rejects.toMatchObject({ failure });
  });

  it('is not confused by what it did not ask for', async () => {
    const { transport, say } = createHost();
    const reply = transport.invoke('job.list', {});
    say({ type: 'reply', id: 77, value: 'no' });
    say({ type: 'failure', id: 78, failure: { code: 'internal', facts: {} } });
    say({ type: 'change', id: 1, value: 'no' });
    say({ type: 'end', id: 1, failure: { code: 'internal', facts: {} } });
    say({ type: 'reply', id: 1, value: 'yes' });
    say({ type: 'reply', id: 1, value: 'again' });
    await expect(reply).resolves.toBe('yes');
  });

  it('hears nothing of a subscription once it stopped it, whatever is under way', async () => {
    const { transport, say, heard } = createHost();
    const onValue = vi.fn();
    const onEnd = vi.fn();
    const stop = transport.subscribe('jobs', {}, onValue, onEnd);
    say({ type: 'change', id: 1, value: 'late' });
    say({ type: 'end', id: 1, failure: { code: 'internal', facts: {} } });
    stop();
    stop();
    await vi.waitFor(() => expect(heard).toHaveLength(3));
    await Promise.resolve();
    expect(heard[2]).toEqual({ type: 'unsubscribe', id: 1 });
    expect(onValue).not.toHaveBeenCalled();
    expect(onEnd).not.toHaveBeenCalled();
  });

  it('does not send a cancel for a request that was answered', async () => {
    const { transport, say, heard } = createHost();
    const controller = new AbortController();
    const reply = transport.invoke('job.list', {}, controller.signal);
    say({ type: 'reply', id: 1, value: [] });
    await reply;
    controller.abort();
    void transport.invoke('job.list', {}).catch(() => undefined);
    await vi.waitFor(() => expect(heard).toHaveLength(3));
    expect(heard.map((message) => (message as { type: string }).type)).toEqual([
      'hello',
      'request',
      'request',
    ]);
  });

  it('has the types of the contract', async () => {
    const { client } = createTransportPair({
      handle: (name) => Promise.resolve(name === 'job.pause' ? { ids: ['a'] } : null),
      follow: (_topic, _input, emit) => {
        emit({ removed: ['b'] });
        return () => undefined;
      },
    });
    const { ids } = await client.ask('job.pause', { all: true });
    expect(ids.map((id) => id.toUpperCase())).toEqual(['A']);
    const removed = await new Promise<string[] | undefined>((heard) =>
      client.follow('jobs', {}, (change) => heard(change.removed)),
    );
    expect(removed).toEqual(['b']);
  });
});

it('tells a failure from any other error', () => {
  expect(failureFrom(contractFailure('disk-full', { path: '/a' }))).toEqual({
    code: 'disk-full',
    facts: { path: '/a' },
  });
  expect(failureFrom(new Error('secret'))).toEqual({ code: 'internal', facts: {} });
  expect(failureFrom(undefined)).toEqual({ code: 'internal', facts: {} });
});
