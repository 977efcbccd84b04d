import type { WebContents } from 'electron';
import { beforeEach, describe, expect, it } from 'vitest';
import { pageChannels } from '../../main/contract/index.ts';
import { carryEnvelopes } from '../../main/shell/ipc-carrier.ts';
import { FakeContents, FakeFrame, ipcMain, resetDouble } from '../support/electron-double.ts';
import { FakeEngine, settle } from './fakes.ts';

const hello = { type: 'hello', version: 1 };
const ask = { type: 'request', id: 1, name: 'job.list', input: {} };

function carrier() {
  const engine = new FakeEngine();
  let page = new FakeContents();
  const ready: unknown[] = [];
  const end = carryEnvelopes({
    page: () => page as unknown as WebContents,
    connect: () => engine.connect(),
    onPageReady: (contents) => ready.push(contents),
  });
  const send = (message: unknown, from: { sender?: unknown; senderFrame?: unknown } = {}) =>
    ipcMain.emit(pageChannels.envelope, { sender: page, senderFrame: page.mainFrame, ...from }, message);
  return { engine, end, send, ready, page: () => page, newPage: () => (page = new FakeContents()) };
}

beforeEach(resetDouble);

describe('carryEnvelopes', () => {
  it('opens a connection on hello, keeps the order, and brings answers back', async () => {
    const { engine, send, page, ready } = carrier();
    send(hello);
    send(ask);
    await settle();
    send({ type: 'cancel', id: 1 });
    expect(engine.ports).toHaveLength(1);
    expect(engine.ports[0]?.sent).toEqual([hello, ask, { type: 'cancel', id: 1 }]);
    expect(ready).toEqual([page()]);
    engine.ports[0]?.say({ type: 'welcome', version: 1 });
    expect(page().sent).toEqual([[pageChannels.envelope, { type: 'welcome', version: 1 }]]);
  });

  it('tells the page when the engine goes, and opens anew on the next hello', async () => {
    const { engine, send, page } = carrier();
    send(hello);
    await settle();
    engine.ports[0]?.close();
    expect(page().sent).toEqual([[pageChannels.close]]);
    send(ask);
    await settle();
    expect(engine.ports).toHaveLength(1);
    send(hello);
    await settle();
    expect(engine.ports).toHaveLength(2);
  });

  it('tells the page when no engine can be had', async () => {
    const { engine, send, page } = carrier();
    engine.refuses = true;
    send(hello);
    await settle();
    expect(page().sent).toEqual([[pageChannels.close]]);
  });

  it('gives a second hello a fresh connection and ends the first without a word', async () => {
    const { engine, send, page } = carrier();
    send(hello);
    send(hello);
    await settle();
    send(ask);
    expect(engine.ports.map((port) => [port.closed, port.sent.length])).toEqual([
      [true, 0],
      [false, 2],
    ]);
    expect(page().sent).toEqual([]);
  });

  it.each(['destroyed', 'render-process-gone', 'navigation'])('hangs up on %s', async (what) => {
    const { engine, send, page } = carrier();
    send(hello);
    await settle();
    if (what === 'navigation') {
      page().emit('did-start-navigation', { isMainFrame: true, isSameDocument: true });
      page().emit('did-start-navigation', { isMainFrame: false, isSameDocument: false });
      expect(engine.ports[0]?.closed).toBe(false);
      page().emit('did-start-navigation', { isMainFrame: true, isSameDocument: false });
    } else {
      page().destroyed = what === 'destroyed';
      page().emit(what);
    }
    expect(engine.ports[0]?.closed).toBe(true);
    expect(page().sent).toEqual([]);
    engine.ports[0]?.say({ type: 'welcome', version: 1 });
    expect(page().sent).toEqual([]);
  });

  it('hangs up on a page that was closed while the connection was being made', async () => {
    const { engine, send, page } = carrier();
    send(hello);
    page().destroyed = true;
    page().emit('destroyed');
    await settle();
    expect(engine.ports.map((port) => [port.closed, port.sent])).toEqual([[true, []]]);
  });

  it('leaves no listeners behind', async () => {
    const { engine, send, page, end } = carrier();
    for (let i = 0; i < 5; i++) {
      send(hello);
      await settle();
    }
    end();
    expect(engine.ports.every((port) => port.closed)).toBe(true);
    expect(
      ['destroyed', 'render-process-gone', 'did-start-navigation'].map((name) => page().listenerCount(name)),
    ).toEqual([0, 0, 0]);
    expect(ipcMain.listenerCount(pageChannels.envelope)).toBe(0);
  });

  it('hangs up on what is no envelope and on a flood', async () => {
    const { engine, send, page } = carrier();
    send(hello);
    await settle();
    send({ type: 'nonsense' });
    expect(engine.ports[0]?.closed).toBe(true);
    expect(page().sent).toEqual([[pageChannels.close]]);
    send(hello);
    for (let i = 0; i < 300; i++) send(ask);
    expect(page().sent).toHaveLength(2);
  });

  it('does not hear strangers', async () => {
    const { engine, send, page, newPage } = carrier();
    const frame = (over: Partial<FakeFrame>) => Object.assign(new FakeFrame(), over);
    const as = (over: Partial<FakeFrame>) => {
      page().mainFrame = frame(over);
      send(hello);
    };
    send(hello, { senderFrame: null });
    send(hello, { senderFrame: frame({}) });
    send(hello, { senderFrame: frame({ parent: page().mainFrame }) });
    send(hello, { sender: new FakeContents() });
    as({ url: 'https://evil.example/' });
    as({ url: 'file:///index.html' });
    as({ url: 'app://packmule.evil/index.html' });
    as({ url: 'about:blank' });
    as({ url: '' });
    as({ detached: true });
    page().mainFrame = frame({});
    page().destroyed = true;
    send(hello);
    const old = page();
    newPage();
    send(hello, { sender: old, senderFrame: old.mainFrame });
    await settle();
    expect(engine.ports).toEqual([]);
    send(hello);
    await settle();
    expect(engine.ports).toHaveLength(1);
  });
});
