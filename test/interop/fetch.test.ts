/** Updates of repositories that are here, beside stock `git fetch` in a copy of the same repository. */

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { FetchOptions } from '../../main/contract/index.ts';
import { git, tryGit } from '../support/git.ts';
import { noise } from '../support/noise.ts';
import { runPackmule, waitForJob } from '../support/packmule.ts';
import {
  answered,
  changes,
  commit,
  expectSameAsGitFetch,
  facts,
  fetchOurs,
  inRemote,
  scene,
  setUpdateScene,
  twoClones,
} from '../support/updates.ts';

setUpdateScene();

describe('an update', () => {
  test('of everything that may happen to a ref', async () => {
    await commit('gone/soon', 'a', 'a\n', 'main');
    await commit('rewritten', 'b', 'b\n', 'main');
    const { ours, theirs } = await twoClones();
    await inRemote('update-ref', '-d', 'refs/heads/gone/soon');
    await commit('gone', 'where a folder was', 'g\n', 'main');
    await inRemote('update-ref', '-d', 'refs/heads/rewritten');
    await commit('rewritten', 'c', 'c\n', 'topic');
    await commit('main', 'd', 'd\n');
    await commit('new', 'e', 'e\n', 'main');
    await inRemote('tag', '-a', '-m', 'three', 'v3', 'main');
    await inRemote('tag', 'of-old', 'main~3');
    await inRemote('tag', '-f', 'light', 'main');
    const detail = await fetchOurs(ours, { prune: true });
    expect(detail.job).toMatchObject({ state: 'done', kind: 'fetch', failure: null });
    expect(changes(detail)).toEqual({
      'refs/remotes/origin/gone/soon': 'deleted',
      'refs/remotes/origin/gone': 'new-branch',
      'refs/remotes/origin/main': 'fast-forward',
      'refs/remotes/origin/new': 'new-branch',
      'refs/remotes/origin/rewritten': 'forced',
      'refs/tags/of-old': 'new-tag',
      'refs/tags/v3': 'new-tag',
    });
    await expectSameAsGitFetch(ours, theirs, ['--prune']);
  });

  test('asks for nothing when nothing is new, and says so', async () => {
    const { ours, theirs } = await twoClones();
    scene.server.log.length = 0;
    const detail = await fetchOurs(join(ours, 'src'));
    expect(detail.job).toMatchObject({ state: 'done', directory: ours });
    expect(detail.updates).toEqual([]);
    expect(scene.server.log).toHaveLength(2);
    await expectSameAsGitFetch(ours, theirs);
  });

  test.each([
    ['bare', ['--bare']],
    ['mirror', ['--mirror']],
    ['one branch', ['--single-branch', '--branch', 'topic']],
    ['without tags', ['--no-tags']],
    [
      'with refspecs of its own',
      ['-c', 'remote.origin.fetch=+refs/heads/m*:refs/x/m*', '-c', 'remote.origin.fetch=^refs/heads/new'],
    ],
    ['shallow', ['--depth=3']],
    ['filtered', ['--filter=blob:none', '--no-checkout']],
  ])('of a repository that is %s', async (_name, words) => {
    const { ours, theirs } = await twoClones(...words);
    await commit('main', 'd', 'd\n');
    await commit('topic', 'f', 'f\n');
    await commit('new', 'e', 'e\n', 'main');
    await inRemote('tag', '-a', '-m', 'three', 'v3', 'topic');
    const detail = await fetchOurs(ours);
    expect(detail.job).toMatchObject({ state: 'done', failure: null });
    await expectSameAsGitFetch(ours, theirs);
  });

  test('with all tags; one that somebody moved stays, and is told', async () => {
    const { ours, theirs } = await twoClones();
    await inRemote('tag', '-f', 'light', 'main');
    await inRemote('tag', 'aside', await commit('elsewhere', 'x', 'x\n', 'main'));
    await inRemote('update-ref', '-d', 'refs/heads/elsewhere');
    const detail = await fetchOurs(ours, { tags: 'all' });
    expect(changes(detail)).toEqual({ 'refs/tags/aside': 'new-tag', 'refs/tags/light': 'rejected' });
    expect((await tryGit(['-C', theirs, 'fetch', '--quiet', '--tags'])).code).toBe(1);
    expect(await facts(ours)).toEqual(await facts(theirs));
  });

  test('in a linked work tree, and of another remote', async () => {
    const { ours, theirs } = await twoClones();
    for (const each of [ours, theirs]) {
      await git(['-C', each, 'worktree', 'add', '--quiet', '--detach', `${each}-linked`]);
      await git(['-C', each, 'remote', 'rename', 'origin', 'up stream'.replace(' ', '-')]);
    }
    await commit('main', 'd', 'd\n');
    const detail = await fetchOurs(`${ours}-linked`, { remote: 'up-stream' });
    expect(detail.job).toMatchObject({ state: 'done', directory: `${ours}-linked` });
    await expectSameAsGitFetch(`${ours}-linked`, `${theirs}-linked`, ['up-stream']);
  });

  test('by the rules of insteadOf', async () => {
    const { ours, theirs } = await twoClones();
    for (const each of [ours, theirs]) {
      await git(['-C', each, 'config', `url.${scene.server.url}/.insteadOf`, 'short:']);
      await git(['-C', each, 'remote', 'set-url', 'origin', 'short:project.git']);
    }
    await commit('main', 'd', 'd\n');
    expect((await fetchOurs(ours)).job.state).toBe('done');
    await expectSameAsGitFetch(ours, theirs);
  });
});

