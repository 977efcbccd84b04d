/**
 * A double of the part of Electron that the shell uses, for Node: `electron` resolves to this file in the node project
 * and in the run of the built entry. Every method is checked against Electron's own types below; what was called is
 * kept, and events are sent by hand. It has no behaviour of its own beyond what its documentation promises.
 */

import { EventEmitter } from 'node:events';
import type * as Electron from 'electron';

type Theme = 'shouldUseDarkColors' | 'shouldUseDarkColorsForSystemIntegratedUI' | 'themeSource';
type Call = [name: string, ...args: unknown[]];
type OpenHandler = Parameters<Electron.WebContents['setWindowOpenHandler']>[0];

/** What tests look at and turn. */
export const control = {
  calls: [] as Call[],
  windows: [] as BrowserWindow[],
  trays: [] as Tray[],
  notifications: [] as Notification[],
  menus: [] as Electron.MenuItemConstructorOptions[][],
  children: [] as FakeChild[],
  schemes: [] as Electron.CustomScheme[],
  handlers: new Map<string, (request: Request) => Response | Promise<Response>>(),
  opened: [] as string[],
  shown: [] as string[],
  blockers: new Set<number>(),
  lock: true,
  packaged: false,
  online: true,
  appPath: '/nowhere',
  dialogAnswer: 0,
  screens: [{ x: 0, y: 0, width: 1920, height: 1080 }],
  /** Replaced by the run of the built entry, which starts real processes. */
  fork: null as null | ((entry: string, env: NodeJS.ProcessEnv) => FakeChild),
  /** Resolves `app.whenReady()`; real Electron does so only after the entry has been evaluated. */
  ready: (): void => undefined,
  called: (name: string): unknown[][] =>
    control.calls.filter((call) => call[0] === name).map((call) => call.slice(1)),
};

const note = (...call: Call): void => void control.calls.push(call);

class FakeApp extends EventEmitter {
  #ready = new Promise<void>((resolve) => (control.ready = resolve));
  get isPackaged(): boolean {
    return control.packaged;
  }
  whenReady(): Promise<void> {
    return this.#ready;
  }
  /** As in Electron: `before-quit` may prevent it; then windows close, and the process ends. */
  quit(): void {
    note('app.quit');
    let prevented = false;
    this.emit('before-quit', { preventDefault: () => (prevented = true) });
    if (!prevented) this.emit('quit', {}, 0);
  }
  exit(code?: number): void {
    note('app.exit', code);
  }
  enableSandbox(): void {
    note('app.enableSandbox');
  }
  setAppUserModelId(id: string): void {
    note('app.setAppUserModelId', id);
  }
  setPath(name: string, path: string): void {
    note('app.setPath', name, path);
  }
  getAppPath(): string {
    return control.appPath;
  }
  requestSingleInstanceLock(): boolean {
    return control.lock;
  }
  setAsDefaultProtocolClient(scheme: string): boolean {
    note('app.setAsDefaultProtocolClient', scheme);
    return true;
  }
  setBadgeCount(count?: number): boolean {
    note('app.setBadgeCount', count);
    return true;
  }
}
export const app = new FakeApp();

export class FakeFrame {
  url = 'app://packmule/index.html';
  detached = false;
  parent: FakeFrame | null = null;
}

let lastContentsId = 0;
export class FakeContents extends EventEmitter {
  readonly id = ++lastContentsId;
  mainFrame = new FakeFrame();
  sent: [channel: string, ...args: unknown[]][] = [];
  destroyed = false;
  openHandler: OpenHandler | null = null;
  isDestroyed(): boolean {
    return this.destroyed;
  }
  send(channel: string, ...args: unknown[]): void {
    if (this.destroyed) throw new TypeError('Object has been destroyed');
    this.sent.push([channel, ...args]);
  }
  getURL(): string {
    return this.mainFrame.url;
  }
  setWindowOpenHandler(handler: OpenHandler): void {
    this.openHandler = handler;
  }
}

