/** The one window: its page, its walls, and where it stands on the screen. */

import { readFileSync, writeFileSync } from 'node:fs';
import { BrowserWindow, nativeTheme, screen, shell, type Session, type WebContents } from 'electron';
import { externalUrl, isOwnPage, pageUrl } from './navigation.ts';
import { parseWindowState, placeWindow, windowSize, type WindowState } from './window-state.ts';

export interface WindowParts {
  /** Absolute path of the built preload script. */
  preload: string;
  icon: string;
  /** Where the place of the window is kept between starts. */
  stateFile: string;
  packaged: boolean;
  onClosed(): void;
}

/** Painted before the page is there, so that a dark window does not flash white. As the page's own ground. */
const ground = { light: '#ffffff', dark: '#17181b' } as const;

/** Opens the window; it shows itself when its page has been painted once. */
export function openWindow(parts: WindowParts): BrowserWindow {
  const state = readState(parts.stateFile);
  const screens = screen.getAllDisplays().map((display) => display.workArea);
  const window = new BrowserWindow({
    ...placeWindow(state, screens),
    minWidth: windowSize.widthMin,
    minHeight: windowSize.heightMin,
    title: 'Packmule',
    icon: parts.icon,
    show: false,
    autoHideMenuBar: true,
    backgroundColor: nativeTheme.shouldUseDarkColors ? ground.dark : ground.light,
    webPreferences: {
      preload: parts.preload,
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
      devTools: !parts.packaged,
    },
  });
  guardContents(window.webContents);
  window.once('ready-to-show', () => {
    // Not earlier: `maximize` shows a window that is hidden.
    if (state.maximized) window.maximize();
    window.show();
  });
  window.on('close', () => writeState(parts.stateFile, window));
  window.once('closed', () => parts.onClosed());
  // An empty window is better than none: a person sees that something is wrong and can quit.
  window.loadURL(pageUrl).catch(() => window.show());
  return window;
}

/** Brings a window to the front, wherever it was. */
export function raiseWindow(window: BrowserWindow): void {
  if (window.isMinimized()) window.restore();
  window.show();
  window.focus();
}

/**
 * Walls around a page: it never leaves its address, opens no window and holds no other page (Electron documentation,
 * "Security" §13 and §14). A link with `target=_blank` goes to the system's browser, when it is `https`.
 */
export function guardContents(contents: WebContents): void {
  contents.on('will-navigate', (event) => {
    // The page may load itself anew, and nothing else.
    if (!(event.isMainFrame && isOwnPage(event.url))) event.preventDefault();
  });
  contents.on('will-frame-navigate', (event) => {
    if (!(event.isMainFrame && isOwnPage(event.url))) event.preventDefault();
  });
  contents.on('will-redirect', (event) => event.preventDefault());
  contents.on('will-attach-webview', (event) => event.preventDefault());
  contents.setWindowOpenHandler(({ url }) => {
    const external = externalUrl(url);
    if (external !== null) shell.openExternal(external).catch(() => undefined);
    return { action: 'deny' };
  });
}

/** Permissions the page has: to put text on the clipboard when a person clicks "copy". */
const granted = new Set(['clipboard-sanitized-write']);

/** Denies cameras, places, devices, downloads and the rest, for every page of the session. */
export function guardSession(session: Session): void {
  session.setPermissionRequestHandler((contents, permission, callback) => {
    callback(granted.has(permission) && isOwnPage(contents.getURL()));
  });
  session.setPermissionCheckHandler((contents, permission) => {
    return contents !== null && granted.has(permission) && isOwnPage(contents.getURL());
  });
  session.setDevicePermissionHandler(() => false);
  session.setDisplayMediaRequestHandler((_request, callback) => callback(null));
  session.on('will-download', (event) => event.preventDefault());
  session.setSpellCheckerEnabled(false);
}

function readState(file: string): WindowState {
  try {
    return parseWindowState(readFileSync(file, 'utf8'));
  } catch {
    // Not there at the first start.
    return parseWindowState('');
  }
}

function writeState(file: string, window: BrowserWindow): void {
  const state: WindowState = { bounds: window.getNormalBounds(), maximized: window.isMaximized() };
  try {
    writeFileSync(file, JSON.stringify(state));
  } catch {
    // A window in another place at the next start is no reason to disturb anybody.
  }
}
