/** Objects that are larger than any connection lives long enough to carry: named, set aside, and in nobody's way. */

import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { failureWords, type JobDetail } from '../../main/contract/index.ts';
import { expectSameAsGitClone } from '../support/compare.ts';
import { FastImportStream } from '../support/fast-import.ts';
import { git, gitBytes } from '../support/git.ts';
import { startGitHttpServer, type GitHttpServer } from '../support/git-http-server.ts';
import { noise } from '../support/noise.ts';
import { cloneWith, startEngine, waitForJob, type TestEngine } from '../support/packmule.ts';
import { makeTempDir, removeTempDirs } from '../support/temp.ts';

const kb = 1000;
/** What connections carry here. */
const lifeBytes = 150 * kb;

let server: GitHttpServer;
let engine: TestEngine;

beforeEach(async () => {
  engine = await startEngine();
});

afterEach(async () => {
  await engine.quit();
  await server.close();
});

afterAll(removeTempDirs);

async function repository(name: string, fill: (stream: FastImportStream) => void): Promise<string> {
  const path = join(makeTempDir('remote'), name);
  await git(['init', '-q', '--bare', '-b', 'main', path]);
  const stream = new FastImportStream();
  fill(stream);
  await gitBytes(['-C', path, 'fast-import', '--quiet'], { input: stream.chunks });
  await git(['-C', path, 'repack', '-q', '-a', '-d', '-f']);
  return path;
}

async function serve(path: string, allowFilter = true): Promise<void> {
  const config = { 'uploadpack.allowFilter': String(allowFilter) };
  server = await startGitHttpServer({ root: dirname(path), config });
  server.limits = { cutAfterBytes: lifeBytes };
}

/** The repository that grows beside the target. */
function grownBeside(directory: string): string {
  const workspace = join(dirname(directory), `.${basename(directory)}.packmule`);
  const found = readdirSync(workspace, { recursive: true, encoding: 'utf8' }).find((name) =>
    name.endsWith('HEAD'),
  );
  return dirname(join(workspace, found ?? 'nothing'));
}

async function objectsIn(gitDir: string): Promise<Set<string>> {
  const ids = await git([
    '--git-dir',
    gitDir,
    'cat-file',
    '--batch-all-objects',
    '--batch-check=%(objectname)',
  ]);
  return new Set(ids.split('\n'));
}

const notes = (detail: JobDetail) => detail.activity.map(({ text }) => text).join('\n');

async function retryWithout(limits: GitHttpServer['limits'], detail: JobDetail): Promise<JobDetail> {
  server.limits = limits;
  const { id, question } = detail.job;
  await engine.client.ask('job.answer', { id, questionId: question?.id ?? '', choice: 'retry' });
  return waitForJob(engine.client, id, ({ job }) => job.state === 'done' || job.state === 'failed');
}

describe('a file that no connection can carry', () => {
  let path: string;
  const film = Buffer.from('films/caf\xe9.bin', 'latin1');

  beforeAll(async () => {
    path = await repository('films.git', (stream) => {
      for (let number = 0; number < 40; number++) {
        const changes = [0, 1, 2].map((file) => ({
          path: `src/${(number + file) % 9}/part-${file}.txt`,
          content: noise(2 * kb, number * 3 + file).toString('base64'),
        }));
        const large = number === 11 ? 900 * kb : number === 12 ? 500 * kb : 0;
        stream.commit({
          branch: 'refs/heads/main',
          changes: [
            ...changes,
            ...(large === 0 ? [] : [{ path: film, content: noise(large, 1000 + number) }]),
          ],
        });
      }
    });
  });

  beforeEach(() => serve(path));

  test('is named with its size; everything else comes, and a better line brings it', async () => {
    const directory = join(makeTempDir('film'), 'clone');
    const detail = await cloneWith(engine.client, { url: `${server.url}/films.git`, directory });
    expect(detail.job).toMatchObject({
      state: 'needs-you',
      question: { kind: 'object-too-large', choices: ['retry', 'cancel'] },
      failure: { code: 'object-too-large', facts: { path: 'films/caf\\xE9.bin', objects: 2 } },
    });
    const { bytesSeen = 0, oid = '' } = detail.job.failure?.facts ?? {};
    expect(bytesSeen / lifeBytes).toBeGreaterThan(0.5);
    expect(bytesSeen / lifeBytes).toBeLessThanOrEqual(1);
    expect(notes(detail).match(/is larger than connections carry here/g)).toHaveLength(2);
    expect(existsSync(directory)).toBe(false);

    const here = await objectsIn(grownBeside(directory));
    const missing = [...(await objectsIn(path))].filter((id) => !here.has(id));
    expect(missing).toHaveLength(2);
    expect(missing).toContain(oid);

    // Each of the two was asked for alone three times, once more where a cut took bytes with it that had been sent;
    // finding them took a few cuts more.
    const alone = server.log.filter(({ text }) => text.includes(oid) && text.match(/want /g)?.length === 1);
    expect(alone.every(({ end }) => end === 'cut')).toBe(true);
    expect(alone.length).toBeGreaterThanOrEqual(3);
    expect(alone.length).toBeLessThanOrEqual(5);
    expect(server.log.filter(({ end }) => end === 'cut').length).toBeLessThan(18);

    const before = server.log.length;
    const after = await retryWithout({}, detail);
    expect(after.job).toMatchObject({ state: 'done', failure: null, question: null });
    const wanted = server.log.slice(before).flatMap(({ text }) => text.match(/want [0-9a-f]+/g) ?? []);
    expect(wanted.sort()).toEqual(missing.map((id) => `want ${id}`).sort());
    const theirs = join(makeTempDir('theirs'), 'clone');
    await git(['clone', '--quiet', `${server.url}/films.git`, theirs]);
    await expectSameAsGitClone(directory, theirs);
  });

  test('is asked for again when the network comes back, and by a new engine', async () => {
    const directory = join(makeTempDir('film'), 'clone');
    const detail = await cloneWith(engine.client, { url: `${server.url}/films.git`, directory });
    expect(detail.job.state).toBe('needs-you');
    await engine.kill();
    engine = await startEngine(engine.home);
    const kept = await engine.client.ask('job.get', { id: detail.job.id });
    expect(kept.job).toMatchObject({ state: 'needs-you', failure: detail.job.failure });
    server.limits = {};
    await engine.client.ask('engine.network-online', {});
    const after = await waitForJob(engine.client, detail.job.id, ({ job }) => job.state === 'done');
    expect(after.job.failure).toBeNull();
  });
});