export class BrowserWindow extends EventEmitter {
  readonly webContents = new FakeContents();
  readonly options: Electron.BrowserWindowConstructorOptions;
  bounds = { x: 10, y: 20, width: 900, height: 600 };
  maximized = false;
  minimized = false;
  visible: boolean;
  loaded: string[] = [];
  progress: [value: number, mode: string | undefined][] = [];
  constructor(options: Electron.BrowserWindowConstructorOptions = {}) {
    super();
    this.options = options;
    this.visible = options.show ?? true;
    control.windows.push(this);
  }
  loadURL(url: string): Promise<void> {
    this.loaded.push(url);
    return Promise.resolve();
  }
  show(): void {
    this.visible = true;
  }
  focus(): void {
    note('window.focus');
  }
  restore(): void {
    this.minimized = false;
  }
  maximize(): void {
    this.maximized = true;
    this.visible = true;
  }
  isMinimized(): boolean {
    return this.minimized;
  }
  isMaximized(): boolean {
    return this.maximized;
  }
  getNormalBounds(): Electron.Rectangle {
    return this.bounds;
  }
  setProgressBar(value: number, options?: Electron.ProgressBarOptions): void {
    this.progress.push([value, options?.mode]);
  }
  /** As when a person closes it. */
  close(): void {
    this.emit('close', { preventDefault: () => undefined });
    this.webContents.destroyed = true;
    this.webContents.emit('destroyed');
    this.emit('closed');
  }
}

export class Tray extends EventEmitter {
  image: unknown;
  toolTip = '';
  menu: Electron.MenuItemConstructorOptions[] = [];
  destroyed = false;
  constructor(image: unknown) {
    super();
    this.image = image;
    control.trays.push(this);
  }
  setImage(image: unknown): void {
    this.image = image;
  }
  setToolTip(text: string): void {
    this.toolTip = text;
  }
  setContextMenu(menu: unknown): void {
    this.menu = (menu as { template: Electron.MenuItemConstructorOptions[] }).template;
  }
  destroy(): void {
    this.destroyed = true;
  }
}

export class Notification extends EventEmitter {
  readonly options: Electron.NotificationConstructorOptions;
  shown = false;
  static isSupported(): boolean {
    return true;
  }
  constructor(options: Electron.NotificationConstructorOptions = {}) {
    super();
    this.options = options;
    control.notifications.push(this);
  }
  show(): void {
    this.shown = true;
  }
}

export class FakeChild extends EventEmitter {
  pid: number | undefined = 4711;
  posted: unknown[] = [];
  postMessage(message: unknown): void {
    this.posted.push(message);
  }
  kill(): boolean {
    note('child.kill');
    return true;
  }
}

export const utilityProcess = {
  fork(entry: string, args?: string[], options?: Electron.ForkOptions): FakeChild {
    note('utilityProcess.fork', entry, args, options);
    const child = control.fork?.(entry, options?.env as NodeJS.ProcessEnv) ?? new FakeChild();
    control.children.push(child);
    return child;
  },
};

export const Menu = {
  buildFromTemplate: (template: Electron.MenuItemConstructorOptions[]) => ({ template }),
  setApplicationMenu: (menu: unknown) =>
    void control.menus.push((menu as { template: Electron.MenuItemConstructorOptions[] }).template),
};

export const ipcMain = new EventEmitter();
export const powerMonitor = new EventEmitter();
const theme: { -readonly [N in Theme]: Electron.NativeTheme[N] } = {
  shouldUseDarkColors: false,
  shouldUseDarkColorsForSystemIntegratedUI: false,
  themeSource: 'system',
};
export const nativeTheme = Object.assign(new EventEmitter(), theme);
export const nativeImage = { createFromPath: (path: string) => ({ path }) };
export const net = { isOnline: () => control.online };
export const screen = { getAllDisplays: () => control.screens.map((workArea) => ({ workArea })) };
export const dialog = {
  showMessageBox: (options: Electron.MessageBoxOptions) => {
    note('dialog.showMessageBox', options);
    return Promise.resolve({ response: control.dialogAnswer, checkboxChecked: false });
  },
};
export const shell = {
  openExternal: (url: string) => {
    control.opened.push(url);
    return Promise.resolve();
  },
  showItemInFolder: (path: string) => void control.shown.push(path),
};
let lastBlocker = 0;
export const powerSaveBlocker = {
  start: (type: 'prevent-app-suspension' | 'prevent-display-sleep') => {
    note('powerSaveBlocker.start', type);
    control.blockers.add(++lastBlocker);
    return lastBlocker;
  },
  stop: (id: number) => control.blockers.delete(id),
};
export const protocol = {
  registerSchemesAsPrivileged: (schemes: Electron.CustomScheme[]) => void control.schemes.push(...schemes),
  handle: (scheme: string, handler: (request: Request) => Response | Promise<Response>) =>
    void control.handlers.set(scheme, handler),
};

