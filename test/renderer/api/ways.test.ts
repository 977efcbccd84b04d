import { beforeEach, expect, test } from 'vitest';
import type { ClientEnvelope, HostEnvelope, PageBridge } from '../../../main/contract/index.ts';
import { bridgePorts } from '../../../renderer/api/bridge-port.ts';
import { engineDoor } from '../../../renderer/api/open.ts';
import { takeToken } from '../../../renderer/api/token.ts';

beforeEach(() => {
  sessionStorage.clear();
  history.replaceState(null, '', '/');
});

test('the token is taken out of the address and survives a reload', () => {
  history.replaceState(null, '', '/?a=1#token=abc_-1');
  expect(takeToken(window)).toBe('abc_-1');
  expect(location.hash).toBe('');
  expect(location.search).toBe('?a=1');
  expect(takeToken(window)).toBe('abc_-1');
});

test('a new address brings a new token', () => {
  sessionStorage.setItem('packmule.token', 'old');
  history.replaceState(null, '', '/#token=new');
  expect(takeToken(window)).toBe('new');
});

test('without bridge and token there is no way in', () => expect(engineDoor(window)).toBeNull());

function fakeBridge() {
  const sent: ClientEnvelope[] = [];
  let message: (envelope: HostEnvelope) => void = () => undefined;
  let close: () => void = () => undefined;
  const bridge: PageBridge = {
    platform: 'linux',
    send: (envelope) => sent.push(envelope),
    onMessage: (listener) => (message = listener),
    onClose: (listener) => (close = listener),
    onHint: () => undefined,
    showItem: () => undefined,
  };
  return { bridge, sent, message: (envelope: HostEnvelope) => message(envelope), close: () => close() };
}

test('each port of the bridge hears only its own time', () => {
  const { bridge, sent, message, close } = fakeBridge();
  const open = bridgePorts(bridge);
  const heard: string[] = [];
  const first = open();
  first.onMessage((envelope) => heard.push(`first ${envelope.type}`));
  first.onClose(() => heard.push('first closed'));
  message({ type: 'welcome', version: 1 });
  close();
  close();
  const second = open();
  second.onMessage((envelope) => heard.push(`second ${envelope.type}`));
  message({ type: 'welcome', version: 1 });
  first.send({ type: 'hello', version: 1 });
  second.send({ type: 'cancel', id: 7 });
  expect(heard).toEqual(['first welcome', 'first closed', 'second welcome']);
  expect(sent).toEqual([{ type: 'cancel', id: 7 }]);
});

test('a port that was closed here hears of it, as of any other end', () => {
  const open = bridgePorts(fakeBridge().bridge);
  const port = open();
  let closed = 0;
  port.onClose(() => (closed += 1));
  port.close();
  port.close();
  expect(closed).toBe(1);
});
