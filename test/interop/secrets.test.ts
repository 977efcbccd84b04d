/**
 * Private repositories on the real `git http-backend`, with the user's real helpers, and a canary for a password: whoever
 * opens the door with it, it is found nowhere afterwards but in the helper's own file.
 */

import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { JobDetail, JobsChange } from '../../main/contract/index.ts';
import { filesWith, formsOf, watchProcesses } from '../support/canary.ts';
import { expectSameAsGitClone } from '../support/compare.ts';
import { startGitHttpServer, type GitHttpServer, type RequestLog } from '../support/git-http-server.ts';
import { git } from '../support/git.ts';
import { cloneWith, runPackmule, startEngine, waitForJob, type TestEngine } from '../support/packmule.ts';
import { repo, reposRoot } from '../support/repos.ts';
import { answerQuestion, basic, questionOf, useHelper, useStore } from '../support/signing-in.ts';
import { makeTempDir, removeTempDirs } from '../support/temp.ts';

const user = 'ann';
const canary = 'Kanarie%7/+ü=9f3c';
const forms = formsOf(user, canary);
const challenge = { status: 401, headers: { 'WWW-Authenticate': 'Basic realm="git"' } };

let server: GitHttpServer;
let home: string;
let person: string;
let engine: TestEngine | null;

beforeAll(() => repo('middling'));

beforeEach(async () => {
  server = await startGitHttpServer({ root: reposRoot(), basicAuth: { user, password: canary } });
  home = makeTempDir('home');
  person = join(home, 'person');
  mkdirSync(person, { recursive: true });
  engine = null;
});

afterEach(async () => {
  await engine?.quit();
  await server.close();
});

afterAll(removeTempDirs);

const url = (userinfo = '') => `${server.url.replace('//', `//${userinfo}`)}/middling.git`;
const withPassword = (password: string) => `${user}:${encodeURIComponent(password)}@`;
const storeFile = () => join(person, '.git-credentials');
const target = () => join(makeTempDir('secrets'), 'clone');
const client = () => (engine ?? expect.fail('there is no engine')).client;
const start = async () => (engine = await startEngine(home)).client;

async function expectSame(directory: string): Promise<void> {
  const theirs = join(makeTempDir('theirs'), 'clone');
  await git(['clone', '--quiet', url(), theirs], {
    env: {
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'http.extraHeader',
      GIT_CONFIG_VALUE_0: `Authorization: ${basic(user, canary)}`,
    },
  });
  await expectSameAsGitClone(directory, theirs);
}

async function expectNoCanary(directory: string): Promise<void> {
  await engine?.quit();
  engine = null;
  expect(filesWith(home, forms, [storeFile()])).toEqual([]);
  expect(filesWith(directory, forms)).toEqual([]);
  const config = readFileSync(join(directory, '.git', 'config'), 'utf8');
  expect(config).toContain(`url = ${url()}\n`);
}

const answer = (detail: JobDetail, password: string, username = user) =>
  answerQuestion(client(), detail, username, password);