describe('what goes over the line', () => {
  test('is no more than git needs', async () => {
    // With bitmaps a server looks for no deltas against what the client has.
    await inRemote('config', 'pack.useBitmaps', 'false');
    await commit('main', 'large', noise(300_000, 1));
    const { ours, theirs } = await twoClones();
    const changed = Buffer.concat([noise(300_000, 1), Buffer.from('a little more\n')]);
    await commit('main', 'large', changed);
    // Commits nobody there knows.
    await git(['-C', ours, 'commit', '--quiet', '--allow-empty', '-m', 'mine']);
    await git(['-C', theirs, 'commit', '--quiet', '--allow-empty', '-m', 'mine']);
    const bytesOf = async (work: () => Promise<unknown>) => {
      scene.server.log.length = 0;
      await work();
      return answered();
    };
    const our = await bytesOf(() => fetchOurs(ours));
    const their = await bytesOf(() => git(['-C', theirs, 'fetch', '--quiet']));
    // Progress and keepalives differ; the file itself would be 300,000.
    expect(our).toBeLessThan(their + 2_000);
    expect(our).toBeLessThan(20_000);
  });

  test('after many commits of our own the common ones are found in rounds', async () => {
    const { ours, theirs } = await twoClones();
    const stream = Array.from(
      { length: 100 },
      (_, n) =>
        `commit refs/heads/mine\ncommitter A <a@b> ${1_800_000_000 + n} +0000\ndata 1\nx\n${n === 0 ? 'from refs/heads/main^0\n' : ''}`,
    ).join('');
    for (const each of [ours, theirs]) await git(['-C', each, 'fast-import', '--quiet'], { input: stream });
    // Every ref moves, so no advertised one is known here.
    await commit('main', 'd', 'd\n');
    await commit('topic', 'f', 'f\n');
    for (const tag of ['v1', 'v2', 'light']) await inRemote('tag', '-d', tag);
    scene.server.log.length = 0;
    expect((await fetchOurs(ours)).job.state).toBe('done');
    const asked = scene.server.log.filter(({ text }) => text.includes('command=fetch'));
    expect(asked.length).toBeGreaterThan(2);
    expect(asked.at(-1)?.bodyBytes).toBeLessThan(3_000);
    await expectSameAsGitFetch(ours, theirs);
  });
});

