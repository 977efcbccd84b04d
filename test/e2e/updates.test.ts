/** A person updates a repository, and goes on with a clone that was killed, in a browser: real engine, real git, real server. */

import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeBigRepo } from '../support/big-repo.ts';
import { launchChromium } from '../support/chromium.ts';
import { expectSameAsGitClone } from '../support/compare.ts';
import { lacks } from '../support/component.ts';
import { git, gitEnvironment } from '../support/git.ts';
import { startGitHttpServer, type GitHttpServer } from '../support/git-http-server.ts';
import { serveWithEngine, type ServedInterface } from '../support/served-interface.ts';
import { makeTempDir, removeTempDirs } from '../support/temp.ts';

const partial = { 'uploadpack.allowFilter': 'true', 'uploadpack.allowAnySHA1InWant': 'true' };

describe.skipIf(lacks('chromium'))('updating in the browser', () => {
  let repository: string;
  let server: GitHttpServer;
  let served: ServedInterface;
  let browser: Browser;
  let page: Page;
  let folder: string;

  beforeAll(async () => {
    const kept = await makeBigRepo({ objects: 1_500, assetBytes: 2 * 1024 * 1024 });
    // The kept one is everybody's, and these tests add branches.
    repository = join(makeTempDir('served'), basename(kept));
    cpSync(kept, repository, { recursive: true });
    server = await startGitHttpServer({ root: dirname(repository), config: partial });
    served = await serveWithEngine(makeTempDir('home'));
    folder = makeTempDir('repositories');
    browser = await launchChromium();
    page = await browser.newPage({ viewport: { width: 1240, height: 780 } });
    await page.goto(served.url);
    await page.getByText('Clone your first repository').waitFor();
  });
  afterAll(async () => {
    await browser?.close();
    await served?.stop();
    await server?.close();
    removeTempDirs();
  });

  const address = () => `${server.url}/${basename(repository)}`;
  const said = (name: string) =>
    page
      .getByRole('row', { name: new RegExp(name) })
      .first()
      .locator('.sentence');
  const details = () => page.getByRole('complementary');
  const dialog = () => page.getByRole('dialog');

  async function start(entry: string, path: string, button: string): Promise<void> {
    await page.getByRole('button', { name: 'More ways to begin' }).click();
    await page.getByRole('menuitem', { name: entry }).click();
    await dialog().getByRole('textbox', { name: 'Folder' }).fill(path);
    await dialog().getByText('The folder is there.').waitFor();
    await dialog().getByRole('button', { name: button, exact: true }).click();
  }

  /** Runs `git clone` over a slow line until some of its pack is on the disk, and kills it with its children. */
  async function killedClone(directory: string): Promise<void> {
    server.limits = { bytesPerSecond: 500_000 };
    const words = ['clone', '--quiet', address(), directory];
    const child = spawn('git', words, { env: gitEnvironment, detached: true, stdio: 'ignore' });
    const gone = new Promise((resolve) => child.once('close', resolve));
    const packs = join(directory, '.git/objects/pack');
    for (let bytes = 0; bytes < 400_000; await sleep(20)) {
      const name = (await readdir(packs).catch(() => [])).find((each) => each.startsWith('tmp_pack_'));
      bytes = name === undefined ? 0 : (await stat(join(packs, name))).size;
    }
    process.kill(-(child.pid ?? 0), 'SIGKILL');
    await gone;
    server.limits = {};
  }

  test('a folder without a repository is refused kindly, and the form stays', async () => {
    const plain = join(folder, 'plain');
    mkdirSync(plain);
    writeFileSync(join(plain, 'letter.txt'), 'Dear Ada');
    await start('Update a repository…', plain, 'Update');
    await dialog().getByText('No repository here').waitFor();
    expect(await dialog().getByRole('textbox', { name: 'Folder' }).inputValue()).toBe(plain);
    await page.keyboard.press('Escape');
    await dialog().waitFor({ state: 'detached' });
  });

  test('a repository is updated, shows what changed, and then is up to date', async () => {
    const ours = join(folder, 'ours');
    await git(['clone', '--quiet', address(), ours]);
    await git(['-C', repository, 'branch', 'topic/new', 'main']);
    await git(['-C', repository, 'tag', 'v1', 'main~1']);
    await start('Update a repository…', ours, 'Update');
    await expect.poll(() => said('ours').textContent(), { timeout: 30_000 }).toMatch(/^Updated · /);
    await details().getByText('1 new branch, 1 new tag').waitFor();
    expect((await git(['-C', ours, 'rev-parse', 'origin/topic/new'])).trim()).toBe(
      (await git(['-C', repository, 'rev-parse', 'main'])).trim(),
    );
    await details().getByRole('button', { name: 'Update', exact: true }).click();
    await details().getByText('Already up to date.').waitFor();
  });

  test('a killed clone is gone on with, and a whole repository is not', async () => {
    const killed = join(folder, 'killed');
    await killedClone(killed);
    await start('Continue an interrupted clone…', join(folder, 'ours'), 'Continue');
    await dialog().getByText('Nothing to go on with').waitFor();
    await dialog().getByRole('textbox', { name: 'Folder' }).fill(killed);
    await dialog().getByText('The folder is there.').waitFor();
    await dialog().getByRole('button', { name: 'Continue', exact: true }).click();
    await expect.poll(() => said('killed').textContent(), { timeout: 60_000 }).toMatch(/^Done · /);
    const theirs = join(makeTempDir('git'), 'killed');
    await git(['clone', '--quiet', address(), theirs]);
    await expectSameAsGitClone(killed, theirs);
  });
});
