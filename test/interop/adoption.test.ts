/** A `git clone` or `git fetch` that was really killed, gone on with: what git had downloaded does not come again. */

import { spawn } from 'node:child_process';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { JobDetail } from '../../main/contract/index.ts';
import { expectSameAsGitClone } from '../support/compare.ts';
import { git, gitEnvironment } from '../support/git.ts';
import { noise } from '../support/noise.ts';
import { runPackmule, startEngine, waitForJob } from '../support/packmule.ts';
import { makeTempDir } from '../support/temp.ts';
import {
  answered,
  changes,
  commit,
  ended,
  expectSameAsGitFetch,
  facts,
  scene,
  serveWithoutFilters,
  setUpdateScene,
  twoClones,
  url,
} from '../support/updates.ts';

setUpdateScene();

const fileBytes = 200_000;
const files = 12;

async function manyFiles(): Promise<void> {
  for (let number = 1; number <= files; number++) {
    await commit('main', `data/${number}.bin`, noise(fileBytes, number));
  }
}

async function leftPack(directory: string): Promise<string | undefined> {
  const packs = join(directory, 'objects', 'pack');
  const name = (await readdir(packs).catch(() => [])).find((each) => each.startsWith('tmp_pack_'));
  return name === undefined ? undefined : join(packs, name);
}

/** Runs git over a slow line until its unfinished pack has so many bytes, and kills it and all its children. */
async function killedGit(words: string[], gitDir: string, bytes: number): Promise<number> {
  scene.server.limits = { bytesPerSecond: 1_500_000 };
  const child = spawn('git', words, { env: gitEnvironment, detached: true, stdio: 'ignore' });
  const gone = new Promise((resolve) => child.once('close', resolve));
  let size = 0;
  for (const until = Date.now() + 30_000; size < bytes && Date.now() < until; await sleep(20)) {
    const path = await leftPack(gitDir);
    size = path === undefined ? 0 : (await stat(path)).size;
  }
  process.kill(-(child.pid ?? 0), 'SIGKILL');
  await gone;
  while (scene.server.running > 0) await sleep(20);
  scene.server.limits = {};
  scene.server.log.length = 0;
  const path = await leftPack(gitDir);
  return path === undefined ? 0 : (await stat(path)).size;
}

async function adopt(directory: string): Promise<JobDetail> {
  const { id } = await scene.engine.client.ask('job.adopt', { directory });
  return waitForJob(scene.engine.client, id, ended, 90_000);
}

async function expectSame(ours: string, ...words: string[]): Promise<void> {
  const theirs = join(makeTempDir('theirs'), 'clone');
  await git(['clone', '--quiet', ...words, url(), theirs]);
  await expectSameAsGitClone(ours, theirs);
}

const refusal = async (directory: string) => {
  const error: unknown = await scene.engine.client
    .ask('job.adopt', { directory })
    .catch((each: unknown) => each);
  expect(await scene.engine.client.ask('job.list', {})).toEqual([]);
  return (error as { failure?: { code: string; facts: { detail?: string } } }).failure;
};

describe('a killed git clone', () => {
  test.each([
    ['with a work tree', []],
    ['bare', ['--bare']],
    ['with options it had written down', ['--mirror']],
    ['and settings', ['--no-tags', '-o', 'up', '-c', 'core.autocrlf=false']],
  ])('%s is completed where it stands', async (_name, words) => {
    await manyFiles();
    const ours = join(scene.root, 'ours');
    const bare = words.includes('--bare') || words.includes('--mirror');
    const had = await killedGit(
      ['clone', ...words, url(), ours],
      bare ? ours : join(ours, '.git'),
      1_300_000,
    );
    expect(had).toBeGreaterThan(1_300_000);
    const detail = await adopt(ours);
    expect(detail.job).toMatchObject({ state: 'done', kind: 'clone', directory: ours, failure: null });
    // A cut costs the file that was arriving; names, trees and the talk itself take little.
    expect(answered()).toBeLessThan(files * fileBytes - had + fileBytes + 60_000);
    expect(detail.job.bytes.savedBytes).toBeGreaterThan(had - fileBytes - 10_000);
    expect(detail.job.bytes.usefulBytes).toBeLessThanOrEqual(detail.job.bytes.wireBytes);
    await expectSame(ours, ...words);
  });

  test('stays as git left it until the clone is whole, over kills and a removal', async () => {
    await manyFiles();
    const ours = join(scene.root, 'ours');
    const had = await killedGit(['clone', url(), ours], join(ours, '.git'), 700_000);
    scene.server.limits = { bytesPerSecond: 800_000 };
    const first = await scene.engine.client.ask('job.adopt', { directory: ours });
    await waitForJob(scene.engine.client, first.id, ({ job }) => job.bytes.wireBytes > 200_000, 30_000);
    await scene.engine.kill();
    scene.engine = await startEngine(scene.engine.home);
    expect((await stat((await leftPack(join(ours, '.git'))) ?? '')).size).toBe(had);
    await scene.engine.client.ask('job.remove', { ids: [first.id] });
    expect((await stat((await leftPack(join(ours, '.git'))) ?? '')).size).toBe(had);
    expect((await readdir(scene.root)).filter((name) => name.includes('packmule'))).toEqual([]);
    scene.server.limits = {};
    expect((await adopt(ours)).job.state).toBe('done');
    await expectSame(ours);
  });

  test('from a server without filters is cloned anew, and the directory is the clone', async () => {
    await serveWithoutFilters();
    await manyFiles();
    const ours = join(scene.root, 'ours');
    await killedGit(['clone', url(), ours], join(ours, '.git'), 700_000);
    const detail = await adopt(ours);
    expect(detail.job.state).toBe('done');
    await expectSame(ours);
  });

  test('is gone on with by the command', async () => {
    await manyFiles();
    const ours = join(scene.root, 'ours');
    const had = await killedGit(['clone', url(), ours], join(ours, '.git'), 1_300_000);
    const { code, result } = await runPackmule(['adopt', '--json', 'ours'], {
      home: scene.engine.home,
      cwd: scene.root,
    });
    expect([code, result]).toMatchObject([0, { type: 'result', state: 'done', directory: ours }]);
    expect(answered()).toBeLessThan(files * fileBytes - had + fileBytes + 60_000);
    await expectSame(ours);
  });
});

