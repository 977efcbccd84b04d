import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { contractVersion, openRequestsMax, serveHost, subscriptionsMax } from '../../main/contract/index.ts';
import type { ClientEnvelope, Failure, HostEnvelope, HostTable } from '../../main/contract/index.ts';
import { createPortPair } from '../support/transport-pair.ts';

const forever: HostTable = { handle: () => new Promise(() => undefined), follow: () => () => undefined };

/** A client written by hand, to say what ours never would. */
function createPeer(table: HostTable, greet = true) {
  const { client, host } = createPortPair();
  serveHost(host, table);
  const heard: HostEnvelope[] = [];
  let closed = false;
  client.onMessage((envelope) => heard.push(envelope));
  client.onClose(() => (closed = true));
  const say = (message: unknown): void => client.send(message as ClientEnvelope);
  if (greet) say({ type: 'hello', version: contractVersion });
  return { say, heard, isClosed: () => closed, close: () => client.close() };
}

/** Everything under way in an in-memory pair has arrived after this. */
const settled = (): Promise<void> => new Promise((done) => setTimeout(done, 0));

const badRequest = { code: 'bad-request' };

describe('the host', () => {
  it.each([
    [
      'a request without a name',
      { type: 'request', id: 3, input: {} },
      { type: 'failure', id: 3, failure: badRequest },
    ],
    [
      'a name that is no text',
      { type: 'request', id: 3, name: {}, input: {} },
      { type: 'failure', id: 3, failure: badRequest },
    ],
    [
      'a subscription without a topic',
      { type: 'subscribe', id: 3 },
      { type: 'end', id: 3, failure: badRequest },
    ],
    ['an unknown type', { type: 'dance', id: 3 }, { type: 'failure', id: 3, failure: badRequest }],
    ['no type at all', { id: 3 }, { type: 'failure', id: 3, failure: badRequest }],
  ])('answers %s', async (_name, message, answer) => {
    const { say, heard, isClosed } = createPeer(forever);
    say(message);
    await settled();
    expect(heard[1]).toMatchObject(answer);
    expect(isClosed()).toBe(false);
  });

  it.each([
    ['text', 'hello'],
    ['null', null],
    ['a list', []],
    ['no id', { type: 'request', name: 'job.list', input: {} }],
    ['an id that is text', { type: 'request', id: '1', name: 'job.list', input: {} }],
    ['a negative id', { type: 'request', id: -1, name: 'job.list', input: {} }],
    ['a broken id', { type: 'request', id: 1.5, name: 'job.list', input: {} }],
    ['an id beyond all counting', { type: 'request', id: 2 ** 60, name: 'job.list', input: {} }],
    ['a second greeting', { type: 'hello', version: contractVersion }],
  ])('hangs up on %s', async (_name, message) => {
    const { say, heard, isClosed } = createPeer(forever);
    say(message);
    await settled();
    expect(isClosed()).toBe(true);
    expect(heard).toEqual([{ type: 'welcome', version: contractVersion }]);
  });

  it('hangs up on an id that is still open', async () => {
    for (const [first, second] of [
      ['request', 'request'],
      ['subscribe', 'subscribe'],
    ]) {
      const { say, isClosed } = createPeer(forever);
      const members = { id: 1, name: 'job.list', topic: 'jobs', input: {} };
      say({ type: first, ...members });
      say({ type: second, ...members });
      await settled();
      expect(isClosed()).toBe(true);
    }
  });

  it('ignores what ends something that is not open', async () => {
    const { say, heard, isClosed } = createPeer(forever);
    say({ type: 'cancel', id: 9 });
    say({ type: 'unsubscribe', id: 9 });
    await settled();
    expect(isClosed()).toBe(false);
    expect(heard).toHaveLength(1);
  });

  it('refuses more open requests than it has room for, until one ends', async () => {
    const { say, heard } = createPeer(forever);
    for (let id = 0; id < openRequestsMax; id += 1) say({ type: 'request', id, name: 'job.list', input: {} });
    await settled();
    expect(heard).toHaveLength(1);
    say({ type: 'request', id: openRequestsMax, name: 'job.list', input: {} });
    await settled();
    expect(heard.slice(1)).toMatchObject([{ type: 'failure', id: openRequestsMax, failure: badRequest }]);
    say({ type: 'cancel', id: 0 });
    say({ type: 'request', id: openRequestsMax + 1, name: 'job.list', input: {} });
    await settled();
    expect(heard).toHaveLength(2);
  });

  it('refuses more subscriptions than it has room for, until one ends', async () => {
    const { say, heard } = createPeer(forever);
    for (let id = 0; id <= subscriptionsMax; id += 1)
      say({ type: 'subscribe', id, topic: 'jobs', input: {} });
    await settled();
    expect(heard.slice(1)).toMatchObject([{ type: 'end', id: subscriptionsMax, failure: badRequest }]);
    say({ type: 'unsubscribe', id: 0 });
    say({ type: 'subscribe', id: 500, topic: 'jobs', input: {} });
    await settled();
    expect(heard).toHaveLength(2);
  });

  it('says nothing more about a cancelled request, even if it is answered after all', async () => {
    const answer = Promise.withResolvers<string>();
    const { say, heard } = createPeer({ ...forever, handle: () => answer.promise });
    say({ type: 'request', id: 1, name: 'job.list', input: {} });
    say({ type: 'cancel', id: 1 });
    await settled();
    answer.resolve('late');
    await settled();
    expect(heard).toHaveLength(1);
  });

  it('does not take a late answer for the answer of a later request with the same id', async () => {
    const answers = [Promise.withResolvers<string>(), Promise.withResolvers<string>()];
    let calls = 0;
    const { say, heard } = createPeer({ ...forever, handle: () => answers[calls++]!.promise });
    say({ type: 'request', id: 1, name: 'job.list', input: {} });
    say({ type: 'cancel', id: 1 });
    say({ type: 'request', id: 1, name: 'job.list', input: {} });
    await settled();
    answers[0]!.resolve('of the first');
    await settled();
    answers[1]!.resolve('of the second');
    await settled();
    expect(heard.slice(1)).toEqual([{ type: 'reply', id: 1, value: 'of the second' }]);
  });

  it('stops a topic that ends while it is being started', async () => {
    const stop = vi.fn();
    const failure: Failure = { code: 'job-not-found', facts: {} };
    const { say, heard } = createPeer({
      ...forever,
      follow: (_topic, _input, emit, end) => {
        end(failure);
        emit('too late');
        end(failure);
        return stop;
      },
    });
    say({ type: 'subscribe', id: 1, topic: 'jobs', input: {} });
    await settled();
    expect(heard.slice(1)).toEqual([{ type: 'end', id: 1, failure }]);
    expect(stop).toHaveBeenCalledOnce();
  });

  it('survives everything that JSON can say', async () => {
    const keys = fc.constantFrom('type', 'id', 'name', 'topic', 'input', 'version', '__proto__');
    const values = fc.oneof(
      fc.jsonValue(),
      fc.nat(3),
      fc.constantFrom(
        'hello',
        'request',
        'cancel',
        'subscribe',
        'unsubscribe',
        'job.list',
        'jobs',
        'constructor',
      ),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(fc.jsonValue(), fc.dictionary(keys, values)), { maxLength: 20 }),
        async (messages) => {
          const { say, heard, close } = createPeer({
            handle: () => Promise.resolve(null),
            follow: () => () => undefined,
          });
          for (const message of messages) say(message);
          await settled();
          expect(heard[0]).toEqual({ type: 'welcome', version: contractVersion });
          close();
        },
      ),
      { numRuns: 300 },
    );
  });
});
