/** Over ssh, git:// and from paths of this computer: what Packmule leaves is what `git clone` leaves, and cuts are mended. */

import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { CloneOptions, FailureCode } from '../../main/contract/index.ts';
import { expectSameAsGitClone, leftovers } from '../support/compare.ts';
import { startGitDaemon, type GitDaemon } from '../support/git-daemon.ts';
import { git } from '../support/git.ts';
import { cloneWith, runPackmule, startEngine, type TestEngine } from '../support/packmule.ts';
import { repo, reposRoot } from '../support/repos.ts';
import { lacksSshd, startSshd, type SshServer } from '../support/sshd.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';
import { makeTempDir, removeTempDirs } from '../support/temp.ts';

afterAll(removeTempDirs);

beforeAll(async () => {
  await Promise.all([repo('linear'), repo('middling'), repo('sha256'), repo('empty')]);
});

/** Clones with git from the same address, and compares. */
async function expectSame(
  directory: string,
  url: string,
  words: readonly string[] = [],
  env: Record<string, string> = {},
): Promise<void> {
  const theirs = join(makeTempDir('theirs'), basename(directory));
  await git(['-c', 'protocol.version=2', 'clone', '--quiet', '--no-local', ...words, url, theirs], { env });
  await expectSameAsGitClone(directory, theirs);
}

async function expectFailed(
  engine: TestEngine,
  url: string,
  code: FailureCode,
): Promise<Record<string, unknown>> {
  const directory = join(makeTempDir('fails'), 'clone');
  const { job } = await cloneWith(engine.client, { url, directory });
  expect(job).toMatchObject({ state: 'failed', failure: { code } });
  expect(existsSync(directory)).toBe(false);
  return { ...job.failure?.facts };
}