export class FakeSession extends EventEmitter {
  request: Parameters<Electron.Session['setPermissionRequestHandler']>[0] = null;
  check: Parameters<Electron.Session['setPermissionCheckHandler']>[0] = null;
  device: Parameters<Electron.Session['setDevicePermissionHandler']>[0] = null;
  display: Parameters<Electron.Session['setDisplayMediaRequestHandler']>[0] = null;
  spellChecker = true;
  setPermissionRequestHandler(handler: typeof this.request): void {
    this.request = handler;
  }
  setPermissionCheckHandler(handler: typeof this.check): void {
    this.check = handler;
  }
  setDevicePermissionHandler(handler: typeof this.device): void {
    this.device = handler;
  }
  setDisplayMediaRequestHandler(handler: typeof this.display): void {
    this.display = handler;
  }
  setSpellCheckerEnabled(enabled: boolean): void {
    this.spellChecker = enabled;
  }
}
export const session = { defaultSession: new FakeSession() };

/** Back to the state of a fresh start, without listeners. */
export function resetDouble(): void {
  for (const emitter of [app, ipcMain, powerMonitor, nativeTheme]) emitter.removeAllListeners();
  for (const list of [
    control.calls,
    control.windows,
    control.trays,
    control.notifications,
    control.menus,
    control.children,
    control.schemes,
    control.opened,
    control.shown,
  ]) {
    list.length = 0;
  }
  control.handlers.clear();
  control.blockers.clear();
  Object.assign(control, { lock: true, packaged: false, online: true, dialogAnswer: 0, fork: null });
  nativeTheme.themeSource = 'system';
}

// --- Checks by the compiler that the double offers what Electron offers, method by method. Events are left out: the
// overloads of Electron's `on` cannot be met by Node's emitter.

type Methods<T, K extends keyof T> = { [N in K]: T[N] };
type Loose<T> = {
  [N in keyof T]: T[N] extends (...args: infer A) => unknown ? (...args: A) => unknown : T[N];
};

app satisfies Loose<
  Methods<
    Electron.App,
    | 'whenReady'
    | 'quit'
    | 'exit'
    | 'enableSandbox'
    | 'setAppUserModelId'
    | 'getAppPath'
    | 'requestSingleInstanceLock'
    | 'setAsDefaultProtocolClient'
    | 'setBadgeCount'
    | 'isPackaged'
  >
>;
session.defaultSession satisfies Methods<
  Electron.Session,
  | 'setPermissionRequestHandler'
  | 'setPermissionCheckHandler'
  | 'setDevicePermissionHandler'
  | 'setDisplayMediaRequestHandler'
  | 'setSpellCheckerEnabled'
>;
BrowserWindow satisfies new (
  options?: Electron.BrowserWindowConstructorOptions,
) => Methods<
  Electron.BrowserWindow,
  | 'loadURL'
  | 'show'
  | 'focus'
  | 'restore'
  | 'maximize'
  | 'isMinimized'
  | 'isMaximized'
  | 'getNormalBounds'
  | 'setProgressBar'
  | 'close'
>;
FakeContents satisfies new () => Methods<
  Electron.WebContents,
  'id' | 'isDestroyed' | 'send' | 'getURL' | 'setWindowOpenHandler'
>;
Tray satisfies new (
  image: string,
) => Loose<Methods<Electron.Tray, 'setImage' | 'setToolTip' | 'setContextMenu' | 'destroy'>>;
Notification satisfies new (
  options?: Electron.NotificationConstructorOptions,
) => Methods<Electron.Notification, 'show'>;
FakeChild satisfies new () => Methods<Electron.UtilityProcess, 'pid' | 'postMessage' | 'kill'>;
net satisfies Methods<Electron.Net, 'isOnline'>;
dialog satisfies {
  showMessageBox(options: Electron.MessageBoxOptions): ReturnType<Electron.Dialog['showMessageBox']>;
};
shell satisfies Methods<Electron.Shell, 'openExternal' | 'showItemInFolder'>;
powerSaveBlocker satisfies Loose<Methods<Electron.PowerSaveBlocker, 'start' | 'stop'>>;
