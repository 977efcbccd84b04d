import { expect, it } from 'vitest';
import { createPortPair } from '../../main/api/port-pair.ts';
import { relay } from '../../main/api/relay.ts';
import { serveHost } from '../../main/contract/index.ts';
import type { HostPort } from '../../main/contract/index.ts';
import { describeTransport } from '../contract/transport-conformance.ts';

describeTransport('the in-memory pair', (table) => {
  const hosts: HostPort[] = [];
  const cut = (): void => hosts.forEach((host) => host.close());
  return Promise.resolve({
    open() {
      const { client, host } = createPortPair();
      hosts.push(host);
      serveHost(host, table);
      return Promise.resolve(client);
    },
    cut,
    close: () => Promise.resolve(cut()),
  });
});

describeTransport('two pairs with a relay between', (table) => {
  const hosts: HostPort[] = [];
  const cut = (): void => hosts.forEach((host) => host.close());
  return Promise.resolve({
    open() {
      const near = createPortPair();
      const far = createPortPair();
      hosts.push(far.host);
      relay(near.host, far.client);
      serveHost(far.host, table);
      return Promise.resolve(near.client);
    },
    cut,
    close: () => Promise.resolve(cut()),
  });
});

it('hands over copies, later', async () => {
  const { client, host } = createPortPair();
  const heard: unknown[] = [];
  host.onMessage((message) => heard.push(message));
  const input = { a: 1 };
  client.send({ type: 'request', id: 1, name: 'engine.about', input });
  input.a = 2;
  expect(heard).toEqual([]);
  await Promise.resolve();
  expect(heard).toEqual([{ type: 'request', id: 1, name: 'engine.about', input: { a: 1 } }]);
});
