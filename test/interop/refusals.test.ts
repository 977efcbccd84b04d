/** Servers that say no in the middle of a clone: told from cuts, borne, and got around, with everything kept. */

import { basename, dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { JobDetail } from '../../main/contract/index.ts';
import { makeBigRepo } from '../support/big-repo.ts';
import { expectSameAsGitClone } from '../support/compare.ts';
import { git } from '../support/git.ts';
import {
  startGitHttpServer,
  type GitHttpServer,
  type Misbehaviour,
  type RequestLog,
} from '../support/git-http-server.ts';
import { startEngine, waitForJob, type TestEngine } from '../support/packmule.ts';
import { makeTempDir, removeTempDirs } from '../support/temp.ts';

let path: string;
/** What one uncut clone takes. */
let fullBytes: number;
let server: GitHttpServer;
let engine: TestEngine;

beforeAll(async () => {
  path = await makeBigRepo({ objects: 6_000, assetBytes: 1024 * 1024 });
  const counts = await git(['-C', path, 'count-objects', '-v']);
  fullBytes = Number(/^size-pack: (\d+)$/m.exec(counts)?.[1]) * 1024;
});

beforeEach(async () => {
  engine = await startEngine();
});

afterEach(async () => {
  await engine.quit();
  await server.close();
});

afterAll(removeTempDirs);

async function serve(config: Record<string, string> = {}): Promise<void> {
  server = await startGitHttpServer({
    root: dirname(path),
    config: { 'uploadpack.allowFilter': 'true', ...config },
  });
}

/** The advertisement, the refs, and the one pack with everything: what comes after is completion. */
const firstPack = 3;

/** The first pack is cut off; what is asked for then is answered as `then` says, counted from 1. */
function afterTheFirstCut(
  then: (count: number, request: RequestLog) => Misbehaviour | undefined,
  cutAfterBytes = 250_000,
): void {
  server.onRequest = (request) => {
    if (request.number < firstPack) return undefined;
    if (request.number === firstPack) return { cutAfterBytes };
    return then(request.number - firstPack, request);
  };
}

const url = () => `${server.url}/${basename(path)}`;
const resting = ({ job }: JobDetail) => ['done', 'failed', 'retrying', 'needs-you'].includes(job.state);
const notes = (detail: JobDetail) => detail.activity.map(({ text }) => text).join('\n');
const received = () => server.log.reduce((sum, request) => sum + request.bodyBytes, 0);
const filtersAsked = () =>
  server.log.slice(firstPack).flatMap(({ text }) => /filter (\S+)/.exec(text)?.[1] ?? []);

async function start(): Promise<{ id: string; directory: string }> {
  const directory = join(makeTempDir('refused'), 'clone');
  const wish = { url: url(), directory, options: { noCheckout: true }, start: 'now' as const };
  return { ...(await engine.client.ask('job.clone', wish)), directory };
}

async function clone(): Promise<{ detail: JobDetail; directory: string }> {
  const { id, directory } = await start();
  return { detail: await waitForJob(engine.client, id, resting, 90_000), directory };
}

async function expectSame(directory: string): Promise<void> {
  server.onRequest = undefined;
  server.limits = {};
  const theirs = join(makeTempDir('theirs'), 'clone');
  await git(['clone', '--quiet', '--no-checkout', `file://${path}`, theirs]);
  await git(['-C', theirs, 'remote', 'set-url', 'origin', url()]);
  await expectSameAsGitClone(directory, theirs);
}

const resultType = { 'Content-Type': 'application/x-git-upload-pack-result' };
const errorPacket = (words: string) => {
  const line = `ERR ${words}\n`;
  return `${(line.length + 4).toString(16).padStart(4, '0')}${line}`;
};

describe('a server that asks for a pause', () => {
  beforeEach(() => serve());

  test.each<[string, Misbehaviour, number]>([
    ['429 with a time', { status: 429, headers: { 'Retry-After': '2' } }, 1_950],
    ['429 without', { status: 429 }, 0],
    ['503 with a time', { status: 503, headers: { 'Retry-After': '1' } }, 950],
    ['its own words', { status: 200, headers: resultType, body: errorPacket('rate limit exceeded') }, 0],
  ])('%s is given it, and goes on', async (_name, refusal, waitMsMin) => {
    afterTheFirstCut((count) => (count === 2 || count === 5 ? refusal : undefined));
    const { detail, directory } = await clone();
    expect(detail.job).toMatchObject({ state: 'done', failure: null });
    const refused = [server.log[firstPack + 1], server.log[firstPack + 4]];
    for (const each of refused) {
      expect(each?.end).toBe('complete');
      // What was asked for before the refusal was read does not count.
      const until = (each?.endedAtMs ?? 0) + waitMsMin;
      const tooEarly = server.log.filter(
        ({ startedAtMs }) => startedAtMs > (each?.endedAtMs ?? 0) + 200 && startedAtMs < until,
      );
      expect(tooEarly).toEqual([]);
    }
    expect(received() / fullBytes).toBeLessThan(1.05);
    await expectSame(directory);
  });

  test('a long one is left to the job, which says until when, and keeps what came', async () => {
    afterTheFirstCut((count) =>
      count >= 4 ? { status: 429, headers: { 'Retry-After': '120' } } : undefined,
    );
    const { detail, directory } = await clone();
    expect(detail.job).toMatchObject({
      state: 'retrying',
      retry: { failure: { code: 'too-many-requests' } },
    });
    expect((detail.job.retry?.atMs ?? 0) - Date.now()).toBeGreaterThan(100_000);
    server.onRequest = undefined;
    await engine.client.ask('job.resume', { ids: [detail.job.id] });
    const after = await waitForJob(engine.client, detail.job.id, ({ job }) => job.state === 'done');
    expect(after.job.failure).toBeNull();
    expect(received() / fullBytes).toBeLessThan(1.05);
    await expectSame(directory);
  });
});

describe('a server that does not take a filter', () => {
  const off = { 'uploadpackfilter.allow': 'false' };

  test.each<[string, Record<string, string>, string[], number]>([
    [
      'trees without depth',
      { 'uploadpackfilter.tree.allow': 'false' },
      ['tree:0', 'object:type=commit'],
      1.2,
    ],
    [
      'anything but blob:none',
      { ...off, 'uploadpackfilter.blob:none.allow': 'true' },
      ['tree:0', 'object:type=commit', 'blob:none'],
      1.6,
    ],
    [
      'anything but blob:limit',
      { ...off, 'uploadpackfilter.blob:limit.allow': 'true' },
      ['tree:0', 'object:type=commit', 'blob:none', 'blob:limit=0'],
      1.6,
    ],
    [
      'anything but tree:0',
      { ...off, 'uploadpackfilter.tree.allow': 'true', 'uploadpackfilter.tree.maxDepth': '0' },
      ['tree:0'],
      1.2,
    ],
  ])('%s: one that it takes is used', async (_name, config, filters, wireMax) => {
    await serve(config);
    server.limits = { cutAfterBytes: 250_000 };
    const { detail, directory } = await clone();
    expect(detail.job).toMatchObject({ state: 'done', failure: null });
    const asked = filtersAsked();
    expect([...new Set(asked)]).toEqual(expect.arrayContaining(filters));
    expect(filters).toEqual(expect.arrayContaining([...new Set(asked)]));
    // What was refused is not asked for again, but by what was under way at the same time.
    for (const refused of filters.filter((filter) => notes(detail).includes(`take the filter “${filter}”`)))
      expect(asked.filter((filter) => filter === refused).length).toBeLessThan(5);
    expect(received() / fullBytes).toBeLessThan(wireMax);
    await expectSame(directory);
  });

  test('any: it is asked for slices of the history, without filters', async () => {
    await serve(off);
    server.limits = { cutAfterBytes: 600_000 };
    const { detail, directory } = await clone();
    expect(detail.job).toMatchObject({ state: 'done', failure: null });
    expect(detail.plan?.strategy).toBe('slices');
    const [refused, taken] = [server.log.filter(({ bodyBytes }) => bodyBytes < 100), filtersAsked()];
    expect(taken.length).toBeLessThanOrEqual(refused.length);
    expect(received() / fullBytes).toBeLessThan(3);
    await expectSame(directory);
  });
});

describe('several servers behind one address', () => {
  test('one that is behind knows some objects not yet: the others bring them', async () => {
    await serve();
    const behind = makeTempDir('behind');
    const older = join(behind, basename(path));
    await git(['clone', '--quiet', '--bare', path, older]);
    const newest = [
      '--sort=-committerdate',
      '--count=10',
      '--format=%(refname) %(objectname)',
      'refs/heads/*/*',
    ];
    const topics = (await git(['-C', path, 'for-each-ref', ...newest]))
      .split('\n')
      .map((line) => line.split(' '));
    const forget = topics.map(([name]) => `delete ${name}\n`).join('');
    await git(['-C', older, 'update-ref', '--stdin'], { input: forget });
    await git(['-C', older, '-c', 'gc.reflogExpire=now', 'gc', '--quiet', '--prune=now']);
    // Only commits are in what came first: the trees and files of the newest ones are missing.
    afterTheFirstCut((count) => (count % 3 === 0 ? undefined : { root: behind }), 60_000);
    const { detail, directory } = await clone();
    expect(detail.job).toMatchObject({ state: 'done', failure: null });
    const refused = detail.attempts.filter(({ failure }) => failure?.facts.detail?.includes('not our ref'));
    expect(refused.length).toBeGreaterThan(0);
    // What was refused and is asked for alone comes whole, not as a difference.
    expect(received() / fullBytes).toBeLessThan(1.4);
    // What one of them refused was asked of another: over another connection, and alone, or without it for the rest.
    expect(new Set(server.log.map(({ connection }) => connection)).size).toBeGreaterThan(3);
    // Which of them says at the end what the refs are now is chance; the objects are all here.
    const tips = topics.map(([, tip = '']) => tip);
    const lines = await git(['-C', directory, 'rev-list', '--objects', '--missing=print', ...tips]);
    expect(lines.split('\n').filter((line) => line.startsWith('?'))).toEqual([]);
  });
});

describe('answers that are not the server’s own', () => {
  const badGateway = {
    status: 502,
    headers: { 'Content-Type': 'text/html' },
    body: '<html><h1>502 Bad Gateway</h1></html>',
  };
  const portal = {
    status: 200,
    headers: { 'Content-Type': 'text/html' },
    body: '<html><form action="/login">Welcome to our hotel</form></html>',
  };

  beforeEach(() => serve());

  test('once or twice in the middle are asked for again', async () => {
    afterTheFirstCut((count) => ({ 2: badGateway, 4: portal, 5: badGateway })[count]);
    const { detail, directory } = await clone();
    expect(detail.job).toMatchObject({ state: 'done', failure: null });
    expect(received() / fullBytes).toBeLessThan(1.05);
    await expectSame(directory);
  });

  test('that go on end the try, but not what is still coming', async () => {
    let broken = true;
    afterTheFirstCut((count) => {
      if (count === 2) return { bytesPerSecond: 20_000 };
      return count > 2 && broken ? badGateway : undefined;
    });
    const { detail, directory } = await clone();
    expect(detail.job).toMatchObject({ state: 'retrying', retry: { failure: { code: 'server-error' } } });
    const slow = server.log[firstPack + 1];
    expect(slow).toMatchObject({ end: 'complete' });
    const before = received();
    broken = false;
    await engine.client.ask('job.resume', { ids: [detail.job.id] });
    const after = await waitForJob(engine.client, detail.job.id, ({ job }) => job.state === 'done', 60_000);
    expect(after.job.failure).toBeNull();
    expect(before).toBeGreaterThan(250_000);
    expect(received() / fullBytes).toBeLessThan(1.05);
    await expectSame(directory);
  });

  test('of a network that wants a sign-in: the clone goes on by itself behind it', async () => {
    let shut = true;
    afterTheFirstCut((count) => (count > 2 && shut ? portal : undefined));
    const { id, directory } = await start();
    const waits = await waitForJob(
      engine.client,
      id,
      ({ job }) => job.state === 'waiting-for-network',
      60_000,
    );
    expect(waits.job.retry?.failure.code).toBe('not-git');
    shut = false;
    await waitForJob(engine.client, id, ({ job }) => job.state === 'done', 60_000);
    expect(received() / fullBytes).toBeLessThan(1.05);
    await expectSame(directory);
  });
});
