/** "Show in folder" for a finished job. The page names a job; only the engine knows, and only main uses, the path. */

import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ipcMain, shell, type IpcMainEvent, type WebContents } from 'electron';
import { pageChannels, type Client } from '../contract/index.ts';
import { isTrustedSender } from './sender.ts';

const jobIdCharactersMax = 128;

export interface ShowItemParts {
  page(): WebContents | null;
  ask: Client['ask'];
  /** Called with what went wrong, for the log. */
  onFailure(error: unknown): void;
}

/** Starts listening. Returns the function that ends it. */
export function answerShowItem(parts: ShowItemParts): () => void {
  const onShow = (event: IpcMainEvent, jobId: unknown): void => {
    if (!isTrustedSender(event, parts.page())) return;
    if (typeof jobId !== 'string' || jobId.length === 0 || jobId.length > jobIdCharactersMax) return;
    showItem(parts, jobId).catch((error: unknown) => parts.onFailure(error));
  };
  ipcMain.on(pageChannels.showItem, onShow);
  return () => ipcMain.removeListener(pageChannels.showItem, onShow);
}

async function showItem(parts: ShowItemParts, jobId: string): Promise<void> {
  const { job } = await parts.ask('job.get', { id: jobId });
  if (job.state !== 'done') return;
  if (!(await stat(job.directory)).isDirectory()) return;
  // Shown, never opened: `shell.openPath` on macOS would start a directory whose name ends in `.app`. An entry inside is
  // chosen so that the file manager shows the repository itself, not the directory around it.
  const inside = join(job.directory, '.git');
  const found = await stat(inside).then(
    () => inside,
    () => join(job.directory, 'HEAD'),
  );
  shell.showItemInFolder(found);
}
