/** Private repositories on the real `git http-backend`: who is asked for name and password, in which order, and who is not. */

import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ContractFailure, JobDetail } from '../../main/contract/index.ts';
import { startGitHttpServer, type GitHttpServer, type RequestLog } from '../support/git-http-server.ts';
import { git } from '../support/git.ts';
import { cloneWith, runPackmule, startEngine, waitForJob, type TestEngine } from '../support/packmule.ts';
import { repo, reposRoot } from '../support/repos.ts';
import { answerQuestion, basic, questionOf, useHelper, useStore } from '../support/signing-in.ts';
import { makeTempDir, removeTempDirs } from '../support/temp.ts';

const user = 'ann';
const password = 'p%ss/+ü=word: 1';
const challenge = { status: 401, headers: { 'WWW-Authenticate': 'Basic realm="git"' } };

let server: GitHttpServer;
let home: string;
let person: string;
let engine: TestEngine | null;

beforeAll(() => repo('middling'));

beforeEach(async () => {
  server = await startGitHttpServer({ root: reposRoot(), basicAuth: { user, password: password } });
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

const answer = (detail: JobDetail, password: string, username = user) =>
  answerQuestion(client(), detail, username, password);

describe('who is asked', () => {
  test('the server first: nothing is sent before it wants it, and everything after it took it', async () => {
    await start();
    const { job } = await cloneWith(client(), { url: url(withPassword(password)), directory: target() });
    expect(job.state).toBe('done');
    const sent = server.log.map(({ headers }) => headers.authorization);
    expect(sent[0]).toBeUndefined();
    expect(sent.slice(1).every((value) => value === basic(user, password))).toBe(true);
    expect(server.log.filter(({ status }) => status === 401).length).toBe(1);
  });

  test('the helper, told what the server took, exactly as by git', async () => {
    const helper = useHelper(person, user, [password]);
    await start();
    expect((await cloneWith(client(), { url: url(), directory: target() })).job.state).toBe('done');
    await engine?.quit();
    engine = null;
    expect(helper.said()).toEqual(['get', 'store']);
  });

  test('a person, when nobody knows; the wrong answer is asked about again', async () => {
    useStore(person);
    await start();
    const asked = await cloneWith(client(), { url: url('ann@'), directory: target() });
    expect(asked.job.state).toBe('needs-you');
    expect(questionOf(asked)).toMatchObject({
      kind: 'authentication',
      choices: ['answer', 'retry', 'cancel'],
      url: url(),
      host: new URL(server.url).host,
      usernameHint: 'ann',
      failure: { code: 'authentication-required', facts: { status: 401 } },
    });
    const wrong = await answer(asked, 'no');
    expect(wrong.job.state).toBe('needs-you');
    expect(existsSync(storeFile())).toBe(false);
    const right = await answer(wrong, password);
    expect(right.job.state).toBe('done');
    // The name that came alone stays where git has it.
    expect(await git(['config', 'remote.origin.url'], { cwd: right.job.directory })).toBe(url('ann@'));
    await engine?.quit();
    engine = null;
    expect(readFileSync(storeFile(), 'utf8').trim().split('\n').length).toBe(1);
  });

  test('once for all that wait for the same server', async () => {
    await start();
    const first = await cloneWith(client(), { url: url(), directory: target() });
    const second = await cloneWith(client(), { url: url(), directory: target() });
    expect([first.job.state, second.job.state]).toEqual(['needs-you', 'needs-you']);
    await answer(first, password);
    const done = await waitForJob(client(), second.job.id, ({ job }) => job.state === 'done');
    expect(done.job.state).toBe('done');
    // And for those that come later.
    expect((await cloneWith(client(), { url: url(), directory: target() })).job.state).toBe('done');
  });

  test('anew after the engine died: the question is still there, the password is not', async () => {
    await start();
    server.limits = { bytesPerSecond: 200_000 };
    const wish = {
      url: url(withPassword(password)),
      directory: target(),
      options: {},
      start: 'now' as const,
    };
    const { id } = await client().ask('job.clone', wish);
    await waitForJob(client(), id, ({ job }) => job.bytes.wireBytes > 50_000);
    await engine?.kill();
    server.limits = {};
    await start();
    const asked = await waitForJob(client(), id);
    expect(asked.job.state).toBe('needs-you');
    await engine?.kill();
    await start();
    const still = await waitForJob(client(), id);
    expect(questionOf(still).id).toBe(questionOf(asked).id);
    expect((await answer(still, password)).job.state).toBe('done');
  });

  test('the helpers after the engine died, where there are some', async () => {
    useStore(person);
    await start();
    server.limits = { bytesPerSecond: 200_000 };
    const wish = {
      url: url(withPassword(password)),
      directory: target(),
      options: {},
      start: 'now' as const,
    };
    const { id } = await client().ask('job.clone', wish);
    await waitForJob(client(), id, ({ job }) => job.bytes.wireBytes > 50_000 && existsSync(storeFile()));
    await engine?.kill();
    server.limits = {};
    await start();
    expect((await waitForJob(client(), id)).job.state).toBe('done');
  });

  test('again in the middle, when a token runs out', async () => {
    await server.close();
    let valid = 'one';
    const ask = (request: RequestLog) => {
      if (request.method === 'POST' && request.number > 3) valid = 'two';
      return request.headers.authorization === basic(user, valid) ? undefined : challenge;
    };
    server = await startGitHttpServer({ root: reposRoot(), onRequest: ask });
    const helper = useHelper(person, user, ['one', 'two']);
    await start();
    const { job } = await cloneWith(client(), { url: url(), directory: target() });
    expect(job.state).toBe('done');
    await engine?.quit();
    engine = null;
    expect(helper.said().filter((word) => word === 'get').length).toBe(2);
    expect(helper.said()).toContain('erase');
  });

  test('a person in the middle; another job goes on', async () => {
    await server.close();
    let valid = 'one';
    const ask = (request: RequestLog) => {
      if (request.path.startsWith('/linear.git')) return undefined;
      if (request.method === 'POST' && request.number > 3) valid = password;
      return request.headers.authorization === basic(user, valid) ? undefined : challenge;
    };
    await repo('linear');
    server = await startGitHttpServer({ root: reposRoot(), onRequest: ask });
    await start();
    const asked = await cloneWith(client(), { url: url(withPassword('one')), directory: target() });
    expect(asked.job).toMatchObject({ state: 'needs-you', stage: 'download' });
    const other = await cloneWith(client(), { url: `${server.url}/linear.git`, directory: target() });
    expect(other.job.state).toBe('done');
    expect((await answer(asked, password)).job.state).toBe('done');
  });

  test('nobody by a look: a helper answers it, or it fails', async () => {
    const helper = useHelper(person, user, [password]);
    await start();
    expect((await client().ask('remote.probe', { url: url() })).offer.refs).toBeGreaterThan(0);
    expect(helper.said()).toEqual(['get']);
    const failed = client().ask('remote.probe', { url: url() });
    await expect(failed).rejects.toSatisfy(
      (error: ContractFailure) => error.failure.code === 'authentication-required',
    );
    expect((await client().ask('remote.probe', { url: url(withPassword(password)) })).url).toBe(url());
    expect(await client().ask('job.list', {})).toEqual([]);
  });
});

describe('what is not asked', () => {
  test.each([
    [403, 'access-denied'],
    [407, 'proxy-authentication-required'],
  ])('at status %i', async (status, code) => {
    server.onRequest = () => ({ status, headers: { 'Proxy-Authenticate': 'Basic realm="proxy"' } });
    const helper = useHelper(person, user, [password]);
    await start();
    const { job } = await cloneWith(client(), { url: url(withPassword(password)), directory: target() });
    expect(job).toMatchObject({ state: 'failed', failure: { code } });
    expect(helper.said()).toEqual([]);
    expect(server.log.some(({ headers }) => headers.authorization !== undefined)).toBe(false);
  });

  test('of a server that takes no passwords', async () => {
    server.onRequest = () => ({ status: 401, headers: { 'WWW-Authenticate': 'Negotiate' } });
    await start();
    const { job } = await cloneWith(client(), { url: url(withPassword(password)), directory: target() });
    expect(job).toMatchObject({ state: 'failed', failure: { code: 'access-denied' } });
    expect(server.log.length).toBe(1);
  });

  test('an answer to a question that is over, or to another', async () => {
    await start();
    const asked = await cloneWith(client(), { url: url(), directory: target() });
    const { id } = asked.job;
    const questionId = questionOf(asked).id;
    for (const wrong of [
      { id, questionId: 'other', choice: 'answer' as const, username: user, password: password },
      { id, questionId, choice: 'yes' as const },
      { id, questionId, choice: 'answer' as const, username: user },
    ]) {
      await expect(client().ask('job.answer', wrong)).rejects.toThrow();
    }
    expect((await answer(asked, password)).job.state).toBe('done');
  });
});

describe('the command line', () => {
  test('without a terminal says what is asked and how to go on, and stops resumably', async () => {
    const directory = target();
    const run = await runPackmule(['clone', url(), directory], { home });
    expect(run.code).toBe(75);
    expect(run.stderr).toMatch(/Sign-in needed/);
    expect(run.stderr).toMatch(/packmule resume/);
    const json = await runPackmule(['clone', '--json', url(), directory], { home });
    expect(json.code).toBe(75);
    expect(json.lines).toContainEqual(expect.objectContaining({ type: 'question', kind: 'authentication' }));
  });
});
