import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WebContents } from 'electron';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Client } from '../../main/contract/index.ts';
import { pageChannels } from '../../main/contract/index.ts';
import { answerShowItem } from '../../main/shell/show-item.ts';
import { control, FakeContents, ipcMain, resetDouble } from '../support/electron-double.ts';
import { jobView } from './job-view.ts';

let folder: string;
beforeEach(() => {
  resetDouble();
  folder = mkdtempSync(join(tmpdir(), 'packmule-show-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function show(jobId: unknown, state: 'done' | 'downloading' = 'done', directory = folder) {
  const page = new FakeContents();
  const asked: unknown[] = [];
  const failures: unknown[] = [];
  const ask = ((_name: string, input: unknown) => {
    asked.push(input);
    return Promise.resolve({ job: jobView({ id: 'a', state, directory }) });
  }) as unknown as Client['ask'];
  const end = answerShowItem({
    page: () => page as unknown as WebContents,
    ask,
    onFailure: (error) => failures.push(error),
  });
  ipcMain.emit(pageChannels.showItem, { sender: page, senderFrame: page.mainFrame }, jobId);
  const stranger = new FakeContents();
  ipcMain.emit(pageChannels.showItem, { sender: stranger, senderFrame: stranger.mainFrame }, jobId);
  await new Promise((resolve) => setTimeout(resolve, 50));
  end();
  expect(ipcMain.listenerCount(pageChannels.showItem)).toBe(0);
  return { asked, failures, shown: control.shown };
}

describe('answerShowItem', () => {
  it('shows the repository of a finished job, for our page only', async () => {
    mkdirSync(join(folder, '.git'));
    expect(await show('a')).toEqual({ asked: [{ id: 'a' }], failures: [], shown: [join(folder, '.git')] });
  });
  it('shows a bare repository by its HEAD', async () => {
    writeFileSync(join(folder, 'HEAD'), '');
    expect((await show('a')).shown).toEqual([join(folder, 'HEAD')]);
  });
  it('shows nothing of a job that is not done', async () => {
    expect((await show('a', 'downloading')).shown).toEqual([]);
  });
  it('shows nothing when the directory is gone', async () => {
    const { shown, failures } = await show('a', 'done', join(folder, 'gone'));
    expect([shown, failures.length]).toEqual([[], 1]);
  });
  it.each([
    ['no text', 3],
    ['nothing', ''],
    ['too long', 'a'.repeat(129)],
    ['a list', ['a']],
  ])('does not ask for %s', async (_name, id) => {
    expect((await show(id)).asked).toEqual([]);
  });
});
