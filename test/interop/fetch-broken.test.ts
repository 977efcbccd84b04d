/** Updates that are cut, killed or disturbed: nothing is seen before their end, and what came counts. */

import { existsSync } from 'node:fs';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { makeBigRepo } from '../support/big-repo.ts';
import { git, tryGit } from '../support/git.ts';
import { noise, seededFractions } from '../support/noise.ts';
import { startEngine, waitForJob } from '../support/packmule.ts';
import {
  answered,
  changes,
  commit,
  ended,
  expectSameAsGitFetch,
  facts,
  fetchOurs,
  inRemote,
  scene,
  serveWithoutFilters,
  setUpdateScene,
  twoClones,
} from '../support/updates.ts';

setUpdateScene();

describe('an update that is cut', () => {
  async function manyFiles(): Promise<void> {
    for (let number = 1; number <= 12; number++) {
      await commit('main', `data/${number}.bin`, noise(200_000, number));
    }
    await inRemote('tag', '-a', '-m', 'all', 'v9', 'main');
  }

  test('keeps what came and asks only for the rest; nothing is seen before its end', async () => {
    const { ours, theirs } = await twoClones();
    await manyFiles();
    const before = await facts(ours);
    const packs = await readdir(join(ours, '.git', 'objects', 'pack'));
    scene.server.limits = { cutAfterBytes: 700_000, bytesPerSecond: 1_500_000 };
    scene.server.log.length = 0;
    const { id } = await scene.engine.client.ask('job.fetch', { directory: ours, options: {} });
    await waitForJob(scene.engine.client, id, ({ job }) => job.drops > 1, 60_000);
    expect(await facts(ours)).toEqual(before);
    expect(await readdir(join(ours, '.git', 'objects', 'pack'))).toEqual(packs);
    const detail = await waitForJob(scene.engine.client, id, ended, 90_000);
    expect(detail.job).toMatchObject({ state: 'done', failure: null });
    expect(detail.plan?.strategy).toBe('objects');
    const sent = answered();
    expect(sent).toBeLessThan(12 * 200_000 * 1.35);
    scene.server.limits = {};
    await expectSameAsGitFetch(ours, theirs);
  });

  test('keeps deltas against what was here before', async () => {
    await inRemote('config', 'pack.useBitmaps', 'false');
    // Each delta inserts as much again as is there: large enough to be cut between, and no use without its base.
    const base = (number: number) => noise(100_000, number);
    for (let number = 1; number <= 10; number++) await commit('main', `${number}.bin`, base(number));
    const { ours, theirs } = await twoClones();
    for (let number = 1; number <= 10; number++) {
      await commit('main', `${number}.bin`, Buffer.concat([base(number), noise(90_000, 100 + number)]));
    }
    scene.server.log.length = 0;
    let cuts = 0;
    scene.server.onRequest = ({ number }) =>
      number > 2 && cuts++ < 1 ? { cutAfterBytes: 600_000 } : undefined;
    const detail = await fetchOurs(ours);
    expect(detail.job).toMatchObject({ state: 'done', drops: 1 });
    // About five came as deltas in the first answer; the others cannot come as such by id.
    const sent = answered();
    expect(sent).toBeLessThan(600_000 + 5 * 190_000 + 50_000);
    expect(detail.job.bytes.wastedBytes).toBeLessThan(120_000);
    scene.server.onRequest = undefined;
    await expectSameAsGitFetch(ours, theirs);
  });

  test('goes on after kill -9 at any moment, after pauses, and in another engine', async () => {
    const { ours, theirs } = await twoClones();
    await manyFiles();
    scene.server.limits = { cutAfterBytes: 500_000, bytesPerSecond: 1_500_000 };
    const fraction = seededFractions(3);
    const { id } = await scene.engine.client.ask('job.fetch', { directory: ours, options: {} });
    for (let kill = 0; kill < 5; kill++) {
      await sleep(100 + fraction() * 700);
      await scene.engine.kill();
      scene.engine = await startEngine(scene.engine.home);
      await scene.engine.client.ask('job.pause', { ids: [id] });
      await scene.engine.client.ask('job.resume', { ids: [id] });
    }
    const detail = await waitForJob(scene.engine.client, id, ended, 90_000);
    expect(detail.job).toMatchObject({ state: 'done', failure: null });
    scene.server.limits = {};
    await expectSameAsGitFetch(ours, theirs);
  });

  test('comes in slices when it is large, as small as git would have it', async () => {
    const big = await makeBigRepo({ objects: 12_000 });
    await inRemote('fetch', '--quiet', '--no-tags', big, '+main:refs/heads/main');
    const newest = await inRemote('rev-parse', 'main');
    await inRemote('update-ref', 'refs/heads/main', `${newest}~500`);
    const { ours, theirs } = await twoClones('--no-checkout');
    await inRemote('update-ref', 'refs/heads/main', newest);
    scene.server.log.length = 0;
    await git(['-C', theirs, 'fetch', '--quiet']);
    const uncut = answered();
    scene.server.log.length = 0;
    scene.server.limits = { cutAfterBytes: Math.round(uncut / 8) };
    const { id } = await scene.engine.client.ask('job.fetch', { directory: ours, options: {} });
    const heads = join(ours, '.git', 'packmule', 'whole-heads.json');
    await expect.poll(() => existsSync(heads), { timeout: 60_000 }).toBe(true);
    await scene.engine.kill();
    scene.engine = await startEngine(scene.engine.home);
    const detail = await waitForJob(scene.engine.client, id, ended, 90_000);
    expect(detail.job).toMatchObject({ state: 'done', failure: null });
    expect(detail.activity.map(({ text }) => text).join()).toContain('comes in slices');
    // By id, without their differences to what is here, the same objects would be several times as much.
    expect(answered() / uncut).toBeLessThan(1.5);
    scene.server.limits = {};
    await expectSameAsGitFetch(ours, theirs);
  });

  test('without filters it begins again, and ends as well', async () => {
    await serveWithoutFilters();
    const { ours, theirs } = await twoClones();
    await manyFiles();
    let cuts = 0;
    scene.server.onRequest = ({ number }) =>
      number > 2 && cuts++ < 3 ? { cutAfterBytes: 600_000 } : undefined;
    expect((await fetchOurs(ours)).job).toMatchObject({ state: 'done', failure: null });
    scene.server.onRequest = undefined;
    await expectSameAsGitFetch(ours, theirs);
  });
});

