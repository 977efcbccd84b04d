/**
 * Private repositories on the real `git http-backend`, with the user's real helpers, and a canary for a password: whoever
 * opens the door with it, it is found nowhere afterwards but in the helper's own file.
 */

import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ContractFailure, type JobDetail, type JobsChange } from '../../main/contract/index.ts';
import { filesWith, formsOf, watchProcesses } from '../support/canary.ts';
import { expectSameAsGitClone } from '../support/compare.ts';
import { startGitHttpServer, type GitHttpServer, type RequestLog } from '../support/git-http-server.ts';
import { git } from '../support/git.ts';
import { cloneWith, runPackmule, startEngine, waitForJob, type TestEngine } from '../support/packmule.ts';
import { repo, reposRoot } from '../support/repos.ts';
import { makeTempDir, removeTempDirs } from '../support/temp.ts';

const user = 'ann';
const canary = 'Kanarie%7/+ü=9f3c';
const forms = formsOf(user, canary);
const basic = (password: string) => `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
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
const useStore = () => writeFileSync(join(person, '.gitconfig'), '[credential]\n\thelper = store\n');

/** A helper that is a program of the user; it says each of `passwords` once, then nothing, and keeps a diary. */
function useHelper(...passwords: string[]): { said: () => string[] } {
  const path = join(makeTempDir('helper'), 'helper');
  passwords.forEach((password, index) =>
    writeFileSync(`${path}.${index}`, `username=${user}\npassword=${password}\n`),
  );
  const next =
    'n=$(cat "$0.count" 2>/dev/null || echo 0); echo $((n + 1)) >"$0.count"; cat "$0.$n" 2>/dev/null';
  writeFileSync(
    path,
    `#!/bin/sh\ncat >/dev/null\necho "$1" >>"$0.diary"\nsleep 0.1\ntest "$1" = get || exit 0\n${next}\nexit 0\n`,
  );
  chmodSync(path, 0o700);
  writeFileSync(join(person, '.gitconfig'), `[credential]\n\thelper = ${path}\n`);
  return {
    said: () => (existsSync(`${path}.diary`) ? readFileSync(`${path}.diary`, 'utf8').trim().split('\n') : []),
  };
}

