/** Servers without filters, shallow and filtered clones, over connections that never live long enough. */

import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { CloneOptions, JobDetail } from '../../main/contract/index.ts';
import { encodePktLine } from '../../main/git/index.ts';
import { makeBranchyRepo } from '../support/branchy-repo.ts';
import { expectSameAsGitClone } from '../support/compare.ts';
import { git } from '../support/git.ts';
import { startGitHttpServer, type GitHttpServer, type RequestLog } from '../support/git-http-server.ts';
import { seededFractions } from '../support/noise.ts';
import { startEngine, waitForJob, type TestEngine } from '../support/packmule.ts';
import { makeTempDir, removeTempDirs } from '../support/temp.ts';

let path: string;
/** What one uncut clone takes: the server's pack. */
let fullBytes: number;
let server: GitHttpServer;
let engine: TestEngine;

beforeAll(async () => {
  path = await makeBranchyRepo({ commits: 3_000, noiseBytes: 2_000_000 });
  const counts = await git(['-C', path, 'count-objects', '-v']);
  expect(counts).toContain('packs: 1\n');
  fullBytes = Number(/^size-pack: (\d+)$/m.exec(counts)?.[1]) * 1024;
}, 60_000);

beforeEach(async () => {
  server = await startGitHttpServer({ root: dirname(path) });
  engine = await startEngine();
});

afterEach(async () => {
  await engine.quit();
  await server.close();
});

afterAll(removeTempDirs);

const url = () => `${server.url}/${basename(path)}`;

async function start(directory: string, options: CloneOptions = {}): Promise<string> {
  const wish = { url: url(), directory, options: { noCheckout: true, ...options }, start: 'now' as const };
  return (await engine.client.ask('job.clone', wish)).id;
}

const ended = (detail: JobDetail) => detail.job.state === 'done' || detail.job.state === 'failed';

async function cloneOverCuts(directory: string, options: CloneOptions = {}): Promise<JobDetail> {
  return waitForJob(engine.client, await start(directory, options), ended, 90_000);
}

async function expectSame(directory: string, args: readonly string[] = ['--no-checkout']): Promise<void> {
  server.onRequest = undefined;
  server.limits = {};
  const theirs = join(makeTempDir('theirs'), 'clone');
  await git(['clone', '--quiet', ...args, url(), theirs]);
  await expectSameAsGitClone(directory, theirs);
}

const answered = () => server.log.reduce((sum, request) => sum + request.bodyBytes, 0);
const idsOf = (word: string, { text }: RequestLog) =>
  [...text.matchAll(new RegExp(`${word} ([0-9a-f]{40})`, 'g'))].map(([, oid = '']) => oid);
const fetches = () => server.log.filter(({ text }) => text.includes('command=fetch'));

/** What a server has answered to the end is never asked of it again. */
function expectNothingAskedAgain(): void {
  const given = new Set<string>();
  for (const request of fetches()) {
    const wants = idsOf('want', request);
    expect(wants.filter((oid) => given.has(oid))).toEqual([]);
    if (request.end === 'complete') for (const oid of wants) given.add(oid);
  }
}

describe('a server without filters that cuts', () => {
  test.each([
    ['after 800 kB, by a plain close', 800_000, false, 1.5],
    ['after 800 kB, by a reset', 800_000, true, 1.5],
    ['after 200 kB, by a plain close', 200_000, false, 2.5],
  ])(
    '%s: the clone finishes, and nothing is asked for again',
    async (_name, cutAfterBytes, reset, wireMax) => {
      server.limits = { cutAfterBytes, reset };
      const directory = join(makeTempDir('sliced'), 'clone');
      const detail = await cloneOverCuts(directory);
      expect(detail.job).toMatchObject({ state: 'done', failure: null });
      expect(detail.plan?.strategy).toBe('slices');
      expect(fetches()[0]?.text).not.toContain('filter');
      expect(detail.job.drops).toBeGreaterThan(0);
      const { wireBytes, usefulBytes, wastedBytes } = detail.job.bytes;
      expect((reset ? wireBytes : answered()) / fullBytes).toBeLessThan(wireMax);
      // Packs are all that is large: what came was of use or was not, and is counted as one of these.
      expect((usefulBytes + wastedBytes) / wireBytes).toBeGreaterThan(0.9);
      expect((usefulBytes + wastedBytes) / wireBytes).toBeLessThan(1);
      expectNothingAskedAgain();
      expect(await git(['-C', directory, 'count-objects', '-v'])).toContain('packs: 1\n');
      await expectSame(directory);
    },
  );

  test('one branch with its tags finishes as well', async () => {
    server.limits = { cutAfterBytes: 300_000 };
    const directory = join(makeTempDir('single'), 'clone');
    const detail = await cloneOverCuts(directory, { singleBranch: true });
    expect(detail.job).toMatchObject({ state: 'done', failure: null });
    expect(detail.plan?.strategy).toBe('slices');
    await expectSame(directory, ['--no-checkout', '--single-branch']);
  });

  test('git clone never finishes there', async () => {
    server.limits = { cutAfterBytes: 800_000 };
    await expect(git(['clone', '--quiet', url(), join(makeTempDir('theirs'), 'clone')])).rejects.toThrow();
  });
});

