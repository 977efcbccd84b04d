/** Questions of the real ssh to a person, through the real askpass program, against the real sshd. */

import { execFileSync } from 'node:child_process';
import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { AnswerChoice, JobDetail } from '../../main/contract/index.ts';
import { filesWith, formsOf, watchProcesses } from '../support/canary.ts';
import { cloneWith, runPackmule, startEngine, waitForJob, type TestEngine } from '../support/packmule.ts';
import { repo, reposRoot } from '../support/repos.ts';
import { lacksSshd, startSshd, type SshServer } from '../support/sshd.ts';
import { makeTempDir, removeTempDirs } from '../support/temp.ts';

const canary = 'Kanarie zu Fuß 7b1e';

describe.skipIf(lacksSshd())('ssh asks', () => {
  let server: SshServer;
  let home: string;
  let knownHosts: string;
  let key: string;
  let engine: TestEngine;

  beforeAll(async () => {
    await repo('linear');
    server = await startSshd();
  });
  beforeEach(() => {
    home = makeTempDir('home');
    knownHosts = join(home, 'known_hosts');
    // The key the server knows, behind a passphrase.
    const { command } = server;
    const config = readFileSync(/'([^']+)'/.exec(command)?.[1] ?? '', 'utf8');
    const plain = /IdentityFile (\S+)/.exec(config)?.[1] ?? '';
    key = join(home, 'key');
    copyFileSync(plain, key);
  });
  afterEach(() => engine.quit());
  afterAll(async () => {
    await server?.close();
    removeTempDirs();
  });

  const lock = () => execFileSync('ssh-keygen', ['-q', '-p', '-P', '', '-N', canary, '-f', key]);
  const url = () => `${server.origin}${reposRoot()}/linear.git`;
  const target = () => join(makeTempDir('ssh-questions'), 'clone');
  const start = async (...lines: string[]) => {
    const command = server.commandWith([`IdentityFile ${key}`, ...lines]);
    engine = await startEngine(home, { GIT_SSH_COMMAND: command });
  };
  const clone = (directory = target()) => cloneWith(engine.client, { url: url(), directory });

  async function answer(detail: JobDetail, choice: AnswerChoice, password?: string): Promise<JobDetail> {
    const { id, question } = detail.job;
    if (question === null) return expect.fail(`it asks nothing: ${JSON.stringify(detail.job.failure)}`);
    const secret = password === undefined ? {} : { password };
    await engine.client.ask('job.answer', { id, questionId: question.id, choice, ...secret });
    const over = ['done', 'failed', 'cancelled'];
    return waitForJob(
      engine.client,
      id,
      ({ job }) => over.includes(job.state) || (job.question !== null && job.question.id !== question.id),
    );
  }

  test('for the passphrase of a key, again when it was wrong, and tells nobody else', async () => {
    lock();
    await start();
    const forms = formsOf('', canary);
    const processes = watchProcesses(forms);
    const directory = target();
    const asked = await clone(directory);
    expect(asked.job.question).toMatchObject({
      kind: 'ssh-passphrase',
      prompt: `Enter passphrase for key '${key}':`,
      choices: ['answer', 'retry', 'cancel'],
    });
    const wrong = await answer(asked, 'answer', 'not it');
    expect(wrong.job.question?.kind).toBe('ssh-passphrase');
    const right = await answer(wrong, 'answer', canary);
    await processes.end();
    expect(right.job.state, JSON.stringify(right.job.failure)).toBe('done');
    expect([...processes.seen].some((line) => /askpass\.js Enter passphrase/.test(line))).toBe(true);
    expect([...processes.found]).toEqual([]);
    await engine.quit();
    expect(filesWith(home, forms)).toEqual([]);
    expect(filesWith(directory, forms)).toEqual([]);
  });

  test('whether a server’s key is right, with its fingerprint; yes is for that key', async () => {
    await start(`UserKnownHostsFile ${knownHosts}`, 'HashKnownHosts no');
    const asked = await clone();
    const { question } = asked.job;
    expect(question).toMatchObject({ kind: 'ssh-host-key', choices: ['yes', 'no'] });
    expect(question?.prompt).toMatch(/authenticity of host/);
    expect(question?.prompt).toMatch(/ED25519 key fingerprint is SHA256:[A-Za-z0-9+/]{43}/);
    expect(question?.failure.code).toBe('host-key-unknown');
    const done = await answer(asked, 'yes');
    expect(done.job.state, JSON.stringify(done.job.failure)).toBe('done');
    expect(readFileSync(knownHosts, 'utf8')).toContain('ssh-ed25519 ');
    // Ssh knows it now.
    expect((await clone()).job.state).toBe('done');
  });

  test('and takes no for an answer, once', async () => {
    await start(`UserKnownHostsFile ${knownHosts}`);
    const refused = await answer(await clone(), 'no');
    expect(refused.job).toMatchObject({ state: 'failed', failure: { code: 'host-key-unknown' } });
    await engine.client.ask('job.resume', { ids: [refused.job.id] });
    const again = await waitForJob(engine.client, refused.job.id, ({ job }) => job.state === 'needs-you');
    expect(again.job.question?.kind).toBe('ssh-host-key');
  });

  test('one thing after the other', async () => {
    lock();
    await start(`UserKnownHostsFile ${knownHosts}`);
    const key = await answer(await clone(), 'yes');
    expect(key.job.question?.kind).toBe('ssh-passphrase');
    expect((await answer(key, 'answer', canary)).job.state).toBe('done');
  });

  test('nobody about a key that has changed', async () => {
    await start(`UserKnownHostsFile ${server.wrongKnownHosts}`);
    expect((await clone()).job).toMatchObject({ state: 'failed', failure: { code: 'host-key-changed' } });
  });

  test('again after the engine died', async () => {
    lock();
    await start();
    const asked = await clone();
    await engine.kill();
    await start();
    expect((await answer(asked, 'answer', canary)).job.state).toBe('done');
  });

  test('the command line, which says how to go on', async () => {
    lock();
    await start();
    const env = { GIT_SSH_COMMAND: server.commandWith([`IdentityFile ${key}`]) };
    const run = await runPackmule(['clone', '--json', url(), target()], { home, env });
    expect(run.code).toBe(75);
    expect(run.lines).toContainEqual(expect.objectContaining({ type: 'question', kind: 'ssh-passphrase' }));
  });

  test('nobody for a stranger’s program', async () => {
    lock();
    await start();
    const asked = await clone();
    const { id } = asked.job;
    await answer(asked, 'answer', canary);
    for (const token of ['', 'x', id, id + id].filter((each) => each !== '')) {
      const question = { token, prompt: `Enter passphrase for key '${key}': `, asker: 1 };
      expect(await engine.client.ask('askpass.ask', question)).toEqual({ answer: null });
    }
  });
});
