/** OpenSSH's own server on this computer, as the user who runs the tests, with keys made for it alone. */

import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { accessSync, constants, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { userInfo } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { makeTempDir } from './temp.ts';

const run = promisify(execFile);

/** Any address will do for ssh: its configuration says what the host's key is called. */
const hostKeyAlias = 'the-test-server';

export interface SshServer {
  readonly user: string;
  readonly port: number;
  /** What ssh prints and sshd wrote, for a test that wonders. */
  readonly log: string;
  /** A line for GIT_SSH_COMMAND. Its ssh knows the server's key and has one that the server knows. */
  readonly command: string;
  /** As `command`, with other lines of ssh_config(5) in front, which win. */
  commandWith(lines: readonly string[]): string;
  /** `ssh://user@127.0.0.1:port` */
  readonly origin: string;
  /** A file of known hosts (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT) in which the server has another key. */
  readonly wrongKnownHosts: string;
  /** A private key that the server does not know. */
  readonly strangeKey: string;
  close(): Promise<void>;
}

export interface SshServerOptions {
  /** Whether clients may set GIT_PROTOCOL, as hosts for Git allow and Debian's default does not. */
  acceptProtocol?: boolean;
  /** Further lines of sshd_config(5). */
  lines?: readonly string[];
}

/** Null when this computer has none. */
export function findSshd(): string | null {
  for (const directory of [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin']) {
    const candidate = join(directory, 'sshd');
    try {
      accessSync(candidate, constants.X_OK);
      return candidate;
    } catch {
      continue;
    }
  }
  return null;
}

/**
 * Whether tests that need sshd are left out, which is said aloud. Where everything must be present
 * (`PACKMULE_REQUIRE_ALL=1`, as in CI) nothing is left out: the tests then fail by themselves.
 */
export function lacksSshd(): boolean {
  if (findSshd() !== null || process.env['PACKMULE_REQUIRE_ALL'] === '1') return false;
  console.warn(
    'NOT TESTED: ssh. There is no sshd on this computer (Debian: apt-get install openssh-server).',
  );
  return true;
}

async function freePort(): Promise<number> {
  const listener = net.createServer();
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const { port } = listener.address() as net.AddressInfo;
  await new Promise<void>((resolve) => listener.close(() => resolve()));
  return port;
}

async function makeKey(file: string): Promise<string> {
  await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', file]);
  return readFileSync(`${file}.pub`, 'utf8').trim();
}

async function answers(port: number, daemon: ChildProcess): Promise<void> {
  for (let tries = 0; tries < 250; tries++) {
    if (daemon.exitCode !== null) break;
    const greeted = await new Promise<boolean>((resolve) => {
      const socket = net.connect(port, '127.0.0.1');
      socket.once('data', () => resolve(true)).once('error', () => resolve(false));
      socket.once('close', () => resolve(false));
      setTimeout(() => socket.destroy(), 1000).unref();
    });
    if (greeted) return;
    await sleep(20);
  }
  throw new Error('sshd does not answer');
}

/** Throws when there is no sshd. */
export async function startSshd(options: SshServerOptions = {}): Promise<SshServer> {
  const sshd = findSshd();
  if (sshd === null) throw new Error('There is no sshd on this computer.');
  const directory = makeTempDir('sshd');
  const at = (name: string) => join(directory, name);
  const [hostKey, userKey, otherHostKey] = await Promise.all([
    makeKey(at('host_key')),
    makeKey(at('user_key')),
    makeKey(at('other_host_key')),
    makeKey(at('strange_key')),
  ]);
  writeFileSync(at('authorized_keys'), `${userKey}\n`);
  writeFileSync(at('known_hosts'), `${hostKeyAlias} ${hostKey}\n`);
  writeFileSync(at('wrong_known_hosts'), `${hostKeyAlias} ${otherHostKey}\n`);
  const port = await freePort();
  const serverLines = [
    ...(options.lines ?? []),
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${at('host_key')}`,
    'PidFile none',
    `AuthorizedKeysFile ${at('authorized_keys')}`,
    'StrictModes no',
    'UsePAM no',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'PermitRootLogin prohibit-password',
    'MaxStartups 100',
    'LogLevel VERBOSE',
    ...(options.acceptProtocol === false ? [] : ['AcceptEnv GIT_PROTOCOL']),
  ];
  writeFileSync(at('sshd_config'), `${serverLines.join('\n')}\n`);
  // Debian's start script makes it for a server that runs as root.
  if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });
  const daemon = spawn(sshd, ['-D', '-e', '-f', at('sshd_config')], { stdio: ['ignore', 'ignore', 'pipe'] });
  let log = '';
  daemon.stderr.on('data', (chunk: Buffer) => (log += chunk.toString()));
  const ended = new Promise<void>((resolve) => daemon.once('exit', () => resolve()));
  await answers(port, daemon).catch((error: unknown) => {
    daemon.kill();
    throw new Error(`${String(error)}: ${log}`, { cause: error });
  });

  let configs = 0;
  const commandWith = (lines: readonly string[]) => {
    const file = at(`ssh_config_${configs++}`);
    const usual = [
      `HostKeyAlias ${hostKeyAlias}`,
      `UserKnownHostsFile ${at('known_hosts')}`,
      'GlobalKnownHostsFile /dev/null',
      // ssh tries every key that is named, not only the first.
      ...(lines.some((line) => line.startsWith('IdentityFile ')) ? [] : [`IdentityFile ${at('user_key')}`]),
      'IdentitiesOnly yes',
      'IdentityAgent none',
    ];
    writeFileSync(file, `Host *\n${[...lines, ...usual].map((line) => `  ${line}\n`).join('')}`);
    return `ssh -F '${file}'`;
  };
  const user = userInfo().username;
  return {
    user,
    port,
    get log() {
      return log;
    },
    command: commandWith([]),
    commandWith,
    origin: `ssh://${user}@127.0.0.1:${port}`,
    wrongKnownHosts: at('wrong_known_hosts'),
    strangeKey: at('strange_key'),
    async close() {
      daemon.kill();
      await ended;
    },
  };
}
