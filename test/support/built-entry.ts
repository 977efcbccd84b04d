/** Starts run-built-entry.ts in a process of its own and reads what it saw. */

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export interface SeenEntry {
  windowsBeforeReady: number;
  about: { type: string; value?: unknown; failure?: unknown };
  html: { status: number; text: string };
  trayImage: string;
  toolTip: string;
  quitMs: number;
  children: number;
  schemes: string[];
}

/** `root` holds `out/` and `resources/`. Rejects with everything the process said when it failed. */
export async function runBuiltEntry(root: string, home: string): Promise<SeenEntry> {
  const runner = fileURLToPath(new URL('./run-built-entry.ts', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [runner, root], {
    env: { ...process.env, PACKMULE_HOME: home },
    timeout: 60_000,
  });
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as SeenEntry;
}
