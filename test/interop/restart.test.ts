/** Networks that break and processes that end: nothing that arrived is lost, and the end is what git would have made. */

import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { JobDetail } from '../../main/contract/index.ts';
import { expectSameAsGitClone } from '../support/compare.ts';
import { startGitHttpServer, type GitHttpServer, type RequestLog } from '../support/git-http-server.ts';
import { git } from '../support/git.ts';
import { seededFractions } from '../support/noise.ts';
import { cloneWith, startEngine, waitForJob, type TestEngine } from '../support/packmule.ts';
import { repo, reposRoot } from '../support/repos.ts';
import { makeTempDir, removeTempDirs } from '../support/temp.ts';

let server: GitHttpServer;
let engine: TestEngine;

beforeAll(async () => {
  await repo('middling');
});

beforeEach(async () => {
  // A server for each test: its log, its byte count and its address begin anew.
  server = await startGitHttpServer({ root: reposRoot() });
  engine = await startEngine();
});

afterEach(async () => {
  await engine.quit();
  await server.close();
});

afterAll(removeTempDirs);

const url = () => `${server.url}/middling.git`;
const target = () => join(makeTempDir('restart'), 'clone');

/** The same as git, from the same address. */
async function expectSame(directory: string): Promise<void> {
  server.onRequest = undefined;
  server.limits = {};
  const clone = join(makeTempDir('theirs'), 'clone');
  await git(['clone', '--quiet', url(), clone]);
  await expectSameAsGitClone(directory, clone);
}

async function start(directory: string): Promise<string> {
  return (await engine.client.ask('job.clone', { url: url(), directory, options: {}, start: 'now' })).id;
}

const received = (bytes: number) => (detail: JobDetail) => detail.job.bytes.wireBytes >= bytes;
const firstAttempt = (detail: JobDetail) => detail.attempts.find((attempt) => attempt.number === 1);

describe('a connection that breaks', () => {
  /** Breaks so many answers after so many bytes. Only a pack is long enough to be broken. */
  function cutThePack(times: number, cutAfterBytes: number, reset = false): void {
    server.onRequest = () => {
      const cuts = server.log.filter((request) => request.end === 'cut').length;
      return cuts < times ? { cutAfterBytes, reset } : undefined;
    };
  }

  test('in the middle of the pack: the job goes on, and what arrived is kept and counted', async () => {
    cutThePack(1, 2_000_000);
    const directory = target();
    const detail = await cloneWith(engine.client, { url: url(), directory });
    expect(detail.job).toMatchObject({ state: 'done', failure: null, drops: 1 });
    expect(firstAttempt(detail)).toMatchObject({ result: 'failed', failure: { code: 'connection-lost' } });
    // Objects of 100,000 bytes that do not compress: nineteen whole ones and the commits before them fit.
    expect(firstAttempt(detail)?.entriesKept).toBeGreaterThanOrEqual(15);
    expect(firstAttempt(detail)?.bytes).toBeGreaterThan(1_900_000);
    await expectSame(directory);
  });

  test('with resets', async () => {
    cutThePack(3, 1_500_000, true);
    const directory = target();
    const detail = await cloneWith(engine.client, { url: url(), directory });
    expect(detail.job.state).toBe('done');
    // The first ones teach how much a connection carries, so that later answers may end before they are cut; several
    // requests are under way at once, so that a fourth may have been cut as well.
    const cut = server.log.filter(({ end }) => end === 'cut');
    expect(cut.length).toBeGreaterThanOrEqual(2);
    expect(detail.job.drops).toBeLessThanOrEqual(cut.length);
    // A reset throws away what was not read yet. Where that was all of an answer, on a connection that had served before,
    // the request is repeated as on any kept connection that turns out dead, which is no drop.
    const served = (one: RequestLog) =>
      server.log.some(({ connection, number }) => connection === one.connection && number < one.number);
    expect(detail.job.drops).toBeGreaterThanOrEqual(cut.filter((one) => !served(one)).length);
    expect(detail.job.drops).toBeGreaterThan(0);
    await expectSame(directory);
  });

  test('that falls silent is given up and taken up again', async () => {
    server.onRequest = () => {
      const silent = server.log.some((request) => request.bodyBytes >= 1_000_000);
      return silent ? undefined : { stallAfterBytes: 1_000_000 };
    };
    const directory = target();
    const id = await start(directory);
    const began = Date.now();
    const givenUp = await waitForJob(
      engine.client,
      id,
      (detail) => firstAttempt(detail)?.result === 'failed',
      90_000,
    );
    expect(Date.now() - began).toBeLessThan(60_000);
    expect(firstAttempt(givenUp)?.failure?.code).toMatch(/^connection-(timed-out|lost)$/);
    const silent = server.log.find((request) => request.bodyBytes >= 1_000_000);
    expect(silent?.end, 'the silent connection is closed').toBe('client-gone');
    const done = await waitForJob(engine.client, id, undefined, 90_000);
    expect(done.job.state).toBe('done');
    await expectSame(directory);
  });
});

