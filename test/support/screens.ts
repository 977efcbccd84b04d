/** How to bring the window into each of its states. */

import type { Page } from 'playwright-core';
import type { JobView } from '../../main/contract/index.ts';
import { afterCuts, everyState, manyJobs, updates } from './scenes.ts';
import type { ScriptedHost } from './scripted-host.ts';

export interface Screen {
  name: string;
  jobs: () => JobView[];
  arrange: (page: Page, host: ScriptedHost) => Promise<void>;
  viewport?: { width: number; height: number };
  schemes?: readonly ('light' | 'dark')[];
}

/** Room for the whole of the details. */
const tall = { width: 1240, height: 1320 };

const row = (page: Page, name: string) => page.getByRole('row', { name: new RegExp(name) }).first();

/** Chooses a job and waits for its details. */
async function choose(page: Page, name: string, tab?: string): Promise<void> {
  await page.getByRole('searchbox').fill(name);
  await row(page, name).click();
  await page.getByRole('searchbox').fill('');
  await page.getByRole('complementary').getByRole('tab').first().waitFor();
  if (tab) await page.getByRole('tab', { name: tab }).click();
}

async function newClone(page: Page, text: string): Promise<void> {
  await page.getByRole('button', { name: 'New clone' }).first().click();
  await page.getByRole('textbox', { name: 'Repository address' }).fill(text);
  await page.waitForTimeout(900);
}

/** Opens the form for a folder, gives it one, and starts if that is what is to be seen. */
async function folder(page: Page, entry: string, path: string, start?: string): Promise<void> {
  await page.getByRole('button', { name: 'More ways to begin' }).click();
  await page.getByRole('menuitem', { name: entry }).click();
  await page.getByRole('textbox', { name: 'Folder' }).fill(path);
  await page.waitForTimeout(500);
  if (start) await page.getByRole('dialog').getByRole('button', { name: start, exact: true }).click();
}

const ready = (page: Page) => page.getByRole('row').first().waitFor();

