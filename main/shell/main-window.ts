/** The one window over time: opened when somebody wants it, gone and opened again, with its hints and its progress bar. */

import { join } from 'node:path';
import { app, type BrowserWindow, type WebContents } from 'electron';
import type { ShellHint } from '../contract/index.ts';
import type { JobBoard } from './job-board.ts';
import { pageHints } from './page-hints.ts';
import { badgeCount, progressBar } from './progress-bar.ts';
import { openWindow, raiseWindow } from './window.ts';

export interface MainWindowParts {
  /** Folder of the application's files. */
  root: string;
  icon: string;
  /** Where the window keeps its own state; it exists. */
  stateFolder: string;
}

export interface MainWindow {
  /** Opens or raises the window, and gives the page a hint when there is one. */
  open(hint?: ShellHint): void;
  /** The page, while there is a window. */
  page(): WebContents | null;
  /** The page listens for hints from now on. */
  pageReady(page: WebContents): void;
  /** On the window's bar, now and when it is opened again, and on the application's badge. */
  showProgress(board: JobBoard): void;
}

export function createMainWindow(parts: MainWindowParts): MainWindow {
  const hints = pageHints();
  let window: BrowserWindow | null = null;
  let board: JobBoard | null = null;

  const show = (shown: JobBoard): void => {
    const bar = progressBar(shown);
    window?.setProgressBar(bar.value, { mode: bar.mode });
    app.setBadgeCount(badgeCount(shown));
  };

  return {
    open: (hint) => {
      if (hint !== undefined) hints.give(hint);
      if (window !== null) {
        raiseWindow(window);
        return;
      }
      window = openWindow({
        preload: join(parts.root, 'out', 'preload', 'index.cjs'),
        icon: parts.icon,
        stateFile: join(parts.stateFolder, 'window.json'),
        packaged: app.isPackaged,
        onClosed: () => {
          window = null;
          hints.pageGone();
        },
      });
      if (board !== null) show(board);
    },
    page: () => window?.webContents ?? null,
    pageReady: (page) => hints.pageReady(page),
    showProgress: (next) => {
      board = next;
      show(next);
    },
  };
}