describe.skipIf(lacksSshd())('ssh', () => {
  let server: SshServer;
  let engine: TestEngine;

  beforeAll(async () => {
    server = await startSshd();
  });
  afterAll(() => server?.close());

  async function start(command = server.command): Promise<void> {
    engine = await startEngine(makeTempDir('home'), { GIT_SSH_COMMAND: command });
  }
  afterEach(() => engine.quit());

  const rows: [string, string, string[], CloneOptions][] = [
    ['a clone', 'linear', [], {}],
    ['bare', 'linear', ['--bare'], { bare: true }],
    ['depth 2', 'linear', ['--depth', '2'], { depth: 2 }],
    // Two packs over one connection: the blobs of HEAD come by their ids.
    ['without blobs', 'linear', ['--filter=blob:none'], { filter: 'blob:none' }],
    ['SHA-256', 'sha256', [], {}],
  ];
  test.each(rows)('%s equals what git makes', async (_name, shape, words, options) => {
    await start();
    const url = `${server.origin}${reposRoot()}/${shape}.git`;
    const directory = join(makeTempDir('ours'), 'clone');
    const detail = await cloneWith(engine.client, { url, directory, options });
    expect(detail.job).toMatchObject({ state: 'done', drops: 0, url });
    expect(detail.job.bytes.wireBytes).toBeGreaterThan(detail.job.bytes.usefulBytes);
    await expectSame(directory, url, words, { GIT_SSH_COMMAND: server.command });
  });

  test('one connection serves all commands of a clone', async () => {
    await start();
    const before = server.log.split('Accepted publickey').length;
    const url = `${server.origin}${reposRoot()}/linear.git`;
    const directory = join(makeTempDir('one'), 'clone');
    const options = { filter: 'blob:none' };
    expect((await cloneWith(engine.client, { url, directory, options })).job.requests).toBeGreaterThan(3);
    expect(server.log.split('Accepted publickey').length).toBe(before + 1);
  });

  test('the scp-like form stays as it was typed', async () => {
    await start(server.commandWith(['HostName 127.0.0.1', `Port ${server.port}`]));
    const url = `${server.user}@git.example.org:${reposRoot()}/linear`;
    const home = engine.home;
    const cwd = makeTempDir('scp');
    const run = await runPackmule(['clone', '--json', url], { home, cwd });
    expect(run).toMatchObject({ code: 0, result: { state: 'done' } });
    const command = server.commandWith(['HostName 127.0.0.1', `Port ${server.port}`]);
    await expectSame(join(cwd, 'linear'), url, [], { GIT_SSH_COMMAND: command });
    expect(await git(['-C', join(cwd, 'linear'), 'config', 'remote.origin.url'])).toBe(url);
  });

  test('a server that does not take GIT_PROTOCOL, as Debian sets it up, is asked in the command', async () => {
    const plain = await startSshd({ acceptProtocol: false });
    await start(plain.command);
    const url = `${plain.origin}${reposRoot()}/linear.git`;
    const directory = join(makeTempDir('plain'), 'clone');
    expect((await cloneWith(engine.client, { url, directory })).job.state).toBe('done');
    await expectSame(directory, url, [], { GIT_SSH_COMMAND: plain.command });
    await plain.close();
  });

  test('one that runs nothing but git and takes no GIT_PROTOCOL is too old', async () => {
    // What git-shell(1) does with commands it does not know, without a user whose shell it is.
    const shell = join(makeTempDir('shell'), 'only-git');
    writeFileSync(
      shell,
      '#!/bin/sh\ncase "$SSH_ORIGINAL_COMMAND" in git-upload-pack\\ *) eval "$SSH_ORIGINAL_COMMAND";; *) echo "fatal: unrecognized command" >&2; exit 128;; esac\n',
    );
    chmodSync(shell, 0o755);
    const restricted = await startSshd({ acceptProtocol: false, lines: [`ForceCommand ${shell}`] });
    await start(restricted.command);
    const facts = await expectFailed(
      engine,
      `${restricted.origin}${reposRoot()}/linear.git`,
      'protocol-too-old',
    );
    expect(facts['detail']).toContain('AcceptEnv GIT_PROTOCOL');
    await restricted.close();
  });

  describe('a connection that breaks', () => {
    let road: TcpProxy;

    beforeEach(async () => {
      road = await startTcpProxy({ port: server.port });
      await start();
    });
    afterEach(() => road.close());

    test.each(['reset', 'fin'] as const)('in the middle of the pack (%s) is taken up again', async (end) => {
      const url = `ssh://${server.user}@127.0.0.1:${road.port}${reposRoot()}/middling.git`;
      const directory = join(makeTempDir('cut'), 'clone');
      road.set('down', { limitBytesTotal: 1_000_000, end });
      const mended = setInterval(() => {
        if (road.connections.some((connection) => connection.end === end)) road.set('down', {});
      }, 5);
      const detail = await cloneWith(engine.client, { url, directory });
      clearInterval(mended);
      expect(detail.job.state).toBe('done');
      expect(detail.job.drops).toBeGreaterThanOrEqual(1);
      expect(detail.attempts[0]).toMatchObject({ result: 'failed', failure: { code: 'connection-lost' } });
      expect(road.connections.length).toBeGreaterThanOrEqual(2);
      await expectSame(directory, url, [], { GIT_SSH_COMMAND: server.command });
    });
  });

  describe('what stands in the way is named', () => {
    const url = () => `${server.origin}${reposRoot()}/linear.git`;

    test('a key that was never seen, where the user wants no questions about it', async () => {
      await start(server.commandWith(['UserKnownHostsFile /dev/null', 'StrictHostKeyChecking yes']));
      await expectFailed(engine, url(), 'host-key-unknown');
    });

    test('another key than before', async () => {
      await start(server.commandWith([`UserKnownHostsFile ${server.wrongKnownHosts}`]));
      await expectFailed(engine, url(), 'host-key-changed');
    });

    test('a person the server does not know', async () => {
      await start(server.commandWith([`IdentityFile ${server.strangeKey}`]));
      await expectFailed(engine, url(), 'authentication-required');
    });

    test('no repository, and no server', async () => {
      await start();
      const facts = await expectFailed(engine, `${server.origin}/no/such.git`, 'repository-not-found');
      // User names are taken out of what is shown about failures.
      expect(facts).toMatchObject({ url: `ssh://127.0.0.1:${server.port}/no/such.git` });
      await expectFailed(engine, `ssh://${server.user}@127.0.0.1:1/x.git`, 'connection-refused');
    });

    test('a start-up file that talks', async () => {
      const shell = join(makeTempDir('talk'), 'talk');
      writeFileSync(shell, '#!/bin/sh\necho "Have a nice day"\nexec sh -c "$SSH_ORIGINAL_COMMAND"\n');
      chmodSync(shell, 0o755);
      const talking = await startSshd({ lines: [`ForceCommand ${shell}`] });
      await start(talking.command);
      const facts = await expectFailed(engine, `${talking.origin}${reposRoot()}/linear.git`, 'not-git');
      expect(facts['detail']).toBe('Have a nice day');
      await talking.close();
    });
  });

  test('names and paths that mean something to a shell reach the other end as they are', async () => {
    await start();
    const root = makeTempDir('hostile');
    for (const name of ["it's $(touch pwned) `id`.git", 'a;touch pwned;.git', '"q" & !.git']) {
      await git(['clone', '--quiet', '--bare', join(reposRoot(), 'linear.git'), join(root, name)]);
      const url = `${server.origin}${encodeURI(join(root, name)).replaceAll(';', '%3B').replaceAll('&', '%26')}`;
      const directory = join(makeTempDir('ours'), 'clone');
      expect((await cloneWith(engine.client, { url, directory })).job, name).toMatchObject({ state: 'done' });
    }
    expect(readdirSync(root)).toHaveLength(3);
  });

  test.each([
    'ssh://-oProxyCommand=touch%20pwned/x.git',
    'ssh://-oProxyCommand=touch%20pwned@127.0.0.1/x.git',
    'ssh://127.0.0.1:-oProxyCommand=x/x.git',
    '-oProxyCommand=touch pwned:x.git',
    'ann@-oProxyCommand=x:y.git',
    '127.0.0.1:-x.git',
  ])('%s is refused', async (url) => {
    await start();
    const directory = join(makeTempDir('refused'), 'clone');
    await expect(cloneWith(engine.client, { url, directory })).rejects.toMatchObject({
      failure: { code: 'url-malformed' },
    });
    expect(await leftovers(directory)).toEqual([]);
  });
});