export const screens: readonly Screen[] = [
  { name: 'empty', jobs: () => [], arrange: (page) => page.getByText('Clone your first').waitFor() },
  { name: 'list', jobs: () => everyState(), arrange: ready },
  {
    name: 'list-multi',
    jobs: () => everyState(),
    async arrange(page) {
      await row(page, 'linux').click();
      await row(page, 'postgres').click({ modifiers: ['Shift'] });
    },
  },
  {
    name: 'list-menu',
    jobs: () => everyState(),
    async arrange(page) {
      await row(page, 'linux').click({ button: 'right' });
      await page.getByRole('menu').waitFor();
    },
  },
  { name: 'detail-progress', jobs: () => everyState(), arrange: (page) => choose(page, 'linux') },
  { name: 'detail-pieces', jobs: () => everyState(), arrange: (page) => choose(page, 'linux', 'Pieces') },
  { name: 'detail-activity', jobs: () => everyState(), arrange: (page) => choose(page, 'linux', 'Activity') },
  { name: 'detail-remote', jobs: () => everyState(), arrange: (page) => choose(page, 'linux', 'Remote') },
  { name: 'detail-retrying', jobs: () => everyState(), arrange: (page) => choose(page, 'rather-long') },
  { name: 'detail-needs-you', jobs: () => everyState(), arrange: (page) => choose(page, 'website') },
  { name: 'detail-failed', jobs: () => everyState(), arrange: (page) => choose(page, 'broken') },
  { name: 'detail-not-found', jobs: () => everyState(), arrange: (page) => choose(page, 'no-such') },
  { name: 'detail-done', jobs: () => everyState(), arrange: (page) => choose(page, 'svelte') },
  { name: 'detail-paused', jobs: () => everyState(), arrange: (page) => choose(page, 'chromium') },
  { name: 'detail-queued', jobs: () => everyState(), arrange: (page) => choose(page, 'gitoxide') },
  {
    name: 'detail-figures-explained',
    jobs: () => afterCuts(),
    async arrange(page) {
      await choose(page, 'many-cuts');
      await page.getByRole('button', { name: 'Explain' }).click();
    },
  },
  {
    name: 'detail-many-cuts',
    jobs: () => afterCuts(),
    viewport: tall,
    arrange: (page) => choose(page, 'many-cuts'),
  },
  {
    name: 'detail-very-many-cuts',
    jobs: () => afterCuts(),
    viewport: tall,
    arrange: (page) => choose(page, 'very-many'),
  },
  {
    name: 'detail-many-cuts-pieces',
    jobs: () => afterCuts(),
    arrange: (page) => choose(page, 'many-cuts', 'Pieces'),
  },
  { name: 'detail-drift', jobs: () => afterCuts(), arrange: (page) => choose(page, 'moving-target') },
  { name: 'detail-too-large', jobs: () => afterCuts(), arrange: (page) => choose(page, 'film-archive') },
  { name: 'updates', jobs: () => updates(), arrange: ready },
  { name: 'update-running', jobs: () => updates(), arrange: (page) => choose(page, 'linux') },
  { name: 'update-done', jobs: () => updates(), viewport: tall, arrange: (page) => choose(page, 'busy') },
  { name: 'update-nothing-new', jobs: () => updates(), arrange: (page) => choose(page, 'quiet') },
  { name: 'update-failed', jobs: () => updates(), arrange: (page) => choose(page, 'lonely') },
  {
    name: 'update-paused-narrow',
    jobs: () => updates(),
    viewport: { width: 760, height: 620 },
    arrange: (page) => choose(page, 'far-too-long'),
  },
  {
    name: 'update-cancel',
    jobs: () => updates(),
    async arrange(page) {
      await choose(page, 'linux');
      await page.getByRole('button', { name: 'Cancel update…' }).click();
    },
  },
  {
    name: 'update-menu',
    jobs: () => updates(),
    async arrange(page) {
      await row(page, 'svelte').click({ button: 'right' });
      await page.getByRole('menuitem', { name: 'Update' }).waitFor();
    },
  },
  {
    name: 'new-menu',
    jobs: () => everyState(),
    async arrange(page) {
      await page.getByRole('button', { name: 'More ways to begin' }).click();
      await page.getByRole('menu').waitFor();
    },
  },
  {
    name: 'update-form',
    jobs: () => everyState(),
    arrange: (page) => folder(page, 'Update a repository', ''),
  },
  {
    name: 'update-form-no-folder',
    jobs: () => everyState(),
    arrange: (page) => folder(page, 'Update a repository', '/home/ada/src/typo'),
  },
  {
    name: 'update-form-refused',
    jobs: () => everyState(),
    async arrange(page) {
      await folder(page, 'Update a repository', '/home/ada/here/plain', 'Update');
      await page.getByText('No repository here').waitFor();
    },
  },
  {
    name: 'update-form-taken',
    jobs: () => everyState(),
    async arrange(page) {
      await folder(page, 'Update a repository', '/home/ada/here/taken', 'Update');
      await page.getByRole('button', { name: 'Show it in the list' }).waitFor();
    },
  },
  {
    name: 'adopt-form',
    jobs: () => everyState(),
    arrange: (page) => folder(page, 'Continue an interrupted', '/home/ada/here/linux'),
  },
  {
    name: 'adopt-form-refused',
    jobs: () => everyState(),
    async arrange(page) {
      await folder(page, 'Continue an interrupted', '/home/ada/here/whole', 'Continue');
      await page.getByRole('button', { name: 'Update the repository instead' }).waitFor();
    },
  },
  {
    name: 'new-clone-empty',
    jobs: () => everyState(),
    arrange: (page) => page.getByRole('button', { name: 'New clone' }).first().click(),
  },
  {
    name: 'new-clone-probed',
    jobs: () => everyState(),
    arrange: (page) => newClone(page, 'https://github.com/sveltejs/svelte.git'),
  },
  {
    name: 'new-clone-no-filter',
    jobs: () => everyState(),
    async arrange(page) {
      await newClone(page, 'https://plain.example.org/full/tool.git');
      await page.getByRole('textbox', { name: 'Folder' }).fill('/home/ada/full');
      await page.getByText('Advanced').click();
      await page.waitForTimeout(400);
    },
  },
  {
    name: 'new-clone-failed',
    jobs: () => everyState(),
    arrange: (page) => newClone(page, 'https://private.example.org/secret.git'),
  },
  {
    name: 'new-clone-several',
    jobs: () => everyState(),
    arrange: (page) =>
      newClone(
        page,
        'https://github.com/a/one.git\nhttps://github.com/a/two.git\nhttps://github.com/a/three.git',
      ),
  },
  {
    name: 'cancel',
    jobs: () => everyState(),
    async arrange(page) {
      await choose(page, 'linux');
      await page.getByRole('button', { name: 'Cancel clone…' }).click();
    },
  },
  {
    name: 'settings',
    jobs: () => everyState(),
    arrange: (page) => page.getByRole('button', { name: 'Settings' }).click(),
  },
  {
    name: 'engine-away',
    jobs: () => everyState(),
    async arrange(page, host) {
      await ready(page);
      host.cut({ refuse: true });
      await page.getByText('reconnecting').waitFor();
    },
  },
  {
    name: 'nothing-found',
    jobs: () => everyState(),
    arrange: (page) => page.getByRole('searchbox').fill('zebra'),
  },
  { name: 'many', jobs: () => manyJobs(), arrange: ready },
  {
    name: 'narrow',
    jobs: () => everyState(),
    viewport: { width: 760, height: 620 },
    arrange: (page) => choose(page, 'linux'),
  },
  { name: 'narrow-list', jobs: () => everyState(), viewport: { width: 720, height: 620 }, arrange: ready },
];
