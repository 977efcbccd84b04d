/** The real desktop application, wherever Electron's binary is there and a display to show it on. */

import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { _electron } from 'playwright-core';
import { describe, expect, it } from 'vitest';

/** Looked up by hand: importing the package `electron` would start a download. */
function electronBinary(): string | null {
  const folder = dirname(createRequire(import.meta.url).resolve('electron/package.json'));
  const override = process.env['ELECTRON_OVERRIDE_DIST_PATH'];
  const pathFile = join(folder, 'path.txt');
  const name = existsSync(pathFile) ? readFileSync(pathFile, 'utf8').trim() : 'electron';
  const binary = join(override ?? join(folder, 'dist'), name);
  return existsSync(binary) ? binary : null;
}

const binary = electronBinary();
const display =
  process.platform !== 'linux' ||
  process.env['DISPLAY'] !== undefined ||
  process.env['WAYLAND_DISPLAY'] !== undefined;
const reason =
  binary === null ? "Electron's binary is not installed" : display ? null : 'there is no display';
if (reason !== null)
  console.warn(`NOT RUN: "the real Electron application" (test/e2e/electron-smoke.test.ts): ${reason}.`);

describe.skipIf(reason !== null)(
  `the real Electron application${reason === null ? '' : ` (not run: ${reason})`}`,
  () => {
    it('opens a sandboxed page that reaches the engine, and quits', async () => {
      const home = await mkdtemp(join(tmpdir(), 'packmule-electron-'));
      const root = fileURLToPath(new URL('../../', import.meta.url));
      const application = await _electron.launch({
        executablePath: binary ?? '',
        args: [root, ...(process.platform === 'linux' ? ['--no-sandbox'] : [])],
        env: { ...(process.env as Record<string, string>), PACKMULE_HOME: home },
      });
      try {
        const page = await application.firstWindow();
        expect(page.url()).toBe('app://packmule/index.html');
        const walls = await page.evaluate(() => [
          typeof globalThis.require,
          typeof globalThis.process,
          typeof window.packmule,
        ]);
        expect(walls).toEqual(['undefined', 'undefined', 'object']);
        await page
          .getByRole('button', { name: /new clone/i })
          .first()
          .waitFor();
        const refused = await page.evaluate(() =>
          fetch('https://example.com/').then(
            () => 'fetched',
            () => 'refused',
          ),
        );
        expect(refused).toBe('refused');
      } finally {
        await application.close();
        await rm(home, { recursive: true, force: true });
      }
    });
  },
);
