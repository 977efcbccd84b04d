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

const guidelines = { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'] };
/** Of these the rules that look at colours: all that another colour scheme can break. */
const colours = { runOnly: ['color-contrast', 'link-in-text-block'] };

/** What axe finds; it must have been brought into the page. */
async function violations(page: Page, rules: { runOnly: string[] }): Promise<string[]> {
  const found = await page.evaluate(async (options) => {
    const { axe } = globalThis as unknown as {
      axe: { run: (options: unknown) => Promise<{ violations: Violation[] }> };
    };
    return (await axe.run(options)).violations;
  }, rules);
  return found.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${node.html.slice(0, 160)} ${node.failureSummary ?? ''}`),
  );
}

/** The colours the page is drawn in, so that nobody takes one scheme for two. */
const background = (page: Page) => page.evaluate(() => getComputedStyle(document.body).backgroundColor);

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

  test.each(screens)('$name, light and dark', async (screen) => {
    const host = await startScriptedHost(built.directory, screen.jobs());
    const context = await browser.newContext({
      colorScheme: 'light',
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
      await page.evaluate(axeSource);
      expect(await violations(page, guidelines)).toEqual([]);
      const light = await background(page);
      await page.emulateMedia({ colorScheme: 'dark' });
      await expect.poll(() => background(page)).not.toBe(light);
      expect(await violations(page, colours)).toEqual([]);
      expect(complaints).toEqual([]);
    } finally {
      await context.close();
      await host.close();
    }
  });
});
