/** Remotes that move, or forget, while a clone is under way. */

import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { JobDetail } from '../../main/contract/index.ts';
import { expectSameAsGitClone } from '../support/compare.ts';
import { git } from '../support/git.ts';
import { startGitHttpServer, type GitHttpServer } from '../support/git-http-server.ts';
import { noise } from '../support/noise.ts';
import { startEngine, waitForJob, type TestEngine } from '../support/packmule.ts';
import { repo } from '../support/repos.ts';
import { makeTempDir, removeTempDirs } from '../support/temp.ts';

let remote: string;
let server: GitHttpServer;
let engine: TestEngine;

beforeEach(async () => {
  remote = join(makeTempDir('moving'), 'moving.git');
  await git(['clone', '--quiet', '--mirror', '--no-hardlinks', await repo('middling'), remote]);
  server = await startGitHttpServer({ root: dirname(remote), config: { 'uploadpack.allowFilter': 'true' } });
  engine = await startEngine();
});

afterEach(async () => {
  await engine.quit();
  await server.close();
});

afterAll(removeTempDirs);

const url = () => `${server.url}/moving.git`;
const inRemote = (...words: string[]) => git(['-C', remote, ...words]);
const ended = (detail: JobDetail) => detail.job.state === 'done' || detail.job.state === 'failed';
const said = (detail: JobDetail) => detail.activity.map(({ text }) => text).join('\n');
const answered = () => server.log.reduce((sum, request) => sum + request.bodyBytes, 0);

async function commit(path: string, content: Uint8Array, parents: string[]): Promise<string> {
  const blob = await git(['-C', remote, 'hash-object', '-w', '--stdin'], { input: content });
  const entries = parents.length === 0 ? '' : `${await inRemote('ls-tree', parents[0] ?? '')}\n`;
  const tree = await git(['-C', remote, 'mktree'], { input: `${entries}100644 blob ${blob}\t${path}\n` });
  return inRemote('commit-tree', tree, ...parents.flatMap((oid) => ['-p', oid]), '-m', path);
}

/** A clone that has about a third of it and rests. */
async function begun(directory: string): Promise<string> {
  server.limits = { bytesPerSecond: 3_000_000, cutAfterBytes: 1_200_000 };
  const wish = { url: url(), directory, options: {}, start: 'now' as const };
  const { id } = await engine.client.ask('job.clone', wish);
  await waitForJob(engine.client, id, ({ job }) => job.bytes.wireBytes > 2_000_000, 30_000);
  await engine.client.ask('job.pause', { ids: [id] });
  server.limits = {};
  server.log.length = 0;
  return id;
}

async function goneOn(id: string): Promise<JobDetail> {
  await engine.client.ask('job.resume', { ids: [id] });
  const detail = await waitForJob(engine.client, id, ended, 90_000);
  expect(detail.job).toMatchObject({ state: 'done', failure: null });
  return detail;
}

async function expectSame(directory: string): Promise<void> {
  const theirs = join(makeTempDir('theirs'), 'clone');
  await git(['clone', '--quiet', url(), theirs]);
  await expectSameAsGitClone(directory, theirs);
}

describe('a remote that moves between two tries', () => {
  test('a small fetch at the end brings the clone to what is there now', async () => {
    const directory = join(makeTempDir('pinned'), 'clone');
    const id = await begun(directory);
    const before = await inRemote('rev-parse', 'main');
    const newer = await commit('new.bin', noise(50_000, 99), [before]);
    await inRemote('update-ref', 'refs/heads/main', newer);
    await inRemote('tag', '-a', '-m', 'new', 'v-new', newer);
    const detail = await goneOn(id);
    expect(said(detail)).toMatch(/1 ref moved, 1 ref came\. A small fetch has brought it up to date/);
    await expectSame(directory);
  });

  test('nothing more is asked for when all that moved is here already', async () => {
    const directory = join(makeTempDir('pinned'), 'clone');
    const id = await begun(directory);
    await inRemote('update-ref', 'refs/heads/main', await inRemote('rev-parse', 'main~20'));
    const detail = await goneOn(id);
    expect(said(detail)).toContain('1 ref moved. A small fetch');
    expect(await git(['-C', directory, 'rev-parse', 'HEAD'])).toBe(await inRemote('rev-parse', 'main'));
    await git(['-C', directory, 'fsck', '--full']);
    expect(await git(['-C', directory, 'status', '--porcelain'])).toBe('');
  });

  test('when that fetch fails the clone is done all the same, and says what is older', async () => {
    const directory = join(makeTempDir('pinned'), 'clone');
    const id = await begun(directory);
    const before = await inRemote('rev-parse', 'main');
    const newer = await commit('new.bin', noise(50_000, 99), [before]);
    await inRemote('update-ref', 'refs/heads/main', newer);
    // The server has lost an object of what is new.
    const lost = await inRemote('rev-parse', `${newer}:new.bin`);
    await rm(join(remote, 'objects', lost.slice(0, 2), lost.slice(2)));
    const detail = await goneOn(id);
    expect(said(detail)).toMatch(/complete, with the refs it was begun with; .* did not succeed/);
    expect(await git(['-C', directory, 'rev-parse', 'HEAD'])).toBe(before);
    await git(['-C', directory, 'fsck', '--full']);
  });
});

describe('a remote that forgets', () => {
  test('what was begun with: what arrived serves the refs of now', async () => {
    const directory = join(makeTempDir('forgotten'), 'clone');
    const id = await begun(directory);
    // The newest thirty commits never were: a forced push, then housekeeping.
    const kept = await inRemote('rev-parse', 'main~30');
    const other = await commit('other.bin', noise(50_000, 98), [kept]);
    await inRemote('update-ref', 'refs/heads/main', other);
    await inRemote('reflog', 'expire', '--expire=now', '--all');
    await inRemote('gc', '--quiet', '--prune=now');
    const detail = await goneOn(id);
    expect(said(detail)).toContain('has no longer what this clone was begun with (1 ref moved)');
    // 31 files of 100 kB are left of 60; some had come.
    expect(answered()).toBeLessThan(31 * 100_000);
    expect(await git(['-C', directory, 'rev-parse', 'HEAD'])).toBe(other);
    await git(['-C', directory, 'fsck', '--full', '--no-dangling', '--connectivity-only']);
    expect(await git(['-C', directory, 'status', '--porcelain'])).toBe('');
  });
});