describe('the command', () => {
  const run = (cwd: string, ...words: string[]) =>
    runPackmule(['fetch', ...words], { home: scene.engine.home, cwd, env: { HOME: scene.root } });

  test('shows what git shows', async () => {
    const { ours, theirs } = await twoClones();
    await commit('main', 'd', 'd\n');
    await commit('new', 'e', 'e\n', 'main');
    const first = await run(join(ours, 'src'));
    expect(first.code).toBe(0);
    const table = first.stderr.split('\n').filter((line) => /^(From| [ *])/.test(line));
    const { stderr } = await tryGit(['-c', 'core.abbrev=8', '-C', theirs, 'fetch']);
    const squeezed = (lines: string[]) => lines.map((line) => line.replace(/ +/g, ' ').replace(/\.git$/, ''));
    expect(squeezed(table)).toEqual(squeezed(stderr.trimEnd().split('\n')));
    expect((await run(ours)).stderr).toContain('\nAlready up to date.\n');
  });

  test('tells programs in JSON, and ends with 1 when a ref was rejected', async () => {
    const { ours } = await twoClones();
    await inRemote('tag', '-f', 'light', 'main');
    const { code, result } = await run(scene.root, '--json', '--tags', ours);
    expect(code).toBe(1);
    expect(result).toMatchObject({ type: 'result', state: 'done', exitCode: 1, directory: ours });
    expect(result['updates']).toMatchObject([{ change: 'rejected', localName: 'refs/tags/light' }]);
    const usage = await run(scene.root, '--json');
    expect([usage.code, usage.result['failure']]).toMatchObject([1, { code: 'not-a-repository' }]);
  });

  test('goes on with the update that was paused', async () => {
    const { ours, theirs } = await twoClones();
    for (let number = 1; number <= 6; number++) await commit('main', `${number}.bin`, noise(200_000, number));
    scene.server.limits = { bytesPerSecond: 600_000 };
    const { id } = await scene.engine.client.ask('job.fetch', { directory: ours, options: {} });
    await waitForJob(scene.engine.client, id, ({ job }) => job.bytes.wireBytes > 450_000, 30_000);
    await scene.engine.client.ask('job.pause', { ids: [id] });
    scene.server.limits = {};
    scene.server.log.length = 0;
    const { code, stderr } = await run(ours, '-v');
    expect([code, stderr]).toMatchObject([0, expect.stringContaining('Going on with the update')]);
    expect(answered()).toBeLessThan(1_000_000);
    await expectSameAsGitFetch(ours, theirs);
  });
});

describe('what cannot be updated', () => {
  const refused = async (directory: string, options: FetchOptions = {}) => {
    const error: unknown = await scene.engine.client
      .ask('job.fetch', { directory, options })
      .catch((each: unknown) => each);
    expect(await scene.engine.client.ask('job.list', {})).toEqual([]);
    return (error as { failure?: { code: string } }).failure?.code;
  };

  test('is refused before a job is made', async () => {
    const empty = join(scene.root, 'empty');
    await mkdir(empty);
    expect(await refused(empty)).toBe('not-a-repository');
    expect(await refused(join(scene.root, 'nowhere'))).toBe('not-a-repository');
    const { ours } = await twoClones();
    expect(await refused(ours, { remote: 'unknown' })).toBe('remote-not-configured');
    expect(await refused(ours, { remote: '--upload-pack=x' })).toBe('remote-not-configured');
    await git(['-C', ours, 'config', '--add', 'remote.origin.fetch', 'a..b:c']);
    expect(await refused(ours)).toBe('option-conflict');
  });

  test('a branch that somebody has checked out', async () => {
    const { ours, theirs } = await twoClones('-c', 'remote.origin.fetch=refs/heads/*:refs/heads/*');
    const detail = await fetchOurs(ours);
    expect(detail.job).toMatchObject({ state: 'failed', failure: { code: 'option-conflict' } });
    expect((await tryGit(['-C', theirs, 'fetch'])).stderr).toContain('refusing to fetch into branch');
  });
});
