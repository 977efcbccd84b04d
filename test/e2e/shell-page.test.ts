/**
 * The built page as the desktop window gets it: the shell's own answers, with their content policy, and the built preload
 * script in front. Chromium alone cannot be given a scheme of ours, so the answers are served under another name.
 */

import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { answerPageRequest, listPageFiles } from '../../main/shell/page-files.ts';
import { launchChromium } from '../support/chromium.ts';

const out = fileURLToPath(new URL('../../out/', import.meta.url));
const standIn = 'https://packmule.test';

let browser: Browser;
let page: Page;
const complaints: string[] = [];

beforeAll(async () => {
  const files = await listPageFiles(`${out}renderer`);
  const preload = await readFile(`${out}preload/index.cjs`, 'utf8');
  browser = await launchChromium();
  page = await browser.newPage();
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.route('**/*', async (route) => {
    const request = route.request();
    if (new URL(request.url()).host === 'example.com') {
      // There, and good: only the policy stands in its way.
      await route.fulfill({
        path: fileURLToPath(new URL('../../resources/icons/16x16.png', import.meta.url)),
      });
      return;
    }
    const url = request.url().replace(standIn, 'app://packmule');
    const answer = await answerPageRequest({ url, method: request.method() }, files);
    await route.fulfill({
      status: answer.status,
      headers: Object.fromEntries(answer.headers),
      body: Buffer.from(await answer.arrayBuffer()),
    });
  });
  await page.addInitScript(`(() => {
    globalThis.sentToMain = [];
    const require = () => ({
      contextBridge: { exposeInMainWorld: (name, value) => { globalThis[name] = value; } },
      ipcRenderer: { on: () => undefined, send: (...args) => { globalThis.sentToMain.push(args); } },
    });
    (function (require, process) {${preload}
    })(require, { platform: 'linux' });
  })();`);
  await page.goto(`${standIn}/index.html`);
});
afterAll(() => browser?.close());

it('starts under the policy of the shell without a complaint, and greets the engine through the bridge', async () => {
  await page.waitForFunction(
    () => (globalThis as unknown as { sentToMain: unknown[] }).sentToMain.length > 0,
  );
  const sent = await page.evaluate(() => (globalThis as unknown as { sentToMain: unknown[][] }).sentToMain);
  expect(sent[0]).toEqual(['packmule:envelope', { type: 'hello', version: 1 }]);
  expect(complaints).toEqual([]);
});

it('cannot fetch, evaluate or load from elsewhere', async () => {
  const outcome = await page.evaluate(async () => {
    const script = document.createElement('script');
    script.textContent = 'globalThis.inlineRan = true';
    document.head.append(script);
    const fetched = await fetch('/index.html').then(
      () => 'fetched',
      () => 'refused',
    );
    const image = await new Promise((resolve) => {
      const element = new Image();
      element.onload = () => resolve('loaded');
      element.onerror = () => resolve('refused');
      element.src = 'https://example.com/x.png';
    });
    return { inline: 'inlineRan' in globalThis, fetched, image };
  });
  expect(outcome).toEqual({ inline: false, fetched: 'refused', image: 'refused' });
});
