/** Puts the parts of the desktop application together: one window, one tray icon, one engine. */

import { join } from 'node:path';
import { app, dialog, Menu, nativeTheme, protocol, session, shell, type BrowserWindow } from 'electron';
import type { ShellHint } from '../contract/index.ts';
import { appMenuTemplate } from './app-menu.ts';
import { keepEngine } from './engine-keeper.ts';
import { followEngine, type EngineFacts } from './follow-engine.ts';
import { carryEnvelopes } from './ipc-carrier.ts';
import type { JobBoard } from './job-board.ts';
import { pageScheme } from './navigation.ts';
import { noticesFor } from './notification-rules.ts';
import { createNotifier } from './notifications.ts';
import { answerPageRequest, listPageFiles } from './page-files.ts';
import { pageHints } from './page-hints.ts';
import { careForPower } from './power.ts';
import { systemClock, type RunningEngine } from './ports.ts';
import { badgeCount, progressBar } from './progress-bar.ts';
import { answerShowItem } from './show-item.ts';
import type { TrayAction } from './tray-menu.ts';
import { createTray } from './tray.ts';
import { guardSession, openWindow, raiseWindow } from './window.ts';

export interface ShellParts {
  /** Where the window keeps its own state; it exists. */
  stateFolder: string;
  /** Starts the engine, or finds the one that runs. */
  ensureEngine(): Promise<RunningEngine>;
}

export interface Shell {
  /** Opens or raises the window, and gives the page a hint when there is one. */
  open(hint?: ShellHint): void;
}

/** The engine answers within a second; a disk that is slow to sync gets three. After that nothing durable is lost either. */
const stopDeadlineMs = 3_000;
const manualUrl = 'https://git-scm.com/docs/git-clone';

/** Must run after `app.whenReady()`. */
export async function runShell(parts: ShellParts): Promise<Shell> {
  const root = app.getAppPath();
  const icon = join(root, 'resources', 'icons', '256x256.png');
  const files = await listPageFiles(join(root, 'out', 'renderer'));
  protocol.handle(pageScheme, (request) => answerPageRequest(request, files));
  guardSession(session.defaultSession);

  let window: BrowserWindow | null = null;
  const hints = pageHints();
  const page = () => window?.webContents ?? null;

  const open = (hint?: ShellHint): void => {
    if (hint !== undefined) hints.give(hint);
    if (window !== null) {
      raiseWindow(window);
      return;
    }
    window = openWindow({
      preload: join(root, 'out', 'preload', 'index.cjs'),
      icon,
      stateFile: join(parts.stateFolder, 'window.json'),
      packaged: app.isPackaged,
      onClosed: () => {
        window = null;
        hints.pageGone();
      },
    });
    if (follower.facts.board !== null) showProgress(follower.facts.board);
  };

  const keeper = keepEngine({ ensure: () => parts.ensureEngine(), clock: systemClock, askToGoOn });
  const follower = followEngine({
    connect: () => keeper.connect(),
    clock: systemClock,
    onConnected: (client) => power.engineConnected(client),
    onChange: showFacts,
  });
  const power = careForPower({ ask: follower.ask, clock: systemClock, onShutdown: () => app.quit() });
  const endCarrier = carryEnvelopes({
    page,
    connect: () => keeper.connect(),
    onPageReady: (ready) => hints.pageReady(ready),
  });
  const endShowItem = answerShowItem({ page, ask: follower.ask, onFailure: report });
  const notifier = createNotifier(icon, (jobId) =>
    open(jobId === null ? undefined : { kind: 'select', jobId }),
  );
  const tray = createTray({ platform: process.platform, iconsFolder: join(root, 'resources', 'tray'), act });
  tray.show(new Map(), null);

  function showFacts(facts: EngineFacts, before: JobBoard | null): void {
    if (facts.settings !== null && nativeTheme.themeSource !== facts.settings.theme) {
      nativeTheme.themeSource = facts.settings.theme;
    }
    if (facts.board === null) return;
    tray.show(facts.board, facts.totals);
    if (facts.board === before) return;
    power.jobsChanged(facts.board);
    showProgress(facts.board);
    notifier.show(noticesFor(before, facts.board, facts.settings?.notifications ?? false));
  }

  function showProgress(board: JobBoard): void {
    const bar = progressBar(board);
    window?.setProgressBar(bar.value, { mode: bar.mode });
    app.setBadgeCount(badgeCount(board));
  }

  function act(action: TrayAction): void {
    switch (action.kind) {
      case 'open':
        return open();
      case 'new-clone':
        return open({ kind: 'new-clone' });
      case 'select':
        return open({ kind: 'select', jobId: action.jobId });
      case 'pause-all':
        return void follower.ask('job.pause', { all: true }).catch(report);
      case 'resume-all':
        return void follower.ask('job.resume', { all: true }).catch(report);
      case 'quit':
        return app.quit();
    }
  }

  async function askToGoOn(lastError: unknown): Promise<boolean> {
    report(lastError);
    const answer = await dialog.showMessageBox({
      type: 'error',
      title: 'Packmule',
      message: 'The part of Packmule that downloads keeps stopping.',
      detail: 'It was started again five times within a minute. Everything that was downloaded is kept.',
      buttons: ['Try again', 'Quit'],
      defaultId: 0,
      cancelId: 1,
      noLink: true,
    });
    if (answer.response === 0) return true;
    app.quit();
    return false;
  }

  Menu.setApplicationMenu(
    Menu.buildFromTemplate(
      appMenuTemplate({
        platform: process.platform,
        development: !app.isPackaged,
        newClone: () => open({ kind: 'new-clone' }),
        openHelp: () => void shell.openExternal(manualUrl).catch(report),
      }),
    ),
  );

  // Without a listener Electron quits when the last window closes; the tray and the clones stay.
  app.on('window-all-closed', () => undefined);
  app.on('activate', () => open());

  let stopping: Promise<void> | null = null;
  let stopped = false;
  app.on('before-quit', (event) => {
    if (stopped) return;
    event.preventDefault();
    stopping ??= stop().then(() => {
      stopped = true;
      app.quit();
    });
  });

  async function stop(): Promise<void> {
    power.stop();
    follower.stop();
    endCarrier();
    endShowItem();
    await keeper.stop(stopDeadlineMs);
    tray.destroy();
  }

  return { open };
}

function report(error: unknown): void {
  console.error('packmule:', error);
}