async function expectSame(directory: string): Promise<void> {
  const theirs = join(makeTempDir('theirs'), 'clone');
  await git(['clone', '--quiet', url(), theirs], {
    env: {
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'http.extraHeader',
      GIT_CONFIG_VALUE_0: `Authorization: ${basic(canary)}`,
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

const question = (detail: JobDetail) => detail.job.question ?? expect.fail('it asks nothing');

/** Answers what the job asks, and waits until it rests again. */
async function answer(detail: JobDetail, password: string, username = user): Promise<JobDetail> {
  const { id } = detail.job;
  const asked = question(detail);
  await client().ask('job.answer', { id, questionId: asked.id, choice: 'answer', username, password });
  return waitForJob(
    client(),
    id,
    ({ job }) =>
      ['done', 'failed'].includes(job.state) || (job.question !== null && job.question.id !== asked.id),
  );
}

describe.skipIf(process.platform !== 'linux')('the canary is heard nowhere', () => {
  test.each(['address', 'helper', 'answer'] as const)('when it comes from the %s', async (source) => {
    if (source === 'helper') useHelper(canary);
    else useStore();
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
    expect([...processes.seen].join('\n')).toMatch(/git .* credential (fill|approve)/);
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
    useHelper(canary);
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
    expect([...processes.found].filter((where) => !/^cmdline of .*main\/cli\.ts clone /.test(where))).toEqual(
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

describe('who is asked', () => {
  test('the server first: nothing is sent before it wants it, and everything after it took it', async () => {
    await start();
    const { job } = await cloneWith(client(), { url: url(withPassword(canary)), directory: target() });
    expect(job.state).toBe('done');
    const sent = server.log.map(({ headers }) => headers.authorization);
    expect(sent[0]).toBeUndefined();
    expect(sent.slice(1).every((value) => value === basic(canary))).toBe(true);
    expect(server.log.filter(({ status }) => status === 401).length).toBe(1);
  });

  test('the helper, told what the server took, exactly as by git', async () => {
    const helper = useHelper(canary);
    await start();
    expect((await cloneWith(client(), { url: url(), directory: target() })).job.state).toBe('done');
    await engine?.quit();
    engine = null;
    expect(helper.said()).toEqual(['get', 'store']);
  });

  test('a person, when nobody knows; the wrong answer is asked about again', async () => {
    useStore();
    await start();
    const asked = await cloneWith(client(), { url: url('ann@'), directory: target() });
    expect(asked.job.state).toBe('needs-you');
    expect(question(asked)).toMatchObject({
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
    const right = await answer(wrong, canary);
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
    await answer(first, canary);
    const done = await waitForJob(client(), second.job.id, ({ job }) => job.state === 'done');
    expect(done.job.state).toBe('done');
    // And for those that come later.
    expect((await cloneWith(client(), { url: url(), directory: target() })).job.state).toBe('done');
  });

  test('anew after the engine died: the question is still there, the password is not', async () => {
    await start();
    server.limits = { bytesPerSecond: 200_000 };
    const wish = { url: url(withPassword(canary)), directory: target(), options: {}, start: 'now' as const };
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
    expect(question(still).id).toBe(question(asked).id);
    expect((await answer(still, canary)).job.state).toBe('done');
  });

  test('the helpers after the engine died, where there are some', async () => {
    useStore();
    await start();
    server.limits = { bytesPerSecond: 200_000 };
    const wish = { url: url(withPassword(canary)), directory: target(), options: {}, start: 'now' as const };
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
      return request.headers.authorization === basic(valid) ? undefined : challenge;
    };
    server = await startGitHttpServer({ root: reposRoot(), onRequest: ask });
    const helper = useHelper('one', 'two');
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
      if (request.method === 'POST' && request.number > 3) valid = canary;
      return request.headers.authorization === basic(valid) ? undefined : challenge;
    };
    await repo('linear');
    server = await startGitHttpServer({ root: reposRoot(), onRequest: ask });
    await start();
    const asked = await cloneWith(client(), { url: url(withPassword('one')), directory: target() });
    expect(asked.job).toMatchObject({ state: 'needs-you', stage: 'download' });
    const other = await cloneWith(client(), { url: `${server.url}/linear.git`, directory: target() });
    expect(other.job.state).toBe('done');
    expect((await answer(asked, canary)).job.state).toBe('done');
  });

  test('nobody by a look: a helper answers it, or it fails', async () => {
    const helper = useHelper(canary);
    await start();
    expect((await client().ask('remote.probe', { url: url() })).offer.refs).toBeGreaterThan(0);
    expect(helper.said()).toEqual(['get']);
    const failed = client().ask('remote.probe', { url: url() });
    await expect(failed).rejects.toSatisfy(
      (error: ContractFailure) => error.failure.code === 'authentication-required',
    );
    expect((await client().ask('remote.probe', { url: url(withPassword(canary)) })).url).toBe(url());
    expect(await client().ask('job.list', {})).toEqual([]);
  });
});

describe('what is not asked', () => {
  test.each([
    [403, 'access-denied'],
    [407, 'proxy-authentication-required'],
  ])('at status %i', async (status, code) => {
    server.onRequest = () => ({ status, headers: { 'Proxy-Authenticate': 'Basic realm="proxy"' } });
    const helper = useHelper(canary);
    await start();
    const { job } = await cloneWith(client(), { url: url(withPassword(canary)), directory: target() });
    expect(job).toMatchObject({ state: 'failed', failure: { code } });
    expect(helper.said()).toEqual([]);
    expect(server.log.some(({ headers }) => headers.authorization !== undefined)).toBe(false);
  });

  test('of a server that takes no passwords', async () => {
    server.onRequest = () => ({ status: 401, headers: { 'WWW-Authenticate': 'Negotiate' } });
    await start();
    const { job } = await cloneWith(client(), { url: url(withPassword(canary)), directory: target() });
    expect(job).toMatchObject({ state: 'failed', failure: { code: 'access-denied' } });
    expect(server.log.length).toBe(1);
  });

  test('an answer to a question that is over, or to another', async () => {
    await start();
    const asked = await cloneWith(client(), { url: url(), directory: target() });
    const { id } = asked.job;
    const questionId = question(asked).id;
    for (const wrong of [
      { id, questionId: 'other', choice: 'answer' as const, username: user, password: canary },
      { id, questionId, choice: 'yes' as const },
      { id, questionId, choice: 'answer' as const, username: user },
    ]) {
      await expect(client().ask('job.answer', wrong)).rejects.toThrow();
    }
    expect((await answer(asked, canary)).job.state).toBe('done');
  });
});

describe('another origin', () => {
  let other: GitHttpServer;

  afterEach(() => other.close());

  /** The first server knows who we are, and sends us on. */
  async function sendOn(to: Parameters<typeof startGitHttpServer>[0]): Promise<void> {
    other = await startGitHttpServer(to);
    server.onRequest = ({ headers, path, query }) =>
      headers.authorization === basic(canary)
        ? { status: 302, headers: { Location: `${other.url}${path}?${query}` } }
        : challenge;
  }

  test('never gets what the first was given', async () => {
    await sendOn({ root: reposRoot() });
    await start();
    const { job } = await cloneWith(client(), { url: url(withPassword(canary)), directory: target() });
    expect(job.state).toBe('done');
    expect(server.log.some(({ headers }) => headers.authorization === basic(canary))).toBe(true);
    expect(other.log.length).toBeGreaterThan(1);
    expect(other.log.filter(({ headers }) => headers.authorization !== undefined)).toEqual([]);
  });

  test('asks in its own name, and its answer is for it alone', async () => {
    await sendOn({ root: reposRoot(), basicAuth: { user: 'bob', password: 'elsewhere' } });
    await start();
    const asked = await cloneWith(client(), { url: url(withPassword(canary)), directory: target() });
    expect(question(asked)).toMatchObject({
      host: new URL(other.url).host,
      url: `${other.url}/middling.git`,
    });
    expect(question(asked).usernameHint).toBeUndefined();
    const before = server.log.length;
    const done = await answer(asked, 'elsewhere', 'bob');
    expect(done.job.state).toBe('done');
    const sent = (log: RequestLog[]) => new Set(log.map(({ headers }) => headers.authorization));
    expect([...sent(server.log.slice(before))].filter((value) => value !== undefined)).toEqual([
      basic(canary),
    ]);
    expect([...sent(other.log)]).toEqual([
      undefined,
      `Basic ${Buffer.from('bob:elsewhere').toString('base64')}`,
    ]);
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
