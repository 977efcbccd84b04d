/** A remote that changes, and the same clone of it twice: one for Packmule to update, one for git. */

import { cp, readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeEach, expect } from 'vitest';
import type { FetchOptions, JobDetail } from '../../main/contract/index.ts';
import { git, tryGit } from './git.ts';
import { startGitHttpServer, type GitHttpServer } from './git-http-server.ts';
import { startEngine, waitForJob, type TestEngine } from './packmule.ts';
import { repo } from './repos.ts';
import { makeTempDir, removeTempDirs } from './temp.ts';

/** What each test of updates begins with; new for each. */
export interface UpdateScene {
  root: string;
  /** Bare, served. */
  remote: string;
  server: GitHttpServer;
  engine: TestEngine;
}

/** The scene of the test that runs now. */
export const scene = {} as UpdateScene;

const config = { 'uploadpack.allowFilter': 'true', 'uploadpack.allowAnySHA1InWant': 'true' };

/** Call once in a file of tests. */
export function setUpdateScene(): void {
  beforeEach(async () => {
    scene.root = makeTempDir('fetch');
    scene.remote = join(scene.root, 'served', 'project.git');
    await git(['clone', '--quiet', '--mirror', await repo('linear'), scene.remote]);
    scene.server = await startGitHttpServer({ root: dirname(scene.remote), config });
    scene.engine = await startEngine();
  });
  afterEach(async () => {
    await scene.engine.quit();
    await scene.server.close();
  });
  afterAll(removeTempDirs);
}

/** From now on the server knows no filters. */
export async function serveWithoutFilters(): Promise<void> {
  await scene.server.close();
  await inRemote('config', 'uploadpack.allowFilter', 'false');
  scene.server = await startGitHttpServer({ root: dirname(scene.remote) });
}

export const url = () => `${scene.server.url}/project.git`;
export const inRemote = (...words: string[]) => git(['-C', scene.remote, ...words]);

/** Bytes of answers since the log was emptied. */
export const answered = () => scene.server.log.reduce((sum, request) => sum + request.bodyBytes, 0);

/** A commit on a branch of the remote, without a work tree. */
export async function commit(branch: string, path: string, content: string | Uint8Array, parent = branch) {
  const blob = await git(['-C', scene.remote, 'hash-object', '-w', '--stdin'], { input: content });
  const env = { GIT_INDEX_FILE: join(scene.remote, `index-${branch.replaceAll('/', '-')}`) };
  const from = (await tryGit(['-C', scene.remote, 'rev-parse', '--verify', `refs/heads/${parent}`])).stdout
    .toString()
    .trim();
  await git(['-C', scene.remote, 'read-tree', ...(from === '' ? ['--empty'] : [from])], { env });
  await git(['-C', scene.remote, 'update-index', '--add', '--cacheinfo', `100644,${blob},${path}`], { env });
  const tree = await git(['-C', scene.remote, 'write-tree'], { env });
  const parents = from === '' ? [] : ['-p', from];
  const made = await git(['-C', scene.remote, 'commit-tree', tree, ...parents, '-m', `${branch}: ${path}`]);
  await inRemote('update-ref', `refs/heads/${branch}`, made);
  return made;
}

/** The same clone twice: one for us, one for git. */
export async function twoClones(...words: string[]): Promise<{ ours: string; theirs: string }> {
  const [ours, theirs] = [join(scene.root, 'ours'), join(scene.root, 'theirs')];
  await git(['clone', '--quiet', ...words, url(), ours]);
  await cp(ours, theirs, { recursive: true });
  return { ours, theirs };
}

export async function fetchOurs(directory: string, options: FetchOptions = {}): Promise<JobDetail> {
  const { id } = await scene.engine.client.ask('job.fetch', { directory, options });
  return waitForJob(scene.engine.client, id, ended, 90_000);
}

export const ended = (detail: JobDetail) => ['done', 'failed', 'needs-you'].includes(detail.job.state);

async function gitDirOf(directory: string): Promise<string> {
  return git(['-C', directory, 'rev-parse', '--absolute-git-dir']);
}

/** What a fetch changes, as plain values. */
export async function facts(directory: string) {
  const gitDir = await gitDirOf(directory);
  const refs = await git(['-C', directory, 'for-each-ref', '--format=%(refname) %(objectname) %(symref)']);
  const subjects: Record<string, string> = {};
  for (const name of refs.split('\n').map((line) => line.split(' ')[0] ?? '')) {
    subjects[name] = (await tryGit(['-C', directory, 'reflog', '--format=%gs', name])).stdout.toString();
  }
  return {
    refs,
    // Git puts the words of its command line before the colon.
    subjects: JSON.parse(JSON.stringify(subjects).replace(/\bfetch [^":]*:/g, 'fetch:')) as object,
    fetchHead: await readFile(join(gitDir, 'FETCH_HEAD'), 'utf8').catch(() => null),
    reachable: await git(['-C', directory, 'rev-list', '--objects', '--no-object-names', '--all']),
    status: await git(['-C', directory, 'status', '--porcelain']).catch(() => 'bare'),
  };
}

export async function expectSameAsGitFetch(
  ours: string,
  theirs: string,
  words: string[] = [],
): Promise<void> {
  await git(['-C', theirs, 'fetch', '--quiet', ...words]);
  const [our, their] = [await facts(ours), await facts(theirs)];
  expect(our).toEqual(their);
  const gitDir = await git(['-C', ours, 'rev-parse', '--git-common-dir']);
  expect(await readdir(gitDir.startsWith('/') ? gitDir : join(ours, gitDir))).not.toContain('packmule');
  expect((await tryGit(['-C', ours, 'fsck', '--full', '--no-dangling'])).code).toBe(0);
}

export const changes = (detail: JobDetail) =>
  Object.fromEntries((detail.updates ?? []).map(({ localName, change }) => [localName, change]));