describe('pause', () => {
  test('closes every socket within a second and sends nothing until resumed', async () => {
    server.limits = { bytesPerSecond: 1_000_000 };
    const directory = target();
    const id = await start(directory);
    await waitForJob(engine.client, id, received(400_000));
    const asked = Date.now();
    await engine.client.ask('job.pause', { ids: [id] });
    while (server.openConnections > 0 && Date.now() - asked < 5_000) await sleep(5);
    expect(Date.now() - asked).toBeLessThanOrEqual(1_000);
    const requests = server.log.length;
    const paused = await waitForJob(engine.client, id, ({ job }) => job.state === 'paused');
    await sleep(1_500);
    expect(server.log.length).toBe(requests);
    expect(server.openConnections).toBe(0);
    expect(paused.job.failure).toBeNull();
    expect(paused.job.drops, 'a pause is no drop').toBe(0);

    server.limits = {};
    await engine.client.ask('job.resume', { ids: [id] });
    const done = await waitForJob(engine.client, id);
    expect(done.job.state).toBe('done');
    expect(firstAttempt(done)).toMatchObject({ result: 'paused' });
    await expectSame(directory);
  });
});

describe('the engine ends', () => {
  test('in good order, within a second, and goes on by itself at the next start', async () => {
    server.limits = { bytesPerSecond: 1_000_000 };
    const directory = target();
    const id = await start(directory);
    await waitForJob(engine.client, id, received(400_000));
    const asked = Date.now();
    await engine.quit();
    expect(Date.now() - asked).toBeLessThan(1_500);
    expect(server.running).toBe(0);

    server.limits = {};
    engine = await startEngine(engine.home);
    const done = await waitForJob(engine.client, id);
    expect(done.job).toMatchObject({ state: 'done', drops: 0 });
    expect(done.attempts.length).toBeGreaterThanOrEqual(2);
    await expectSame(directory);
  });

  test('while paused, and stays paused', async () => {
    server.limits = { bytesPerSecond: 1_000_000 };
    const id = await start(target());
    await waitForJob(engine.client, id, received(400_000));
    await engine.client.ask('job.pause', { ids: [id] });
    await engine.quit();
    engine = await startEngine(engine.home);
    await sleep(500);
    const { job } = await engine.client.ask('job.get', { id });
    expect(job.state).toBe('paused');
    expect(job.bytes.wireBytes).toBeGreaterThanOrEqual(400_000);
  });

  test('by kill -9 at ten moments, and the clone is whole all the same', async () => {
    // About two seconds of download, then the local stages: kills fall into all of them.
    server.limits = { bytesPerSecond: 4_000_000 };
    const fraction = seededFractions(20_240_607);
    const directory = target();
    const id = await start(directory);
    const states: string[] = [];
    for (let kill = 0; kill < 10; kill++) {
      await sleep(100 + fraction() * 2_400);
      states.push((await engine.client.ask('job.get', { id })).job.state);
      await engine.kill();
      engine = await startEngine(engine.home);
    }
    server.limits = {};
    const done = await waitForJob(engine.client, id);
    expect(done.job.state, `killed while ${states.join(', ')}`).toBe('done');
    await expectSame(directory);
  });

  test.each([1, 2, 3])('by kill -9 in the local stages, round %d', async (round) => {
    await repo('manyFiles');
    const directory = target();
    const address = `${server.url}/manyFiles.git`;
    const wish = { url: address, directory, options: {}, start: 'now' as const };
    const { id } = await engine.client.ask('job.clone', wish);
    const stage = (['index', 'connect', 'checkout'] as const)[round - 1];
    await waitForJob(engine.client, id, ({ job, stages }) => {
      return job.state === 'done' || stages.some(({ name, state }) => name === stage && state !== 'waiting');
    });
    await engine.kill();
    engine = await startEngine(engine.home);
    const done = await waitForJob(engine.client, id);
    expect(done.job.state).toBe('done');
    const clone = join(makeTempDir('theirs'), 'clone');
    await git(['clone', '--quiet', address, clone]);
    await expectSameAsGitClone(directory, clone);
  });
});

