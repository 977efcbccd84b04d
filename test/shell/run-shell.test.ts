import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { pageChannels } from '../../main/contract/index.ts';
import { runShell } from '../../main/shell/run-shell.ts';
import { app, control, ipcMain, nativeTheme, resetDouble } from '../support/electron-double.ts';
import { FakeEngine, settle } from './fakes.ts';
import { jobView, totalsView } from './job-view.ts';

let folder: string;
beforeEach(() => {
  resetDouble();
  folder = mkdtempSync(join(tmpdir(), 'packmule-shell-'));
  mkdirSync(join(folder, 'out', 'renderer'), { recursive: true });
  writeFileSync(join(folder, 'out', 'renderer', 'index.html'), 'page');
  control.appPath = folder;
});
afterEach(() => rmSync(folder, { recursive: true }));

async function shell() {
  const engine = new FakeEngine();
  const shell = await runShell({ stateFolder: folder, ensureEngine: () => Promise.resolve(engine) });
  await settle();
  const port = engine.ports[0];
  if (port === undefined) throw new Error('the shell did not connect');
  const hello = () => {
    const page = control.windows.at(-1)?.webContents;
    ipcMain.emit(
      pageChannels.envelope,
      { sender: page, senderFrame: page?.mainFrame },
      { type: 'hello', version: 1 },
    );
  };
  const hints = () =>
    control.windows
      .at(-1)
      ?.webContents.sent.filter(([channel]) => channel === pageChannels.hint)
      .map(([, hint]) => hint);
  return { engine, shell, port, hello, hints };
}
const settings = {
  concurrentJobs: 2,
  defaultDirectory: '/src',
  theme: 'dark' as const,
  notifications: true,
  retryTriesMax: 5,
};

describe('runShell', () => {
  it('serves the page, and keeps hints until the page listens', async () => {
    const { shell: running, hello, hints } = await shell();
    expect(
      await (await control.handlers.get('app')?.(new Request('app://packmule/index.html')))?.text(),
    ).toBe('page');
    running.open({ kind: 'fill', url: 'https://example.com/p.git' });
    running.open({ kind: 'new-clone' });
    expect(control.windows).toHaveLength(1);
    expect(hints()).toEqual([]);
    hello();
    expect(hints()).toEqual([{ kind: 'fill', url: 'https://example.com/p.git' }, { kind: 'new-clone' }]);
    running.open({ kind: 'select', jobId: 'a' });
    expect(hints()).toHaveLength(3);
  });

  it('follows the engine: bar, badge, tray, theme, notifications', async () => {
    const { shell: running, port, hello, hints } = await shell();
    running.open();
    hello();
    port.change('settings', settings);
    expect(nativeTheme.themeSource).toBe('dark');
    port.change('jobs', {
      all: [jobView({ id: 'a', fraction: 0.5 }), jobView({ id: 'old', state: 'failed' })],
    });
    port.change('totals', totalsView({ rateBytesPerSecond: 5000 }));
    expect(control.windows[0]?.progress.at(-1)).toEqual([0.5, 'normal']);
    expect(control.called('app.setBadgeCount').at(-1)).toEqual([1]);
    expect(control.trays[0]?.toolTip).toBe('Packmule · 1 active, 5.0 kB/s · 1 failed');
    expect(control.blockers.size).toBe(1);
    expect(control.notifications).toEqual([]);
    port.change('jobs', { changed: [jobView({ id: 'a', state: 'done', fraction: 1 })] });
    expect(control.notifications.map((one) => [one.options.title, one.shown])).toEqual([
      ['a is cloned', true],
    ]);
    expect(control.windows[0]?.progress.at(-1)).toEqual([-1, 'none']);
    expect(control.blockers.size).toBe(0);
    control.notifications[0]?.emit('click');
    expect(hints()).toEqual([{ kind: 'select', jobId: 'a' }]);
  });

  it('stays in the tray without a window, and opens another one from there', async () => {
    const { shell: running, port } = await shell();
    running.open();
    control.windows[0]?.close();
    app.emit('window-all-closed');
    port.change('jobs', { all: [jobView({ id: 'a', fraction: 0.5 })] });
    expect(control.called('app.quit')).toEqual([]);
    const click = (label: string) =>
      control.trays[0]?.menu.find((item) => item.label === label)?.click?.({} as never, undefined, {});
    click('Pause all');
    expect(port.asked()).toEqual([{ name: 'job.pause', input: { all: true } }]);
    click('Open Packmule');
    expect(control.windows).toHaveLength(2);
    expect(control.windows[1]?.progress).toEqual([[0.5, 'normal']]);
  });

  it('does not notify again of what it knew when the engine comes back', async () => {
    const { engine, port } = await shell();
    const done = jobView({ id: 'a', state: 'done' });
    port.change('settings', settings);
    port.change('jobs', { all: [done, jobView({ id: 'b' })] });
    engine.exit();
    await new Promise((resolve) => setTimeout(resolve, 1200));
    const again = engine.ports.at(-1);
    expect(again).not.toBe(port);
    again?.change('jobs', { all: [done, jobView({ id: 'b', state: 'failed' })] });
    expect(control.notifications.map((one) => one.options.title)).toEqual(['b could not be cloned']);
  });

  it('stops the engine before it quits, and quits once', async () => {
    const { engine, shell: running } = await shell();
    running.open();
    let quits = 0;
    app.on('quit', () => (quits += 1));
    app.quit();
    app.quit();
    expect(quits).toBe(0);
    await settle();
    expect([engine.stops, quits, control.trays[0]?.destroyed]).toEqual([1, 1, true]);
    expect(ipcMain.eventNames()).toEqual([]);
  });
});