describe('a file that no connection can carry, from a server without filters', () => {
  test('is named by its id, and what came is gone on with where connections live longer', async () => {
    const path = await repository('plain.git', (stream) => {
      for (let number = 0; number < 12; number++) {
        const content = noise(3 * kb, number).toString('base64');
        const large = number === 5 ? [{ path: 'large.bin', content: noise(700 * kb, 99) }] : [];
        const changes = [{ path: `src/${number % 5}/a.txt`, content }, ...large];
        stream.commit({ branch: 'refs/heads/main', changes });
      }
    });
    const blob = await git(['-C', path, 'rev-parse', 'main:large.bin']);
    await serve(path, false);
    const directory = join(makeTempDir('plain'), 'clone');
    const detail = await cloneWith(engine.client, { url: `${server.url}/plain.git`, directory });
    expect(detail.job).toMatchObject({
      state: 'needs-you',
      failure: { code: 'object-too-large', facts: { oid: blob, objects: 1 } },
    });
    expect(server.log.length).toBeLessThan(40);
    const after = await retryWithout({}, detail);
    expect(after.job).toMatchObject({ state: 'done', failure: null });
    const theirs = join(makeTempDir('theirs'), 'clone');
    await git(['clone', '--quiet', `${server.url}/plain.git`, theirs]);
    await expectSameAsGitClone(directory, theirs);
  });
});

describe('a folder whose list no connection can carry', () => {
  test('is named; the rest comes, and a better line brings what it hides', async () => {
    const path = await repository('wide.git', (stream) => {
      for (let number = 0; number < 20; number++) {
        const content = noise(3 * kb, number).toString('base64');
        const wide =
          number === 4
            ? Array.from({ length: 12_000 }, (_, file) => ({
                path: `data/wide/${file}`,
                content: `${file}\n`,
              }))
            : [];
        const changes = [{ path: `src/${number % 5}/a.txt`, content }, ...wide];
        stream.commit({ branch: 'refs/heads/main', changes });
      }
    });
    const tree = await git(['-C', path, 'rev-parse', 'main:data/wide']);
    expect(Number(await git(['-C', path, 'cat-file', '-s', tree]))).toBeGreaterThan(2 * lifeBytes);
    await serve(path);
    const directory = join(makeTempDir('wide'), 'clone');
    const detail = await cloneWith(engine.client, { url: `${server.url}/wide.git`, directory });
    expect(detail.job).toMatchObject({
      state: 'needs-you',
      failure: { code: 'object-too-large', facts: { path: 'data/wide/', oid: tree, objects: 1 } },
    });
    const { what, todo } = failureWords(detail.job.failure ?? { code: 'internal', facts: {} });
    expect(what).toContain('bring “data/wide/” (more than ');
    expect(todo).toContain('another network');
    const here = await objectsIn(grownBeside(directory));
    const outside = await git(['-C', path, 'rev-list', '--objects', '--all', '--', 'src']);
    for (const line of outside.split('\n')) expect(here).toContain(line.split(' ')[0]);

    const after = await retryWithout({}, detail);
    expect(after.job).toMatchObject({ state: 'done', failure: null });
    const theirs = join(makeTempDir('theirs'), 'clone');
    await git(['clone', '--quiet', `${server.url}/wide.git`, theirs]);
    await expectSameAsGitClone(directory, theirs);
  });
});