describe('a server that asks for patience', () => {
  test.each([429, 503])('%d with Retry-After in seconds is obeyed', async (status) => {
    server.onRequest = ({ number }) =>
      number === 1 ? { status, headers: { 'Retry-After': '3' } } : undefined;
    const directory = target();
    const detail = await cloneWith(engine.client, { url: url(), directory });
    expect(detail.job.state).toBe('done');
    const [refused, next] = server.log;
    expect((next?.startedAtMs ?? 0) - (refused?.endedAtMs ?? 0)).toBeGreaterThanOrEqual(3_000);
  });

  test('and with a date', async () => {
    const until = Math.ceil(Date.now() / 1000) * 1000 + 4_000;
    const headers = { 'Retry-After': new Date(until).toUTCString() };
    server.onRequest = ({ number }) => (number === 1 ? { status: 503, headers } : undefined);
    const detail = await cloneWith(engine.client, { url: url(), directory: target() });
    expect(detail.job.state).toBe('done');
    // Our own clock and the server's are the same here; HTTP dates know only seconds.
    expect(server.log[1]?.startedAtMs).toBeGreaterThanOrEqual(until - 50);
  });
});

describe('the queue', () => {
  test('never runs more jobs at once than allowed', async () => {
    await engine.client.ask('settings.set', { concurrentJobs: 2 });
    server.limits = { bytesPerSecond: 8_000_000 };
    const directories = Array.from({ length: 5 }, target);
    const ids = await Promise.all(directories.map(start));
    const done = await Promise.all(ids.map((id) => waitForJob(engine.client, id)));
    expect(done.map(({ job }) => job.state)).toEqual(Array(5).fill('done'));
    expect(server.runningMax).toBe(2);
    const packs = server.log.filter((request) => request.bodyBytes > 1_000_000);
    expect(packs).toHaveLength(5);
    for (const pack of packs) {
      const inside = (other: RequestLog) =>
        other.startedAtMs <= pack.startedAtMs && (other.endedAtMs ?? Infinity) > pack.startedAtMs;
      expect(packs.filter(inside).length).toBeLessThanOrEqual(2);
    }
    await Promise.all(directories.map(expectSame));
  });
});

describe('the figures', () => {
  const closeTo = (reported: number, counted: number) => {
    expect(
      Math.abs(reported - counted) / counted,
      `${reported} reported, ${counted} on the wire`,
    ).toBeLessThan(0.02);
  };

  test('bytes received and sent are those on the wire', async () => {
    const detail = await cloneWith(engine.client, { url: url(), directory: target() });
    closeTo(detail.job.bytes.wireBytes, server.bytesSent);
    expect(detail.job.requests).toBe(server.log.length);
    const bodies = server.log.reduce((sum, request) => sum + request.requestBytes, 0);
    expect(detail.job.bytes.uploadedBytes).toBeGreaterThan(bodies);
    expect(detail.job.bytes.uploadedBytes).toBeLessThan(bodies + 2_000 * server.log.length);
    const { usefulBytes, wastedBytes, wireBytes } = detail.job.bytes;
    expect(usefulBytes + wastedBytes).toBeLessThanOrEqual(wireBytes);
    expect(usefulBytes).toBeGreaterThan(wireBytes * 0.95);
  });

  test('also when the connection broke', async () => {
    server.onRequest = () =>
      server.log.some(({ end }) => end === 'cut') ? undefined : { cutAfterBytes: 2_000_000 };
    const detail = await cloneWith(engine.client, { url: url(), directory: target() });
    expect(detail.job.drops).toBe(1);
    closeTo(detail.job.bytes.wireBytes, server.bytesSent);
    expect(detail.job.requests).toBe(server.log.length);
  });
});
