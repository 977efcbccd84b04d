/**
 * Takes pictures of the interface in every state, light and dark, in a real browser: `node test/renderer/screens.ts
 * [folder] [names…]`. To be looked at by a person; what can be checked by a machine is in test/e2e/accessibility.test.ts.
 */

import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launchChromium } from '../support/chromium.ts';
import { screens } from '../support/screens.ts';
import { buildRenderer, startScriptedHost } from '../support/scripted-host.ts';

const folder = process.argv[2] ?? join(tmpdir(), 'packmule-screens');
const names = process.argv.slice(3);
await mkdir(folder, { recursive: true });
const built = await buildRenderer();
const browser = await launchChromium();
try {
  for (const screen of screens.filter(({ name }) => names.length === 0 || names.includes(name))) {
    for (const colorScheme of screen.schemes ?? (['light', 'dark'] as const)) {
      const host = await startScriptedHost(built.directory, screen.jobs());
      const context = await browser.newContext({
        colorScheme,
        viewport: screen.viewport ?? { width: 1240, height: 780 },
      });
      const page = await context.newPage();
      page.on('console', (message) => {
        if (message.type() !== 'debug') console.log(`${screen.name}: ${message.type()}: ${message.text()}`);
      });
      page.on('pageerror', (error) => console.log(`${screen.name}: ${error.message}`));
      await page.goto(host.url);
      await screen.arrange(page, host);
      await page.waitForTimeout(250);
      await page.screenshot({ path: join(folder, `${screen.name}-${colorScheme}.png`) });
      await context.close();
      await host.close();
    }
  }
} finally {
  await browser.close();
  await built.remove();
}