describe('somebody else at the same repository', () => {
  test('a second update of it is refused, whichever work tree it is asked for in', async () => {
    const { ours } = await twoClones();
    await git(['-C', ours, 'worktree', 'add', '--quiet', '--detach', `${ours}-linked`]);
    await commit('main', 'd', noise(400_000, 1));
    scene.server.limits = { bytesPerSecond: 50_000 };
    const { id } = await scene.engine.client.ask('job.fetch', { directory: ours, options: {} });
    for (const directory of [ours, join(ours, 'src'), `${ours}-linked`]) {
      await expect(scene.engine.client.ask('job.fetch', { directory, options: {} })).rejects.toMatchObject({
        failure: { code: 'target-taken-by-job', facts: { jobId: id } },
      });
    }
    await scene.engine.client.ask('job.remove', { ids: [id] });
    expect(await readdir(join(ours, '.git'))).not.toContain('packmule');
  });

  test('a ref that git moves meanwhile keeps what git gave it; the others move', async () => {
    const { ours } = await twoClones();
    const before = await git(['-C', ours, 'rev-parse', 'origin/main~1']);
    await commit('main', 'd', noise(400_000, 1));
    const topic = await commit('topic', 'f', 'f\n');
    await writeFile(join(ours, '.git', 'refs', 'remotes', 'origin', 'main.lock'), '');
    const detail = await fetchOurs(ours);
    expect(detail.job.state).toBe('done');
    expect(changes(detail)).toEqual({
      'refs/remotes/origin/main': 'rejected',
      'refs/remotes/origin/topic': 'fast-forward',
    });
    expect(await git(['-C', ours, 'rev-parse', 'origin/topic'])).toBe(topic);
    expect(await git(['-C', ours, 'rev-parse', 'origin/main~1'])).toBe(before);
  });

  test('gc and commits in the middle do no harm', async () => {
    const { ours } = await twoClones();
    for (let number = 1; number <= 6; number++) await commit('main', `${number}.bin`, noise(200_000, number));
    scene.server.limits = { bytesPerSecond: 600_000, cutAfterBytes: 400_000 };
    const { id } = await scene.engine.client.ask('job.fetch', { directory: ours, options: {} });
    await waitForJob(scene.engine.client, id, ({ job }) => job.bytes.wireBytes > 200_000, 30_000);
    await git(['-C', ours, 'commit', '--quiet', '--allow-empty', '-m', 'mine']);
    await git(['-C', ours, 'gc', '--quiet', '--prune=now']);
    const detail = await waitForJob(scene.engine.client, id, ended, 60_000);
    expect(detail.job).toMatchObject({ state: 'done', failure: null });
    expect(await git(['-C', ours, 'rev-parse', 'origin/main'])).toBe(await inRemote('rev-parse', 'main'));
    expect((await tryGit(['-C', ours, 'fsck', '--full'])).code).toBe(0);
  });
});
