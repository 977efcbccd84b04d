/** What a person is told that a cut would cost, while bytes are coming and when none are. */

import { basename, dirname, join } from 'node:path';
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import type { JobDetail } from '../../main/contract/index.ts';
import { makeBigRepo } from '../support/big-repo.ts';
import { startGitHttpServer, type GitHttpServer } from '../support/git-http-server.ts';
import { startEngine, waitForJob, type TestEngine } from '../support/packmule.ts';
import { makeTempDir, removeTempDirs } from '../support/temp.ts';

let path: string;
let server: GitHttpServer;
let engine: TestEngine;

beforeEach(async () => {
  path = await makeBigRepo({ objects: 6_000, assetBytes: 1024 * 1024 });
  engine = await startEngine();
});

afterEach(async () => {
  await engine.quit();
  await server.close();
});

afterAll(removeTempDirs);

/** A slow clone, as it is when some of it has come. */
async function inTheMiddle(options: { filter?: string } = {}): Promise<JobDetail> {
  server = await startGitHttpServer({ root: dirname(path), config: { 'uploadpack.allowFilter': 'true' } });
  server.limits = { bytesPerSecond: 150_000 };
  const { id } = await engine.client.ask('job.clone', {
    url: `${server.url}/${basename(path)}`,
    directory: join(makeTempDir('cost'), 'clone'),
    options: { noCheckout: true, ...options },
    start: 'now',
  });
  return waitForJob(engine.client, id, ({ job }) => job.bytes.wireBytes > 300_000, 30_000);
}

test('about an object where what came is gone on with, and nothing while it rests', async () => {
  const detail = await inTheMiddle();
  expect(detail.cutCostBytes).toBeGreaterThan(0);
  expect(detail.cutCostBytes).toBeLessThan(30_000);
  const { id } = detail.job;
  await engine.client.ask('job.pause', { ids: [id] });
  expect((await engine.client.ask('job.get', { id })).cutCostBytes).toBe(0);
});

test('everything that came where a filter keeps anybody from telling what is missing', async () => {
  const detail = await inTheMiddle({ filter: 'blob:limit=100k' });
  expect(detail.cutCostBytes).toBeGreaterThan(150_000);
});