describe.skipIf(process.platform !== 'linux')('the canary is heard nowhere', () => {
  test.each(['address', 'helper', 'answer'] as const)('when it comes from the %s', async (source) => {
    if (source === 'helper') useHelper(person, user, [canary]);
    else useStore(person);
    server.limits = { bytesPerSecond: 2_000_000 };
    const processes = watchProcesses(forms);
    const heard: string[] = [];
    await start();
    client().follow('jobs', {}, (change: JobsChange) => void heard.push(JSON.stringify(change)));
    const directory = target();
    const address = url(source === 'address' ? withPassword(canary) : '');
    const wish = { url: address, directory, options: {}, start: 'now' as const };
    const { id } = await client().ask('job.clone', wish);
    client().follow('job', { id }, (detail) => void heard.push(JSON.stringify(detail)));
    let detail = await waitForJob(client(), id);
    if (source === 'answer') detail = await answer(detail, canary);
    heard.push(JSON.stringify([await client().ask('job.get', { id }), await client().ask('job.list', {})]));
    await processes.end();

    expect(detail.job.state).toBe('done');
    // Samples cannot be sure to meet a process that lives for a few milliseconds, as `git credential` does; what is met is read.
    expect(
      [...processes.seen].some((line) => / index-pack /.test(line)),
      'git ran while we looked',
    ).toBe(true);
    expect([...processes.found]).toEqual([]);
    expect(heard.length).toBeGreaterThan(3);
    expect(heard.filter((text) => forms.some((form) => text.includes(form)))).toEqual([]);
    if (source !== 'helper')
      expect(readFileSync(storeFile(), 'utf8')).toContain(encodeURIComponent(canary).slice(0, 9));
    server.limits = {};
    await expectSame(directory);
    await expectNoCanary(directory);
  });

  test('when the command line tells everything as JSON', async () => {
    useHelper(person, user, [canary]);
    const directory = target();
    const processes = watchProcesses(forms);
    const run = await runPackmule(['clone', '--json', '-v', url(), directory], { home });
    await processes.end();
    expect(run.code, run.stderr).toBe(0);
    expect([...processes.found]).toEqual([]);
    for (const form of forms) expect(run.stdout + run.stderr).not.toContain(form);
    await expectNoCanary(directory);
  });

  test('but in the arguments of the one who typed it there', async () => {
    const directory = target();
    const processes = watchProcesses(forms);
    const run = await runPackmule(['clone', '--json', '-v', url(withPassword(canary)), directory], { home });
    await processes.end();
    expect(run.code, run.stderr).toBe(0);
    expect([...processes.found].length, 'whoever looks can find it').toBeGreaterThan(0);
    expect([...processes.found].filter((where) => !/^cmdline of .*main\/cli\.js clone /.test(where))).toEqual(
      [],
    );
    for (const form of forms) expect(run.stdout + run.stderr).not.toContain(form);
    await expectNoCanary(directory);
  });

  test('when it was wrong, and the helper gives up', async () => {
    await start();
    const directory = target();
    const detail = await cloneWith(client(), { url: url(withPassword(`${canary}-old`)), directory });
    expect(detail.job.state).toBe('needs-you');
    const again = await answer(detail, `${canary}-older`);
    expect(again.job.state).toBe('needs-you');
    await engine?.quit();
    engine = null;
    expect(filesWith(home, formsOf(user, `${canary}-old`).concat(forms))).toEqual([]);
  });
});

describe('another origin', () => {
  let other: GitHttpServer;

  afterEach(() => other.close());

  /** The first server knows who we are, and sends us on. */
  async function sendOn(to: Parameters<typeof startGitHttpServer>[0]): Promise<void> {
    other = await startGitHttpServer(to);
    server.onRequest = ({ headers, path, query }) =>
      headers.authorization === basic(user, canary)
        ? { status: 302, headers: { Location: `${other.url}${path}?${query}` } }
        : challenge;
  }

  test('never gets what the first was given', async () => {
    await sendOn({ root: reposRoot() });
    await start();
    const { job } = await cloneWith(client(), { url: url(withPassword(canary)), directory: target() });
    expect(job.state).toBe('done');
    expect(server.log.some(({ headers }) => headers.authorization === basic(user, canary))).toBe(true);
    expect(other.log.length).toBeGreaterThan(1);
    expect(other.log.filter(({ headers }) => headers.authorization !== undefined)).toEqual([]);
  });

  test('asks in its own name, and its answer is for it alone', async () => {
    await sendOn({ root: reposRoot(), basicAuth: { user: 'bob', password: 'elsewhere' } });
    await start();
    const asked = await cloneWith(client(), { url: url(withPassword(canary)), directory: target() });
    expect(questionOf(asked)).toMatchObject({
      host: new URL(other.url).host,
      url: `${other.url}/middling.git`,
    });
    expect(questionOf(asked).usernameHint).toBeUndefined();
    const before = server.log.length;
    const done = await answer(asked, 'elsewhere', 'bob');
    expect(done.job.state).toBe('done');
    const sent = (log: RequestLog[]) => new Set(log.map(({ headers }) => headers.authorization));
    expect([...sent(server.log.slice(before))].filter((value) => value !== undefined)).toEqual([
      basic(user, canary),
    ]);
    expect([...sent(other.log)]).toEqual([
      undefined,
      `Basic ${Buffer.from('bob:elsewhere').toString('base64')}`,
    ]);
  });
});
