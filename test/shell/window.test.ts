import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserWindow as RealWindow, Session, WebContents } from 'electron';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { guardSession, openWindow, raiseWindow } from '../../main/shell/window.ts';
import type { BrowserWindow } from '../support/electron-double.ts';
import { control, FakeContents, FakeSession, nativeTheme, resetDouble } from '../support/electron-double.ts';

let folder: string;
beforeEach(() => {
  resetDouble();
  folder = mkdtempSync(join(tmpdir(), 'packmule-window-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function open(over: { packaged?: boolean; onClosed?: () => void } = {}): BrowserWindow {
  const parts = {
    preload: '/p/index.cjs',
    icon: '/i.png',
    stateFile: join(folder, 'window.json'),
    packaged: false,
    onClosed() {},
  };
  return openWindow({ ...parts, ...over }) as unknown as BrowserWindow;
}

describe('openWindow', () => {
  it('has every wall up', () => {
    for (const packaged of [true, false]) {
      expect(open({ packaged }).options.webPreferences).toEqual({
        preload: '/p/index.cjs',
        contextIsolation: true,
        sandbox: true,
        nodeIntegration: false,
        nodeIntegrationInWorker: false,
        nodeIntegrationInSubFrames: false,
        webSecurity: true,
        allowRunningInsecureContent: false,
        webviewTag: false,
        navigateOnDragDrop: false,
        spellcheck: false,
        devTools: !packaged,
      });
    }
  });
  it('loads its own page and shows itself when that is painted', () => {
    const window = open();
    expect(window.loaded).toEqual(['app://packmule/index.html']);
    expect(window.visible).toBe(false);
    window.emit('ready-to-show');
    expect(window.visible).toBe(true);
  });
  it('has the ground of the theme', () => {
    const light = open().options.backgroundColor;
    nativeTheme.shouldUseDarkColors = true;
    expect(open().options.backgroundColor).not.toBe(light);
    nativeTheme.shouldUseDarkColors = false;
  });
  it('comes back where it was', () => {
    let closed = 0;
    const first = open({ onClosed: () => (closed += 1) });
    first.maximized = true;
    first.close();
    expect(closed).toBe(1);
    expect(JSON.parse(readFileSync(join(folder, 'window.json'), 'utf8'))).toEqual({
      bounds: first.bounds,
      maximized: true,
    });
    const second = open();
    expect(second.options).toMatchObject({ x: 10, y: 20, width: 900, height: 600 });
    expect(second.maximized).toBe(false);
    second.emit('ready-to-show');
    expect(second.maximized).toBe(true);
  });
  it('opens with a broken state file', () => {
    writeFileSync(join(folder, 'window.json'), '{"bounds":');
    expect(open().options).toMatchObject({ width: 1180, height: 760 });
  });
});

describe('raiseWindow', () => {
  it('brings it back from anywhere', () => {
    const window = open();
    window.minimized = true;
    raiseWindow(window as unknown as RealWindow);
    expect([window.minimized, window.visible, control.called('window.focus').length]).toEqual([
      false,
      true,
      1,
    ]);
  });
});

describe('walls around the page', () => {
  const prevented = (event: string, details: object): boolean => {
    const contents = open().webContents;
    let was = false;
    contents.emit(event, { preventDefault: () => (was = true), ...details });
    return was;
  };
  it.each(['will-navigate', 'will-frame-navigate'])('%s: only to itself, only the main frame', (event) => {
    expect(prevented(event, { isMainFrame: true, url: 'app://packmule/index.html' })).toBe(false);
    expect(prevented(event, { isMainFrame: false, url: 'app://packmule/index.html' })).toBe(true);
    for (const url of [
      'https://example.com/',
      'file:///x',
      'app://evil/',
      'javascript:1',
      'packmule://clone?url=x',
    ]) {
      expect(prevented(event, { isMainFrame: true, url })).toBe(true);
    }
    expect(control.opened).toEqual([]);
  });
  it('no redirect, no webview', () => {
    expect(prevented('will-redirect', { isMainFrame: true, url: 'app://packmule/index.html' })).toBe(true);
    expect(prevented('will-attach-webview', {})).toBe(true);
  });
  it('no windows; https links go to the browser of the system', () => {
    const contents = open().webContents;
    for (const url of [
      'https://example.com/a',
      'http://example.com/',
      'file:///x',
      'ms-msdt:/id',
      'about:blank',
      'app://packmule/index.html',
    ]) {
      expect(
        contents.openHandler?.({ url } as Parameters<NonNullable<typeof contents.openHandler>>[0]),
      ).toEqual({ action: 'deny' });
    }
    expect(control.opened).toEqual(['https://example.com/a']);
  });
});

describe('guardSession', () => {
  const session = new FakeSession();
  const page = (url: string): WebContents => {
    const contents = new FakeContents();
    contents.mainFrame.url = url;
    return contents as unknown as WebContents;
  };
  const own = page('app://packmule/index.html');
  guardSession(session as unknown as Session);
  const requested = (contents: WebContents, permission: string): boolean => {
    let granted = false;
    session.request?.(contents, permission as 'media', (answer) => (granted = answer), {} as never);
    return granted;
  };
  const checked = (contents: WebContents | null, permission: string): boolean | undefined =>
    session.check?.(contents, permission as 'media', '', {} as never);

  it.each([
    'media',
    'geolocation',
    'notifications',
    'midi',
    'pointerLock',
    'fullscreen',
    'openExternal',
    'clipboard-read',
    'hid',
    'usb',
    'serial',
    'fileSystem',
    'display-capture',
    'local-fonts',
    'unknown',
  ])('denies %s', (permission) => {
    expect(requested(own, permission)).toBe(false);
    expect(checked(own, permission)).toBe(false);
  });
  it('lets our page, and no other, write to the clipboard', () => {
    expect([requested(own, 'clipboard-sanitized-write'), checked(own, 'clipboard-sanitized-write')]).toEqual([
      true,
      true,
    ]);
    for (const other of [page('https://example.com/'), page('')]) {
      expect([
        requested(other, 'clipboard-sanitized-write'),
        checked(other, 'clipboard-sanitized-write'),
      ]).toEqual([false, false]);
    }
    expect(checked(null, 'clipboard-sanitized-write')).toBe(false);
  });
  it('gives no device, screen, download or dictionary', () => {
    expect(session.device?.({} as never)).toBe(false);
    let streams: unknown = 'none yet';
    session.display?.({} as never, (answer) => (streams = answer));
    expect(streams).toBeNull();
    let stopped = false;
    session.emit('will-download', { preventDefault: () => (stopped = true) });
    expect(stopped).toBe(true);
    expect(session.spellChecker).toBe(false);
  });
});
