/** What is known of a server's connections decides how the next clone from it begins. */

import { basename, dirname, join } from 'node:path';
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import type { JobDetail } from '../../main/contract/index.ts';
import { makeBigRepo } from '../support/big-repo.ts';
import { expectSameAsGitClone } from '../support/compare.ts';
import { git } from '../support/git.ts';
import { startGitHttpServer, type GitHttpServer } from '../support/git-http-server.ts';
import { startEngine, waitForJob, type TestEngine } from '../support/packmule.ts';
import { makeTempDir, removeTempDirs } from '../support/temp.ts';

let server: GitHttpServer;
let engine: TestEngine;
let path: string;

beforeEach(async () => {
  path = await makeBigRepo({ objects: 3_000, assetBytes: 4 * 1024 * 1024 });
  server = await startGitHttpServer({ root: dirname(path), config: { 'uploadpack.allowFilter': 'true' } });
  engine = await startEngine();
});

afterEach(async () => {
  await engine.quit();
  await server.close();
});

afterAll(removeTempDirs);

const ended = ({ job }: JobDetail) => job.state === 'done' || job.state === 'failed';

async function clone(): Promise<{ detail: JobDetail; directory: string }> {
  const directory = join(makeTempDir('planned'), 'clone');
  const wish = { url: `${server.url}/${basename(path)}`, directory, options: {}, start: 'now' as const };
  const { id } = await engine.client.ask('job.clone', wish);
  return { detail: await waitForJob(engine.client, id, ended, 60_000), directory };
}

test('after connections that broke early, the next clone asks in small requests from the start', async () => {
  server.limits = { cutAfterBytes: 600_000 };
  const first = await clone();
  expect(first.detail.job).toMatchObject({ state: 'done', failure: null });
  expect(first.detail.job.drops).toBeGreaterThan(2);

  const before = server.log.length;
  const second = await clone();
  expect(second.detail.job).toMatchObject({ state: 'done', failure: null });
  expect(second.detail.plan?.sentence).toMatch(/broke after about \d+ kB lately/);
  const fetches = server.log.slice(before).filter(({ text }) => text.includes('command=fetch'));
  expect(fetches[0]?.text).toContain('filter tree:0');
  expect(fetches.every(({ bodyBytes }) => bodyBytes <= 600_000)).toBe(true);
  // It knows what fits: most answers come whole.
  expect(second.detail.job.drops).toBeLessThan(fetches.length / 2);

  server.limits = {};
  const theirs = join(makeTempDir('theirs'), 'clone');
  await git(['clone', '--quiet', `${server.url}/${basename(path)}`, theirs]);
  await expectSameAsGitClone(second.directory, theirs);
}, 120_000);

test('a line that carries everything is asked for everything', async () => {
  const { detail } = await clone();
  expect(detail.plan?.strategy).toBe('plain');
  const fetches = server.log.filter(({ text }) => text.includes('command=fetch'));
  expect(fetches).toHaveLength(1);
  expect(fetches[0]?.text).not.toContain('filter');
}, 60_000);