describe('a server that refuses slices', () => {
  test('is asked for everything again, and the plan says so', async () => {
    const asksForSlices = ({ text }: RequestLog) => /want/.test(text) && !text.includes('include-tag');
    server.onRequest = (request) => {
      // The body is read only later: what is to be answered is known by what was answered before.
      const streams = fetches().filter(({ text }) => text.includes('include-tag')).length;
      const refused = server.log.some((entry) => entry.status === 200 && asksForSlices(entry));
      if (streams === 0) return { cutAfterBytes: 1_500_000 };
      if (refused || request.method === 'GET') return undefined;
      return {
        status: 200,
        headers: { 'Content-Type': 'application/x-git-upload-pack-result' },
        body: encodePktLine('ERR no such thing may be wanted here\n'),
      };
    };
    const directory = join(makeTempDir('refused'), 'clone');
    const detail = await cloneOverCuts(directory);
    expect(detail.job).toMatchObject({ state: 'done', failure: null });
    expect(detail.plan).toMatchObject({ strategy: 'plain' });
    expect(detail.plan?.sentence).toContain('refuses');
    await expectSame(directory);
  });
});

describe('an engine that dies', () => {
  test('at any moment between slices: the next one goes on', async () => {
    server.limits = { cutAfterBytes: 300_000, bytesPerSecond: 3_000_000 };
    const fraction = seededFractions(11);
    const directory = join(makeTempDir('killed'), 'clone');
    const id = await start(directory);
    for (let kill = 0; kill < 6; kill++) {
      await sleep(100 + fraction() * 900);
      await engine.kill();
      engine = await startEngine(engine.home);
    }
    const detail = await waitForJob(engine.client, id, ended, 90_000);
    expect(detail.job).toMatchObject({ state: 'done', failure: null });
    await expectSame(directory);
  });

  test('and one that is paused and resumed keeps what arrived', async () => {
    server.limits = { cutAfterBytes: 400_000, bytesPerSecond: 3_000_000 };
    const directory = join(makeTempDir('paused'), 'clone');
    const id = await start(directory);
    for (let pause = 0; pause < 4; pause++) {
      await sleep(500);
      await engine.client.ask('job.pause', { ids: [id] });
      await expect.poll(() => server.running).toBe(0);
      await engine.client.ask('job.resume', { ids: [id] });
    }
    const detail = await waitForJob(engine.client, id, ended, 90_000);
    expect(detail.job).toMatchObject({ state: 'done', failure: null });
    await expectSame(directory);
  });
});

describe('shallow clones', () => {
  test.each([
    ['of one branch', 40, {}, []],
    ['of all branches', 10, { singleBranch: false }, ['--no-single-branch']],
    ['of one commit', 1, {}, []],
  ])('%s, cut, keep what arrived and end at their depth', async (_name, depth, options, args) => {
    server.limits = { cutAfterBytes: 150_000 };
    const directory = join(makeTempDir('shallow'), 'clone');
    const detail = await cloneOverCuts(directory, { depth, ...options });
    expect(detail.job).toMatchObject({ state: 'done', failure: null });
    expect(detail.plan?.strategy).toBe('slices');
    expect(detail.job.bytes.savedBytes).toBeGreaterThan(0);
    expectNothingAskedAgain();
    await expectSame(directory, ['--no-checkout', `--depth=${depth}`, ...args]);
  });
});

describe('filtered clones', () => {
  test.each(['blob:none', 'tree:0'])(
    '%s, cut, keep what arrived and leave out what they should',
    async (filter) => {
      await server.close();
      server = await startGitHttpServer({
        root: dirname(path),
        config: { 'uploadpack.allowFilter': 'true' },
      });
      server.limits = { cutAfterBytes: 100_000 };
      const directory = join(makeTempDir('filtered'), 'clone');
      const detail = await cloneOverCuts(directory, { filter });
      expect(detail.job).toMatchObject({ state: 'done', failure: null });
      expect(detail.plan?.strategy).toBe('slices');
      expectNothingAskedAgain();
      await expectSame(directory, ['--no-checkout', `--filter=${filter}`]);
    },
  );

  test('with files to check out: those are fetched over the same cuts', async () => {
    await server.close();
    server = await startGitHttpServer({ root: dirname(path), config: { 'uploadpack.allowFilter': 'true' } });
    server.limits = { cutAfterBytes: 400_000 };
    const directory = join(makeTempDir('checked-out'), 'clone');
    const detail = await cloneOverCuts(directory, { filter: 'blob:none', noCheckout: false });
    expect(detail.job).toMatchObject({ state: 'done', failure: null });
    await expectSame(directory, ['--filter=blob:none']);
  });
});