describe('a killed git fetch', () => {
  test('is the beginning of an update', async () => {
    const { ours, theirs } = await twoClones();
    await manyFiles();
    const before = await facts(ours);
    const had = await killedGit(
      ['-C', ours, '-c', 'fetch.unpackLimit=1', 'fetch'],
      join(ours, '.git'),
      1_300_000,
    );
    expect({ ...(await facts(ours)), fetchHead: null }).toEqual({ ...before, fetchHead: null });
    const detail = await adopt(ours);
    expect(detail.job).toMatchObject({ state: 'done', kind: 'fetch', failure: null });
    expect(changes(detail)).toEqual({ 'refs/remotes/origin/main': 'fast-forward' });
    expect(answered()).toBeLessThan(files * fileBytes - had + fileBytes + 60_000);
    await expectSameAsGitFetch(ours, theirs);
  });
});

describe('what is refused', () => {
  test('a directory that holds more than a killed clone leaves', async () => {
    await manyFiles();
    const ours = join(scene.root, 'ours');
    await killedGit(['clone', url(), ours], join(ours, '.git'), 300_000);
    await writeFile(join(ours, 'mine'), 'mine\n');
    expect(await refusal(ours)).toMatchObject({ code: 'not-adoptable' });
    expect(await readFile(join(ours, 'mine'), 'utf8')).toBe('mine\n');
  });

  test('a whole repository, no repository, and one without an address', async () => {
    const { ours } = await twoClones();
    expect(await refusal(ours)).toMatchObject({
      code: 'not-adoptable',
      facts: { detail: expect.stringContaining('packmule fetch') as string },
    });
    const empty = join(scene.root, 'empty');
    await mkdir(empty);
    expect(await refusal(empty)).toMatchObject({ code: 'not-a-repository' });
    await git(['init', '--quiet', empty]);
    expect(await refusal(empty)).toMatchObject({ code: 'remote-not-configured' });
  });

  test('a clone whose git is still at work', async () => {
    await manyFiles();
    const ours = join(scene.root, 'ours');
    scene.server.limits = { bytesPerSecond: 300_000 };
    const child = spawn('git', ['clone', url(), ours], {
      env: gitEnvironment,
      detached: true,
      stdio: 'ignore',
    });
    const gone = new Promise((resolve) => child.once('close', resolve));
    await expect.poll(() => leftPack(join(ours, '.git')), { timeout: 20_000 }).toBeDefined();
    await sleep(500);
    expect(await refusal(ours)).toMatchObject({ code: 'not-adoptable' });
    process.kill(-(child.pid ?? 0), 'SIGKILL');
    await gone;
  });

  test('to take the place of what was put there meanwhile', async () => {
    await manyFiles();
    const ours = join(scene.root, 'ours');
    await killedGit(['clone', url(), ours], join(ours, '.git'), 300_000);
    scene.server.limits = { bytesPerSecond: 1_000_000 };
    const { id } = await scene.engine.client.ask('job.adopt', { directory: ours });
    await writeFile(join(ours, 'mine'), 'mine\n');
    const detail = await waitForJob(scene.engine.client, id, ended, 60_000);
    expect(detail.job).toMatchObject({ state: 'needs-you', failure: { code: 'target-exists' } });
    expect(await readFile(join(ours, 'mine'), 'utf8')).toBe('mine\n');
  });
});
