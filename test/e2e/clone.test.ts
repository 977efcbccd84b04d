/** A person clones in a browser: the built page, `packmule serve`, the real engine process and the real `git http-backend`. */

import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { makeBigRepo } from '../support/big-repo.ts';
import { launchChromium } from '../support/chromium.ts';
import { expectSameAsGitClone } from '../support/compare.ts';
import { lacks } from '../support/component.ts';
import { git } from '../support/git.ts';
import { startGitHttpServer, type GitHttpServer } from '../support/git-http-server.ts';
import { serveWithEngine, type ServedInterface } from '../support/served-interface.ts';
import { makeTempDir, removeTempDirs } from '../support/temp.ts';

/** At this pace the pack of about five MiB takes some fifteen seconds. */
const slowly = { bytesPerSecond: 350_000 };
const partial = { 'uploadpack.allowFilter': 'true', 'uploadpack.allowAnySHA1InWant': 'true' };

describe.skipIf(lacks('chromium'))('cloning in the browser', () => {
  let repository: string;
  let server: GitHttpServer;
  let served: ServedInterface;
  let browser: Browser;
  let page: Page;
  let folder: string;
  /** Whatever the page complained of: scripts, the content policy, what could not be loaded. */
  const complaints: string[] = [];

  beforeAll(async () => {
    repository = await makeBigRepo({ objects: 3_000, assetBytes: 4 * 1024 * 1024 });
    server = await startGitHttpServer({ root: dirname(repository), config: partial });
    served = await serveWithEngine(makeTempDir('home'));
    browser = await launchChromium();
    folder = makeTempDir('clones');
    page = await browser.newPage({ viewport: { width: 1240, height: 780 } });
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(served.url);
    await page.getByText('Clone your first repository').waitFor();
  });
  afterEach(() => {
    server.onRequest = undefined;
    expect(complaints).toEqual([]);
  });
  afterAll(async () => {
    await browser?.close();
    await served?.stop();
    await server?.close();
    removeTempDirs();
  });

  const address = () => `${server.url}/${basename(repository)}`;
  const row = (name: string) => page.getByRole('row', { name: new RegExp(name) });
  const tab = (name: string) => page.getByRole('tab', { name }).click();
  const details = () => page.getByRole('complementary');
  const said = (name: string) => row(name).locator('.sentence');
  const until = (where: Locator, text: RegExp, timeout = 60_000) =>
    expect.poll(() => where.textContent(), { timeout, interval: 20 }).toMatch(text);
  /** Of the row's bar, in per cent; 0 before anybody knows. */
  const here = async (name: string) =>
    Number((await row(name).getByRole('progressbar').getAttribute('aria-valuenow')) ?? 0);
  const figure = async (label: string) =>
    (await details().locator('dl > div', { hasText: label }).locator('dd').first().textContent()) ?? '';

  /** With keys only; ends with the form filled in and both of its questions answered. */
  async function fillIn(url: string, target: string): Promise<void> {
    await page.keyboard.press('Control+n');
    await page.getByRole('dialog', { name: 'New clone' }).waitFor();
    await page.keyboard.type(url);
    await page.getByText('answered').waitFor();
    const field = page.getByRole('textbox', { name: 'Folder' });
    // Filled in by itself when the answer came; before that, typing would be overwritten.
    await expect.poll(() => field.inputValue()).not.toBe('');
    for (let presses = 0; presses < 10; presses += 1) {
      await page.keyboard.press('Tab');
      if (await field.evaluate((element) => element === document.activeElement)) break;
    }
    await page.keyboard.press('Control+a');
    await page.keyboard.type(target);
    await page.getByText('A new folder will be made').waitFor();
  }

  /** From a field of the form to its button, and presses it. */
  async function startByKeyboard(): Promise<void> {
    await page.getByRole('textbox', { name: 'Repository address' }).focus();
    await page.keyboard.press('Enter');
    await page.locator('dialog').waitFor({ state: 'detached' });
  }

  async function leaveDialog(): Promise<void> {
    await page.keyboard.press('Escape');
    await page.locator('dialog').waitFor({ state: 'detached' });
  }

  async function expectClone(target: string): Promise<void> {
    const theirs = join(makeTempDir('git'), basename(target));
    await git(['clone', '-q', address(), theirs]);
    await expectSameAsGitClone(target, theirs);
  }

  test('adds, watches, pauses, reloads, resumes, loses the engine, and is done', async () => {
    const target = join(folder, 'project');
    server.onRequest = () => ({ ...slowly, delayMs: 50 });
    await fillIn(address(), target);
    const probe = page.getByRole('dialog');
    await expect(probe.textContent()).resolves.toMatch(/10 branches, 3 tags/);
    await expect(probe.textContent()).resolves.toContain('Partial clone: yes');
    expect(await page.getByLabel('Branch').first().locator('option').first().textContent()).toBe(
      'main (default)',
    );
    await startByKeyboard();

    await until(said('project'), /^Downloading · \d+ % · [\d.]+ KiB\/s/);
    const sizes: string[] = [];
    for (let looks = 0; looks < 3; looks += 1) {
      sizes.push(await figure('Received'));
      await sleep(600);
    }
    expect(new Set(sizes).size, `received ${sizes.join(', ')}`).toBe(3);
    expect(await details().getByRole('list', { name: 'Stages' }).textContent()).toMatch(
      /Download\s+[\d,]+ of [\d,]+ objects/,
    );

    await page.getByRole('grid').focus();
    const asked = performance.now();
    await page.keyboard.press('Space');
    while (server.openConnections > 0) await sleep(5);
    expect(performance.now() - asked).toBeLessThan(1_000);
    await until(said('project'), /^Paused · \d+ % here$/);
    const paused = await here('project');
    expect(paused).toBeGreaterThan(0);

    await page.reload();
    await until(said('project'), /^Paused · \d+ % here$/);
    expect(await here('project')).toBe(paused);
    expect(page.url()).not.toContain('token');

    await row('project').click();
    await page.keyboard.press('Space');
    await until(said('project'), /^Downloading · \d+ % · [\d.]+ KiB\/s/);
    expect(await here('project'), 'what had arrived still counts').toBeGreaterThanOrEqual(paused);

    const before = await served.enginePid();
    await served.killEngine();
    await page.getByText('The engine stopped; reconnecting… Nothing is lost.').waitFor();
    await page.getByText('reconnecting').waitFor({ state: 'detached' });
    await until(said('project'), /^Downloading/);
    expect(await served.enginePid()).not.toBe(before);

    server.onRequest = undefined;
    server.dropConnections();
    await until(said('project'), /^Done · /);
    await expectClone(target);
  });

  test('goes on after every cut, and shows what each try brought', async () => {
    const target = join(folder, 'cut');
    await fillIn(address(), target);
    let cuts = 0;
    server.onRequest = ({ method }) => {
      if (method !== 'POST' || cuts >= 14) return undefined;
      cuts += 1;
      return { bytesPerSecond: 800_000, cutAfterBytes: 400_000 };
    };
    await startByKeyboard();
    await until(said('cut'), /^Done · /);
    await expectClone(target);

    await row('cut').click();
    expect(await figure('Saved by resuming')).toMatch(/^\d+(\.\d)? [KM]iB$/);
    expect(await figure('Useful')).toMatch(/ MiB$/);
    expect(await figure('Wasted')).not.toBe('');
    // The first ones teach how much a connection carries.
    expect(Number(await figure('Interruptions'))).toBeGreaterThan(1);
    expect(await details().textContent()).toContain('is asked for exactly the objects that are missing');
    await tab('Pieces');
    const attempts = details().getByRole('table');
    await attempts
      .getByText(/\d whole objects kept/)
      .first()
      .waitFor();
    await attempts.getByText('Connection lost').first().waitFor();
    // A map for the pack and one for all requests after it, however many they were.
    expect(await details().locator('canvas').count()).toBe(2);
    await details()
      .getByRole('img', { name: /^\d+ requests: .*\d+ cut off, its whole objects kept/ })
      .waitFor();
  });

  test('waits in words while the server has gone, and goes on by itself', async () => {
    const target = join(folder, 'waiting');
    await fillIn(address(), target);
    let broken = true;
    server.onRequest = ({ method }) =>
      method === 'POST' && broken ? { status: 503, headers: { 'Retry-After': '2' } } : undefined;
    await startByKeyboard();
    await until(said('waiting'), /^Waiting \d+ s: /);
    // Nothing has arrived, so nothing is said about keeping it.
    expect(await said('waiting').textContent()).not.toContain('kept');
    broken = false;
    await until(said('waiting'), /^Done · /);
    await expectClone(target);
  });

  const trouble = [
    ['not-a-url', () => 'nonsense', 'Not a repository address'],
    ['scheme', () => 'gopher://example.com/project.git', 'Unknown kind of address'],
    ['refused', () => 'http://127.0.0.1:9/project.git', 'Connection refused'],
    ['missing', () => `${server.url}/missing.git`, 'Repository not found'],
    ['no-host', () => 'http://packmule.invalid/project.git', 'Server not found'],
  ] as const;

  test.each(trouble)('says what is wrong and what to do: %s', async (name, url, title) => {
    await page.keyboard.press('Control+n');
    await page.keyboard.type(url());
    const dialog = page.getByRole('dialog');
    await dialog.getByText(title).waitFor();
    expect(await dialog.getByRole('button', { name: /Try again|Change the address/ }).count()).toBe(1);
    await page.getByRole('textbox', { name: 'Folder' }).fill(join(folder, name));
    const start = page.getByRole('button', { name: 'Clone', exact: true });
    if (name === 'not-a-url' || name === 'scheme') {
      // No engine could do anything with it.
      expect(await start.isDisabled()).toBe(true);
      await leaveDialog();
    } else {
      await start.click();
      await until(said(name), new RegExp(`^${title}: `));
      await row(name).click();
      const notice = await details().textContent();
      expect(notice).not.toContain('already downloaded');
      expect(notice).not.toContain('service=git-upload-pack');
      expect(await details().getByRole('button', { name: 'Try again' }).count()).toBe(1);
      await page.keyboard.press('Delete');
      await row(name).waitFor({ state: 'detached' });
    }
    expect(readdirSync(folder).filter((entry) => entry.includes(name))).toEqual([]);
  });

  test('does not touch a folder that has something in it', async () => {
    const target = join(folder, 'mine');
    mkdirSync(target);
    writeFileSync(join(target, 'letter'), 'mine\n');
    await page.keyboard.press('Control+n');
    await page.keyboard.type(address());
    await page.getByText('answered').waitFor();
    await page.getByRole('textbox', { name: 'Folder' }).fill(target);
    await page.getByText('The folder already has something in it. Choose another one.').waitFor();
    expect(await page.getByRole('button', { name: 'Clone', exact: true }).isDisabled()).toBe(true);
    await leaveDialog();
    expect(readdirSync(target)).toEqual(['letter']);
  });

  test('keeps settings over a reload and a new engine', async () => {
    await page.keyboard.press('Control+,');
    const concurrent = page.getByLabel('Clones at the same time');
    await concurrent.fill('2');
    await page.getByLabel('Appearance').selectOption('Dark');
    await expect.poll(() => page.evaluate(() => document.documentElement.dataset['theme'])).toBe('dark');
    await leaveDialog();
    await served.killEngine();
    await page.getByText('reconnecting').waitFor();
    await page.getByText('reconnecting').waitFor({ state: 'detached' });
    await page.reload();
    await row('project').waitFor();
    expect(await page.evaluate(() => document.documentElement.dataset['theme'])).toBe('dark');
    await page.keyboard.press('Control+,');
    expect(await concurrent.inputValue()).toBe('2');
    await leaveDialog();
  });

  test('removes a clone that was under way with all it had begun', async () => {
    const target = join(folder, 'unwanted');
    await fillIn(address(), target);
    server.onRequest = () => slowly;
    await startByKeyboard();
    await until(said('unwanted'), /^Downloading · \d+ % · [\d.]+ KiB\/s/);
    await row('unwanted').click();
    await page.keyboard.press('Space');
    await until(said('unwanted'), /^Paused/);
    expect(readdirSync(folder)).toContain('.unwanted.packmule');
    await page.keyboard.press('Delete');
    await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
    await row('unwanted').waitFor({ state: 'detached' });
    await expect.poll(() => readdirSync(folder).filter((entry) => entry.includes('unwanted'))).toEqual([]);
    // Finished repositories stay, on the disk and off the list.
    await row('project').click();
    await page.keyboard.press('Delete');
    await row('project').waitFor({ state: 'detached' });
    expect(readdirSync(folder)).toContain('project');
  });
});
