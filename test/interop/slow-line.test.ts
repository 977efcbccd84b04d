/** Clones over a line that is slower than git can index: done in segments, and the same as git's. */

import { existsSync } from 'node:fs';
import { chmod, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, delimiter, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { JobDetail } from '../../main/contract/index.ts';
import { makeBigRepo } from '../support/big-repo.ts';
import { expectSameAsGitClone } from '../support/compare.ts';
import { git, gitBytes } from '../support/git.ts';
import { startGitHttpServer, type GitHttpServer } from '../support/git-http-server.ts';
import { startEngine, waitForJob, type TestEngine } from '../support/packmule.ts';
import { makeTempDir, removeTempDirs } from '../support/temp.ts';
import { entry, pack } from '../git/pack/packs.ts';

let path: string;
let server: GitHttpServer;
let engine: TestEngine;

beforeAll(async () => {
  path = await makeBigRepo({ objects: 20_000, assetBytes: 4 * 1024 * 1024 });
});

beforeEach(async () => {
  server = await startGitHttpServer({
    root: dirname(path),
    config: { 'uploadpack.allowFilter': 'true' },
    limits: { bytesPerSecond: 1_000_000 },
  });
  engine = await startEngine();
});

afterEach(async () => {
  await engine.quit();
  await server.close();
});

afterAll(removeTempDirs);

const url = () => `${server.url}/${basename(path)}`;
const ended = (detail: JobDetail) => detail.job.state === 'done' || detail.job.state === 'failed';

async function start(directory: string): Promise<string> {
  const asked = { url: url(), directory, options: {}, start: 'now' as const };
  return (await engine.client.ask('job.clone', asked)).id;
}

async function expectSame(directory: string): Promise<void> {
  server.onRequest = undefined;
  server.limits = {};
  const theirs = join(makeTempDir('theirs'), 'clone');
  await git(['clone', '--quiet', url(), theirs]);
  await expectSameAsGitClone(directory, theirs);
  const [ours, gits] = await Promise.all(
    [directory, theirs].map(async (each) => (await readdir(join(each, '.git/objects/pack'))).map(extension)),
  );
  expect(new Set(ours)).toEqual(new Set(gits));
  // A few packs are left as they are; many become one.
  expect(ours?.filter((each) => each === 'pack').length).toBeLessThan(4);
}

const extension = (name: string) => name.replace(/^.*\./, '');

async function logged(): Promise<string> {
  const logs = join(engine.home, 'logs');
  const texts = (await readdir(logs)).map((name) => readFile(join(logs, name), 'utf8'));
  return (await Promise.all(texts)).join('');
}

test('the pack is indexed while it arrives, and the clone is git’s', async () => {
  const directory = join(makeTempDir('slow'), 'clone');
  const id = await start(directory);
  let ahead = 0;
  const detail = await waitForJob(
    engine.client,
    id,
    (each) => {
      const index = each.stages.find(({ name }) => name === 'index');
      if (each.job.state === 'downloading') ahead = Math.max(ahead, index?.done ?? 0);
      return ended(each);
    },
    60_000,
  );
  expect(detail.job).toMatchObject({ state: 'done', failure: null });
  expect(detail.job.bytes.wastedBytes).toBe(0);
  expect(ahead).toBeGreaterThan(2000);
  const log = await logged();
  expect(log).toContain('indexing in segments');
  expect(log).not.toMatch(/given up|walk beside/);
  await expectSame(directory);
});

test('cut in the middle: what came is kept with the index it has, and the rest comes by id', async () => {
  server.limits = { bytesPerSecond: 1_000_000, cutAfterBytes: 4_000_000 };
  const directory = join(makeTempDir('slow-cut'), 'clone');
  const detail = await waitForJob(engine.client, await start(directory), ended, 90_000);
  expect(detail.job).toMatchObject({ state: 'done', failure: null });
  const [first] = server.log.filter(({ end }) => end === 'cut');
  expect(first?.bodyBytes).toBe(4_000_000);
  expect(detail.attempts[0]?.entriesKept).toBeGreaterThan(1000);
  expect(detail.job.bytes.wastedBytes).toBeLessThan(500_000);
  expect(await logged()).toContain('indexing in segments');
  await expectSame(directory);
});

test('an engine killed in the middle: the next one goes on from what was scanned', async () => {
  const directory = join(makeTempDir('slow-kill'), 'clone');
  const id = await start(directory);
  await waitForJob(
    engine.client,
    id,
    (each) => (each.stages.find(({ name }) => name === 'index')?.done ?? 0) > 0,
    30_000,
  );
  await sleep(300);
  const { home } = engine;
  await engine.kill();
  server.limits = {};
  engine = await startEngine(home);
  const detail = await waitForJob(engine.client, id, ended, 60_000);
  expect(detail.job).toMatchObject({ state: 'done', failure: null });
  expect(detail.job.bytes.savedBytes).toBeGreaterThan(1_000_000);
  await expectSame(directory);
});

test('a spool with deltas on objects nobody has: these are dropped and counted, the rest is kept', async () => {
  const directory = join(makeTempDir('slow-orphans'), 'clone');
  const id = await start(directory);
  await waitForJob(engine.client, id, ({ artefacts: [first] }) => (first?.bytes ?? 0) > 1_000_000, 30_000);
  await engine.client.ask('job.pause', { ids: [id] });
  const paused = await waitForJob(engine.client, id, ({ job }) => job.state === 'paused');
  const tree = await git(['-C', path, 'ls-tree', '-r', 'main']);
  const blob = await gitBytes(['-C', path, 'cat-file', 'blob', /blob (\w+)/.exec(tree)?.[1] ?? '']);
  const orphan = entry('ref-delta', Buffer.from([9, 1, 1, 65]), { base: [...Buffer.alloc(20, 7)] });
  const stray = join(dirname(directory), `.${basename(directory)}.packmule`, 'spools', 'stray.pack');
  await writeFile(stray, pack([entry('blob', blob), orphan]));
  server.limits = {};
  await engine.client.ask('job.resume', { ids: [id] });
  const detail = await waitForJob(engine.client, id, ended, 60_000);
  expect(detail.job).toMatchObject({ state: 'done', failure: null });
  expect(detail.artefacts.some(({ objects, state }) => objects === 1 && state === 'verified')).toBe(true);
  const wasted = detail.job.bytes.wastedBytes - paused.job.bytes.wastedBytes;
  expect(wasted).toBeGreaterThanOrEqual(orphan.length);
  expect(await logged()).toContain('deltas without a base');
  await expectSame(directory);
});

test('a git that refuses every segment: one index-pack does it all, and the closure is walked', async () => {
  const tools = makeTempDir('stubborn');
  const real = (process.env['PATH'] ?? '').split(delimiter).find((each) => existsSync(join(each, 'git')));
  await writeFile(
    join(tools, 'git'),
    `#!/bin/sh\ncase "$*" in *--fix-thin*) echo fatal: not today >&2; exit 128;; esac\nexec ${real}/git "$@"\n`,
  );
  await chmod(join(tools, 'git'), 0o755);
  await engine.quit();
  const before = process.env['PATH'];
  engine = await startEngine(undefined, { PATH: `${tools}${delimiter}${before}` });
  process.env['PATH'] = before;
  const directory = join(makeTempDir('slow-refused'), 'clone');
  const detail = await waitForJob(engine.client, await start(directory), ended, 60_000);
  expect(detail.job).toMatchObject({ state: 'done', failure: null });
  expect(detail.job.bytes.wastedBytes).toBe(0);
  expect(await logged()).toMatch(/segments given up.*not today/);
  await expectSame(directory);
});
