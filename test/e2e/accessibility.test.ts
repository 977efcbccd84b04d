/** Every screen in a real browser, light and dark: axe finds nothing, the page breaks no policy and logs no error. */

import { createRequire } from 'node:module';
import { readFile } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchChromium } from '../support/chromium.ts';
import { lacks } from '../support/component.ts';
import { screens } from '../support/screens.ts';
import { buildRenderer, startScriptedHost, type BuiltRenderer } from '../support/scripted-host.ts';

const axeSource = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface Violation {
  id: string;
  nodes: { html: string; failureSummary?: string }[];
}

async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axeSource);
  const found = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: { run: (options: unknown) => Promise<{ violations: Violation[] }> };
    };
    return (await axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'] })).violations;
  });
  return found.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${node.html.slice(0, 160)} ${node.failureSummary ?? ''}`),
  );
}

describe.skipIf(lacks('chromium'))('accessibility', () => {
  let built: BuiltRenderer;
  let browser: Browser;

  beforeAll(async () => {
    built = await buildRenderer();
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser?.close();
    await built?.remove();
  });

  describe.each(['light', 'dark'] as const)('%s', (colorScheme) => {
    test.each(screens)('$name', async (screen) => {
      const host = await startScriptedHost(built.directory, screen.jobs());
      const context = await browser.newContext({
        colorScheme,
        viewport: screen.viewport ?? { width: 1240, height: 780 },
        reducedMotion: 'reduce',
      });
      try {
        const page = await context.newPage();
        const complaints: string[] = [];
        page.on('pageerror', (error) => complaints.push(error.message));
        page.on('console', (message) => {
          // A page whose engine is away keeps knocking; the browser logs each closed door.
          if (message.type() === 'error' && !message.text().includes('WebSocket'))
            complaints.push(message.text());
        });
        await page.goto(host.url);
        await screen.arrange(page, host);
        expect(await violations(page)).toEqual([]);
        expect(complaints).toEqual([]);
      } finally {
        await context.close();
        await host.close();
      }
    });
  });
});