describe('git://', () => {
  let daemon: GitDaemon;
  let engine: TestEngine;

  beforeAll(async () => {
    daemon = await startGitDaemon(reposRoot());
    engine = await startEngine();
  });
  afterAll(async () => {
    await engine.quit();
    await daemon.close();
  });

  test.each(['linear', 'sha256'])('%s equals what git makes', async (shape) => {
    const url = `${daemon.origin}/${shape}.git`;
    const directory = join(makeTempDir('ours'), 'clone');
    const { job } = await cloneWith(engine.client, { url, directory });
    expect(job).toMatchObject({ state: 'done', url });
    await expectSame(directory, url);
  });

  test('is taken up again after a cut', async () => {
    const road = await startTcpProxy({ port: daemon.port });
    const url = `git://127.0.0.1:${road.port}/middling.git`;
    const directory = join(makeTempDir('cut'), 'clone');
    road.set('down', { limitBytesTotal: 1_000_000, end: 'reset' });
    const mended = setInterval(() => {
      if (road.connections.some((connection) => connection.end === 'reset')) road.set('down', {});
    }, 5);
    const detail = await cloneWith(engine.client, { url, directory });
    clearInterval(mended);
    expect(detail.job.state).toBe('done');
    expect(detail.job.drops).toBeGreaterThanOrEqual(1);
    await expectSame(directory, url);
    await road.close();
  });

  test('what the daemon refuses', async () => {
    await expectFailed(engine, `${daemon.origin}/no-such.git`, 'remote-refused');
    await expectFailed(engine, 'git://127.0.0.1:1/x.git', 'connection-refused');
  });
});

describe('on this computer', () => {
  let engine: TestEngine;

  beforeAll(async () => {
    engine = await startEngine();
  });
  afterAll(() => engine.quit());

  test.each<[string, (path: string) => string]>([
    ['a path', (path) => path],
    ['a path without its ending', (path) => path.replace(/\.git$/, '')],
    ['a file:// URL', (path) => `file://${path}`],
  ])('%s equals what git makes', async (_name, urlOf) => {
    for (const shape of ['linear', 'empty'] as const) {
      const url = urlOf(await repo(shape));
      const directory = join(makeTempDir('ours'), 'clone');
      const { job } = await cloneWith(engine.client, { url, directory });
      expect(job).toMatchObject({ state: 'done', url });
      await expectSame(directory, url);
    }
  });

  test('a relative path is relative to where the person is', async () => {
    const cwd = makeTempDir('relative');
    await git(['clone', '--quiet', await repo('linear'), join(cwd, 'work tree')]);
    mkdirSync(join(cwd, 'below'));
    for (const [from, typed, name] of [
      [cwd, 'work tree', 'ours'],
      [join(cwd, 'below'), '../work tree', 'ours'],
    ] as const) {
      const run = await runPackmule(['clone', '--json', typed, name], { home: engine.home, cwd: from });
      expect(run).toMatchObject({ code: 0, result: { state: 'done' } });
      await git(['clone', '--quiet', '--no-local', typed, 'theirs'], { cwd: from });
      await expectSameAsGitClone(join(from, name), join(from, 'theirs'));
    }
  });

  test('what is no repository', async () => {
    await expectFailed(engine, join(makeTempDir('none'), 'x.git'), 'repository-not-found');
    const directory = join(makeTempDir('relative'), 'clone');
    await expect(cloneWith(engine.client, { url: 'some/relative/path', directory })).rejects.toMatchObject({
      failure: { code: 'url-malformed' },
    });
  });

  // Only root can give a directory to somebody else.
  test.runIf(process.getuid?.() === 0)("somebody else's repository needs the person's word", async () => {
    const path = join(makeTempDir('foreign'), 'x.git');
    await git(['clone', '--quiet', '--bare', await repo('linear'), path]);
    chownSync(path, 65_534, 65_534);
    const facts = await expectFailed(engine, path, 'access-denied');
    expect(facts['detail']).toContain('dubious ownership');
  });
});
