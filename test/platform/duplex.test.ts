/** The platform's ways to an upload-pack: against git's own daemon, real sockets and real programs. */

import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Duplex, DuplexTarget } from '../../main/engine/ports.ts';
import { createDuplexOpener, createGit } from '../../main/platform/index.ts';
import { daemonRequest } from '../../main/platform/duplex-socket.ts';
import { startGitDaemon, type GitDaemon } from '../support/git-daemon.ts';
import { tryGit } from '../support/git.ts';
import { repo, reposRoot } from '../support/repos.ts';
import { makeTempDir, removeTempDirs } from '../support/temp.ts';

const never = new AbortController().signal;
const open = createDuplexOpener(createGit());

async function firstBytes(duplex: Duplex): Promise<string> {
  for await (const chunk of duplex.output) return Buffer.from(chunk).toString();
  return '';
}

afterAll(removeTempDirs);

describe('git://', () => {
  let daemon: GitDaemon;

  beforeAll(async () => {
    await repo('linear');
    daemon = await startGitDaemon(reposRoot());
  });
  afterAll(() => daemon.close());

  const target = (more: object = {}): DuplexTarget => ({
    transport: 'git',
    host: '127.0.0.1',
    port: daemon.port,
    path: '/linear.git',
    ...more,
  });

  test('git daemon answers in version 2, and the bytes are counted', async () => {
    const duplex = await open(target(), never);
    const said = await firstBytes(duplex);
    expect(said).toMatch(/^000eversion 2\n/);
    expect(duplex.wireBytes).toBeGreaterThanOrEqual(said.length);
    expect(duplex.uploadedBytes).toBe(daemonRequest(target() as never).length);
    duplex.kill();
    expect(await duplex.ended).toEqual({ exitCode: null, stderr: '' });
  });

  test.each([
    ['127.0.0.1', '/~ann/x', '~ann/x'],
    ['127.0.0.1', '/team/a%20b.git', '/team/a b.git'],
    ['[::1]', '/x.git', '/x.git'],
  ])('the request is what git sends: %s%s', async (typedHost, typedPath, path) => {
    const host = typedHost.replace(/[[\]]/g, '');
    const heard = Promise.withResolvers<string>();
    const server = net.createServer((socket) => {
      let said = '';
      socket.on('error', () => undefined);
      socket.on('data', (chunk: Buffer) => {
        said += chunk.toString();
        if (!said.endsWith('version=2\0')) return;
        heard.resolve(said);
        socket.destroy();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, host, resolve));
    const { port } = server.address() as net.AddressInfo;
    await tryGit(['ls-remote', `git://${typedHost}:${port}${typedPath}`]);
    expect(Buffer.from(daemonRequest({ transport: 'git', host, port, path })).toString()).toBe(
      await heard.promise,
    );
    server.close();
  });

  test('what would end a part of the request is refused', () => {
    for (const bad of [{ path: '/x\0host=evil' }, { path: '' }, { path: '-x' }, { host: 'a\0b' }]) {
      expect(() => daemonRequest({ ...target(), ...bad } as never)).toThrow(
        expect.objectContaining({ code: 'url-malformed' }) as Error,
      );
    }
  });

  test('nobody listens', async () => {
    await expect(open(target({ port: 1 }), never)).rejects.toMatchObject({
      code: 'connection-refused',
      facts: { host: '127.0.0.1' },
    });
  });

  test('no such host', async () => {
    const to = target({ host: 'no-such-host.invalid' });
    await expect(open(to, never)).rejects.toMatchObject({
      code: expect.stringMatching(/host-not-found|network-unreachable/) as string,
    });
  });

  test('a reset is an error, not an end', async () => {
    const server = net.createServer((socket) => socket.once('data', () => socket.resetAndDestroy()));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as net.AddressInfo;
    const duplex = await open(target({ port }), never);
    await expect(firstBytes(duplex)).rejects.toMatchObject({ code: 'connection-lost' });
    await duplex.ended;
    server.close();
  });

  test('an abort ends the attempt to connect', async () => {
    const abort = new AbortController();
    // Reserved for documentation (RFC 5737): nobody answers there.
    const opening = open(target({ host: '192.0.2.1' }), abort.signal);
    const reason = new Error('enough');
    abort.abort(reason);
    await expect(opening).rejects.toBe(reason);
  });
});

describe('ssh', () => {
  const ssh: DuplexTarget = {
    transport: 'ssh',
    user: 'git',
    host: 'git.example.org',
    port: 2222,
    path: "/team/it's.git",
  };
  let directory: string;

  /** A program that writes down how it was called, then does `then`. */
  function program(name: string, then = 'exec cat'): string {
    const file = join(directory, name);
    const words = [
      '#!/bin/sh',
      `for word in "$@"; do printf '%s\\n' "$word"; done > '${directory}/words'`,
      `printf '%s %s %s\\n' "$GIT_PROTOCOL" "$LC_ALL" "$SSH_ASKPASS_REQUIRE" > '${directory}/env'`,
      then,
    ];
    writeFileSync(file, `${words.join('\n')}\n`);
    chmodSync(file, 0o755);
    return file;
  }
  const words = () => readFileSync(join(directory, 'words'), 'utf8').trimEnd().split('\n');
  const usual = ['-o', 'SendEnv=GIT_PROTOCOL', '-p', '2222', 'git@git.example.org'];
  const command = "git-upload-pack '/team/it'\\''s.git'";

  beforeEach(() => {
    directory = makeTempDir('ssh');
    // The configuration of whoever runs the tests is nobody's business here.
    vi.stubEnv('HOME', directory);
    vi.stubEnv('XDG_CONFIG_HOME', directory);
    for (const name of ['GIT_SSH', 'GIT_SSH_COMMAND', 'GIT_SSH_VARIANT']) vi.stubEnv(name, undefined);
  });
  afterEach(() => vi.unstubAllEnvs());

  async function talk(): Promise<void> {
    const duplex = await open(ssh, never);
    await duplex.write(Buffer.from('to and fro'));
    expect(await firstBytes(duplex)).toBe('to and fro');
    expect([duplex.wireBytes, duplex.uploadedBytes]).toEqual([10, 10]);
    duplex.kill();
    await duplex.ended;
  }

  test('GIT_SSH names a program', async () => {
    vi.stubEnv('GIT_SSH', program('ssh'));
    await talk();
    expect(words()).toEqual([...usual, command]);
    expect(readFileSync(join(directory, 'env'), 'utf8')).toBe('version=2 C never\n');
  });

  test('core.sshCommand is a line for the shell, and GIT_SSH_COMMAND comes first', async () => {
    writeFileSync(join(directory, '.gitconfig'), `[core]\n\tsshCommand = ${program('ssh')} -v \\"a b\\"\n`);
    await talk();
    expect(words()).toEqual(['-v', 'a b', ...usual, command]);
    vi.stubEnv('GIT_SSH_COMMAND', `'${program('ssh')}' --first`);
    await talk();
    expect(words()).toEqual(['--first', ...usual, command]);
  });

  test('ssh.variant decides about the words', async () => {
    writeFileSync(join(directory, '.gitconfig'), '[ssh]\n\tvariant = plink\n');
    vi.stubEnv('GIT_SSH', program('my-own'));
    await talk();
    expect(words()).toEqual(['-batch', '-P', '2222', 'git@git.example.org', command]);
  });

  test('a program with a name of its own is asked with -G', async () => {
    vi.stubEnv('GIT_SSH', program('my-own', '[ "$1" = -G ] && exit 0; exec cat'));
    await talk();
    expect(words()).toEqual([...usual, command]);
    vi.stubEnv('GIT_SSH', program('simple-one', '[ "$1" = -G ] && exit 1; exec cat'));
    await expect(open(ssh, never)).rejects.toMatchObject({ code: 'option-conflict' });
  });

  test('there is no such program', async () => {
    vi.stubEnv('GIT_SSH', join(directory, 'ssh'));
    await expect(open(ssh, never)).rejects.toMatchObject({ code: 'git-failed' });
  });

  test('its last words and its exit code are told', async () => {
    vi.stubEnv('GIT_SSH', program('ssh', 'echo out; echo "Host key verification failed." >&2; exit 255'));
    const duplex = await open(ssh, never);
    expect(await firstBytes(duplex)).toBe('out\n');
    expect(await duplex.ended).toEqual({ exitCode: 255, stderr: 'Host key verification failed.\n' });
  });

  test('writing to one that is gone is no error of ours', async () => {
    vi.stubEnv('GIT_SSH', program('ssh', 'exit 1'));
    const duplex = await open(ssh, never);
    for (let round = 0; round < 20; round++) await duplex.write(Buffer.alloc(100_000));
    expect((await duplex.ended).exitCode).toBe(1);
  });

  test('killing it ends what it started, too', async () => {
    const ended = join(directory, 'ended');
    const child = `(trap "touch '${ended}'; exit" TERM; echo here; while :; do sleep 0.05; done)`;
    vi.stubEnv('GIT_SSH_COMMAND', program('ssh', `${child} & wait`));
    const duplex = await open(ssh, never);
    expect(await firstBytes(duplex)).toBe('here\n');
    duplex.kill();
    await duplex.ended;
    await expect.poll(() => existsSync(ended)).toBe(true);
  });

  test('it has no terminal to ask at', async () => {
    vi.stubEnv('GIT_SSH', program('ssh', 'if (: < /dev/tty) 2>/dev/null; then echo tty; else echo none; fi'));
    expect(await firstBytes(await open(ssh, never))).toBe('none\n');
  });

  test('a host that looks like an option never reaches it', async () => {
    vi.stubEnv('GIT_SSH', program('ssh'));
    const hostile = { ...ssh, user: null, host: '-oProxyCommand=touch pwned' };
    await expect(open(hostile, never)).rejects.toMatchObject({ code: 'url-malformed' });
    expect(existsSync(join(directory, 'words'))).toBe(false);
  });
});
