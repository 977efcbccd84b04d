/** Clones over connections that never live long enough: every object that arrived counts, and the end is git's. */

import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { JobDetail } from '../../main/contract/index.ts';
import { makeBigRepo } from '../support/big-repo.ts';
import { expectSameAsGitClone } from '../support/compare.ts';
import { git } from '../support/git.ts';
import { startGitHttpServer, type GitHttpServer } from '../support/git-http-server.ts';
import { seededFractions } from '../support/noise.ts';
import { startEngine, waitForJob, type TestEngine } from '../support/packmule.ts';
import { makeTempDir, removeTempDirs } from '../support/temp.ts';

let path: string;
/** What one uncut clone takes: the server's pack. */
let fullBytes: number;
let server: GitHttpServer;
let engine: TestEngine;

beforeAll(async () => {
  path = await makeBigRepo({ objects: 10_000, assetBytes: 4 * 1024 * 1024 });
  // One pack, so that its size is what an uncut clone receives.
  const counts = await git(['-C', path, 'count-objects', '-v']);
  expect(counts).toContain('packs: 1\n');
  fullBytes = Number(/^size-pack: (\d+)$/m.exec(counts)?.[1]) * 1024;
});

beforeEach(async () => {
  server = await startGitHttpServer({ root: dirname(path), config: { 'uploadpack.allowFilter': 'true' } });
  engine = await startEngine();
});

afterEach(async () => {
  await engine.quit();
  await server.close();
});

afterAll(removeTempDirs);

const url = () => `${server.url}/${basename(path)}`;

async function start(directory: string): Promise<string> {
  const asked = { url: url(), directory, options: { noCheckout: true }, start: 'now' as const };
  return (await engine.client.ask('job.clone', asked)).id;
}

async function expectSame(directory: string): Promise<void> {
  server.onRequest = undefined;
  server.limits = {};
  const theirs = join(makeTempDir('theirs'), 'clone');
  await git(['clone', '--quiet', '--no-checkout', url(), theirs]);
  await expectSameAsGitClone(directory, theirs);
}

const ended = (detail: JobDetail) => detail.job.state === 'done' || detail.job.state === 'failed';
/** Only answers with objects in them are cut; the list of refs is short. */
const answered = () => server.log.reduce((sum, request) => sum + request.bodyBytes, 0);

describe('connections that are cut', () => {
  test.each([
    ['after 2 MB, by a plain close', 2_000_000, false, 1.05],
    // Blobs of 64 KiB are in there: a cut costs half of one on average.
    ['after 500 kB, by a plain close', 500_000, false, 1.15],
    ['after 500 kB, by a reset', 500_000, true, 1.15],
  ])('%s: finishes, and asks for nothing twice', async (_name, cutAfterBytes, reset, wireMax) => {
    server.limits = { cutAfterBytes, reset };
    const directory = join(makeTempDir('cut'), 'clone');
    const detail = await waitForJob(engine.client, await start(directory), ended, 90_000);
    expect(detail.job).toMatchObject({ state: 'done', failure: null });
    expect(detail.plan?.strategy).toBe('objects');
    expect(detail.job.drops).toBeGreaterThan(0);
    // As the server counts them; but a reset throws away what the kernel had not handed over yet, as much as that may be.
    const arrived = reset ? detail.job.bytes.wireBytes : answered();
    expect(arrived / fullBytes).toBeLessThan(wireMax);
    expect(detail.job.bytes.wastedBytes / detail.job.bytes.wireBytes).toBeLessThan(0.15);
    expect(detail.job.bytes.savedBytes).toBeGreaterThan(0);
    expect(await git(['-C', directory, 'count-objects', '-v'])).toContain('packs: 1\n');
    await expectSame(directory);
  });

  test('git clone never finishes there', async () => {
    server.limits = { cutAfterBytes: 2_000_000 };
    await expect(git(['clone', '--quiet', url(), join(makeTempDir('theirs'), 'clone')])).rejects.toThrow();
  });
});

describe('an engine that dies', () => {
  test('at any moment of a clone that is cut again and again: the next one goes on', async () => {
    server.limits = { cutAfterBytes: 700_000, bytesPerSecond: 6_000_000 };
    const fraction = seededFractions(42);
    const directory = join(makeTempDir('killed'), 'clone');
    const id = await start(directory);
    for (let kill = 0; kill < 8; kill++) {
      await sleep(100 + fraction() * 900);
      await engine.kill();
      engine = await startEngine(engine.home);
    }
    const detail = await waitForJob(engine.client, id, ended, 90_000);
    expect(detail.job).toMatchObject({ state: 'done', failure: null });
    await expectSame(directory);
  });

  test('and one that is paused and resumed keeps what arrived', async () => {
    server.limits = { cutAfterBytes: 700_000, bytesPerSecond: 4_000_000 };
    const directory = join(makeTempDir('paused'), 'clone');
    const id = await start(directory);
    for (let pause = 0; pause < 5; pause++) {
      await sleep(500);
      await engine.client.ask('job.pause', { ids: [id] });
      // The sockets are closed by now; the server sees each of them a moment later.
      await expect.poll(() => server.running, { timeout: 1_000 }).toBe(0);
      await engine.client.ask('job.resume', { ids: [id] });
    }
    const detail = await waitForJob(engine.client, id, ended, 90_000);
    expect(detail.job).toMatchObject({ state: 'done', failure: null });
    await expectSame(directory);
  });
});

describe('a clone that was cancelled but kept', () => {
  test('is gone on with by the next clone of the same repository to the same place', async () => {
    server.limits = { cutAfterBytes: 1_000_000, bytesPerSecond: 3_000_000 };
    const directory = join(makeTempDir('kept'), 'clone');
    const first = await start(directory);
    await waitForJob(engine.client, first, (detail) => detail.job.bytes.wireBytes > 1_500_000, 30_000);
    await engine.client.ask('job.cancel', { ids: [first], keepPartial: true });
    const before = answered();
    server.limits = {};
    const detail = await waitForJob(engine.client, await start(directory), ended, 90_000);
    expect(detail.job).toMatchObject({ state: 'done', failure: null });
    const { usefulBytes, wastedBytes, wireBytes } = detail.job.bytes;
    expect(usefulBytes + wastedBytes, 'only what this one received').toBeLessThanOrEqual(wireBytes);
    expect(wireBytes).toBeLessThan((answered() - before) * 1.02);
    expect(answered() - before).toBeLessThan(fullBytes * 0.85);
    await expectSame(directory);
  });
});

describe('a clone that is removed while packs are on their way in', () => {
  test('leaves nothing, and nothing grows back', async () => {
    server.limits = { cutAfterBytes: 300_000 };
    const fraction = seededFractions(7);
    for (let round = 0; round < 4; round++) {
      const directory = join(makeTempDir('removed'), 'clone');
      const id = await start(directory);
      await waitForJob(engine.client, id, (detail) => detail.plan?.strategy === 'objects', 30_000);
      await sleep(fraction() * 300);
      await engine.client.ask('job.remove', { ids: [id] });
      expect(await readdir(dirname(directory))).toEqual([]);
      await sleep(300);
      expect(await readdir(dirname(directory))).toEqual([]);
    }
  });
});
