/** The built entry of the desktop application, in plain Node: see run-built-entry.ts for what is real in it. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runBuiltEntry } from '../support/built-entry.ts';

let home: string;
beforeAll(async () => (home = await mkdtemp(join(tmpdir(), 'packmule-entry-'))));
afterAll(() => rm(home, { recursive: true, force: true }));

it('gets ready, opens its window, reaches the engine and quits within a second', async () => {
  const root = fileURLToPath(new URL('../../', import.meta.url));
  const seen = await runBuiltEntry(root, home);
  expect(seen.windowsBeforeReady).toBe(0);
  expect(seen.about).toMatchObject({ type: 'reply', value: { contractVersion: 1, home } });
  expect(seen.html.status).toBe(200);
  expect(seen.html.text).toContain('<script type="module"');
  expect(seen.trayImage).toContain(join('resources', 'tray'));
  expect(seen.toolTip).toBe('Packmule');
  expect(seen.children).toBe(1);
  expect(seen.schemes).toEqual(['app']);
  // One second is the promise; the rest is a slow machine.
  expect(seen.quitMs).toBeLessThan(3_000);
});
