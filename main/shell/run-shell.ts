/** Puts the parts of the desktop application together: one window, one tray icon, one engine. */

import { join } from 'node:path';
import { app, dialog, Menu, nativeTheme, protocol, session, shell } from 'electron';
import type { Client, ShellHint } from '../contract/index.ts';
import { appMenuTemplate } from './app-menu.ts';
import { keepEngine } from './engine-keeper.ts';
import { followEngine, type EngineFacts } from './follow-engine.ts';
import { carryEnvelopes } from './ipc-carrier.ts';
import type { JobBoard } from './job-board.ts';
import { createMainWindow } from './main-window.ts';
import { pageScheme } from './navigation.ts';
import { noticesFor } from './notification-rules.ts';
import { createNotifier } from './notifications.ts';
import { answerPageRequest, listPageFiles } from './page-files.ts';
import { careForPower } from './power.ts';
import { systemClock, type RunningEngine } from './ports.ts';
import { answerShowItem } from './show-item.ts';
import { stopBeforeQuit } from './stop-before-quit.ts';
import type { TrayAction } from './tray-menu.ts';
import { createTray } from './tray.ts';
import { guardSession } from './window.ts';

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

  const window = createMainWindow({ root, icon, stateFolder: parts.stateFolder });
  const open = (hint?: ShellHint): void => window.open(hint);
  const page = () => window.page();
  const keeper = keepEngine({ ensure: () => parts.ensureEngine(), clock: systemClock, askToGoOn });
  const follower = followEngine({
    connect: () => keeper.connect(),
    clock: systemClock,
    onConnected: (client) => power.engineConnected(client),
    onChange: showFacts,
  });
  const { ask } = follower;
  const power = careForPower({ ask, clock: systemClock, onShutdown: () => app.quit() });
  const endCarrier = carryEnvelopes({
    page,
    connect: () => keeper.connect(),
    onPageReady: (ready) => window.pageReady(ready),
  });
  const endShowItem = answerShowItem({ page, ask, onFailure: report });
  const notifier = createNotifier(icon, (jobId) =>
    open(jobId === null ? undefined : { kind: 'select', jobId }),
  );
  const tray = createTray({
    platform: process.platform,
    iconsFolder: join(root, 'resources', 'tray'),
    act: (action) => actOn(action, open, ask),
  });
  tray.show(new Map(), null);

  function showFacts(facts: EngineFacts, before: JobBoard | null): void {
    if (facts.settings !== null && nativeTheme.themeSource !== facts.settings.theme) {
      nativeTheme.themeSource = facts.settings.theme;
    }
    if (facts.board === null) return;
    tray.show(facts.board, facts.totals);
    if (facts.board === before) return;
    power.jobsChanged(facts.board);
    window.showProgress(facts.board);
    notifier.show(noticesFor(before, facts.board, facts.settings?.notifications ?? false));
  }

  setAppMenu(open);
  // Without a listener Electron quits when the last window closes; the tray and the clones stay.
  app.on('window-all-closed', () => undefined);
  app.on('activate', () => open());
  stopBeforeQuit(async () => {
    power.stop();
    follower.stop();
    endCarrier();
    endShowItem();
    await keeper.stop(stopDeadlineMs);
    tray.destroy();
  });
  return { open };
}

function actOn(action: TrayAction, open: Shell['open'], ask: Client['ask']): void {
  switch (action.kind) {
    case 'open':
      return open();
    case 'new-clone':
      return open({ kind: 'new-clone' });
    case 'select':
      return open({ kind: 'select', jobId: action.jobId });
    case 'pause-all':
      return void ask('job.pause', { all: true }).catch(report);
    case 'resume-all':
      return void ask('job.resume', { all: true }).catch(report);
    case 'quit':
      return app.quit();
  }
}

function setAppMenu(open: Shell['open']): void {
  const template = appMenuTemplate({
    platform: process.platform,
    development: !app.isPackaged,
    newClone: () => open({ kind: 'new-clone' }),
    openHelp: () => void shell.openExternal(manualUrl).catch(report),
  });
  Menu.setApplicationMenu(Menu.buildFromTemplate(template));
}

/** Quits when the answer is no. */
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

function report(error: unknown): void {
  console.error('packmule:', error);
}
