/** The page in a real browser over its real carrier, with a scripted engine: what component tests cannot see. */

import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { launchChromium } from '../support/chromium.ts';
import { lacks } from '../support/component.ts';
import { afterCuts, everyState, manyJobs } from '../support/scenes.ts';
import { longestTaskMs } from '../support/longest-task.ts';
import {
  buildRenderer,
  startScriptedHost,
  type BuiltRenderer,
  type ScriptedHost,
} from '../support/scripted-host.ts';

/** Without the virtual lists a single turn takes seconds. */
const taskMsMax = 200;

describe.skipIf(lacks('chromium'))('the page', () => {
  let built: BuiltRenderer;
  let browser: Browser;
  let host: ScriptedHost;
  let page: Page;

  beforeAll(async () => {
    built = await buildRenderer();
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser?.close();
    await built?.remove();
  });
  afterEach(async () => {
    await page.context().close();
    await host.close();
  });

  async function open(jobs = everyState()): Promise<void> {
    host = await startScriptedHost(built.directory, jobs);
    page = await (await browser.newContext({ viewport: { width: 1240, height: 780 } })).newPage();
    await page.goto(host.url);
    await page.getByRole('row').first().waitFor();
  }

  const row = (name: string) => page.getByRole('row', { name: new RegExp(name) }).first();

  test('a reload finds its way back without the token in the address', async () => {
    await open();
    expect(page.url()).not.toContain('token');
    await page.reload();
    await row('linux').waitFor();
  });

  test('without the token the page says what it needs', async () => {
    await open();
    const other = await (await browser.newContext()).newPage();
    await other.goto(new URL('/', host.url).href);
    await other.getByRole('heading', { name: 'This page needs its key' }).waitFor();
    await other.context().close();
  });

  test('an engine that stops is announced and come back to, with what changed meanwhile', async () => {
    const jobs = everyState();
    await open(jobs);
    host.cut({ refuse: true });
    await page.getByText('The engine stopped; reconnecting… Nothing is lost.').waitFor();
    host.show(jobs.slice(0, 2));
    host.cut({ refuse: false });
    await page.getByText('reconnecting').waitFor({ state: 'detached' });
    expect(await page.getByRole('row').count()).toBe(2);
  });

  test('the keyboard alone reaches, pauses and opens a clone', async () => {
    const jobs = everyState();
    await open(jobs);
    for (let presses = 0; presses < 30; presses += 1) {
      await page.keyboard.press('Tab');
      if (await page.evaluate(() => document.activeElement?.getAttribute('role') === 'grid')) break;
    }
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Space');
    await expect.poll(() => host.asked.filter(({ name }) => name === 'job.pause')).toHaveLength(1);
    expect(host.asked.find(({ name }) => name === 'job.pause')?.input).toEqual({ ids: [jobs[2]?.id] });
    await page.getByRole('complementary').getByRole('heading', { name: 'git' }).waitFor();
    await page.keyboard.press('Shift+F10');
    await page.getByRole('menu').waitFor();
    await page.keyboard.press('Escape');
    expect(await page.evaluate(() => document.activeElement?.getAttribute('role'))).toBe('grid');
  });

  test('a row dragged onto another goes before it', async () => {
    const jobs = everyState();
    await open(jobs);
    await row('postgres').dragTo(row('linux'));
    await expect.poll(() => host.asked.filter(({ name }) => name === 'job.move')).toHaveLength(1);
    expect(host.asked.find(({ name }) => name === 'job.move')?.input).toEqual({
      id: jobs[3]?.id,
      before: jobs[0]?.id,
    });
  });

  test('the details are made wider with the keyboard', async () => {
    await open();
    await row('linux').click();
    const splitter = page.getByRole('separator', { name: 'Width of the details' });
    const before = Number(await splitter.getAttribute('aria-valuenow'));
    await splitter.focus();
    await page.keyboard.press('ArrowLeft');
    expect(Number(await splitter.getAttribute('aria-valuenow'))).toBeGreaterThan(before);
  });

  test('the piece map is drawn in the colours of its legend', async () => {
    await open();
    await row('linux').click();
    await page.locator('canvas').waitFor();
    const colours = await page.evaluate(() => {
      const canvas = document.querySelector('canvas')!;
      const { data } = canvas.getContext('2d')!.getImageData(4, 4, 1, 1);
      const legend = getComputedStyle(document.querySelector('[data-state="indexed"]')!).backgroundColor;
      return { drawn: `rgb(${data[0]}, ${data[1]}, ${data[2]})`, legend };
    });
    expect(colours.drawn).toBe(colours.legend);
  });

  test('two thousand requests are followed without a stutter', async () => {
    const jobs = afterCuts();
    await open(jobs);
    await row('very-many-cuts').click();
    const map = page.getByRole('img', { name: /^2,000 requests: 1,684 in the repository/ });
    await map.waitFor();
    const [, watched] = jobs;
    const longestMs = await longestTaskMs(browser, page, async () => {
      for (const tab of ['Progress', 'Pieces']) {
        await page.getByRole('tab', { name: tab }).click();
        for (let turn = 0; turn < 6; turn += 1) {
          if (watched) host.change(watched.id, { fraction: 0.81 + turn / 1000, requests: 2001 + turn });
          await page.waitForTimeout(250);
        }
        await map.waitFor();
      }
    });
    console.log(`longest task ${Math.round(longestMs)} ms`);
    expect(longestMs).toBeLessThan(taskMsMax);
  });

  test('a thousand clones of which many change scroll without a stutter', async () => {
    const jobs = manyJobs();
    await open(jobs);
    const paint = await page.evaluate(
      () => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Infinity,
    );
    const changing = setInterval(() => {
      for (let index = 5; index < 200; index += 8) {
        const job = jobs[index];
        if (job) host.change(job.id, { fraction: Math.random() });
      }
    }, 250);
    const longestMs = await longestTaskMs(browser, page, async () => {
      await page.mouse.move(600, 400);
      for (let turn = 0; turn < 60; turn += 1) {
        await page.mouse.wheel(0, 1200);
        await page.waitForTimeout(25);
      }
      clearInterval(changing);
      await page.getByRole('grid').focus();
      await page.keyboard.press('Home');
      await expect.poll(() => page.getByRole('grid').evaluate((grid) => grid.scrollTop)).toBeLessThan(10);
      await page.keyboard.press('End');
      await row('project-1000').waitFor();
      await expect
        .poll(() =>
          page.getByRole('grid').evaluate((grid) => grid.scrollHeight - grid.clientHeight - grid.scrollTop),
        )
        .toBeLessThan(10);
    });
    console.log(`first paint ${Math.round(paint)} ms; longest task ${Math.round(longestMs)} ms`);
    expect(await page.getByRole('row').count()).toBeLessThan(60);
    expect(longestMs).toBeLessThan(taskMsMax);
  });
});
