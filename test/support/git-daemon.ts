/** `git daemon` on this computer: git:// for every repository below a directory. */

import { spawn } from 'node:child_process';
import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { gitEnvironment } from './git.ts';

export interface GitDaemon {
  readonly port: number;
  /** `git://127.0.0.1:port` */
  readonly origin: string;
  close(): Promise<void>;
}

async function freePort(): Promise<number> {
  const listener = net.createServer();
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const { port } = listener.address() as net.AddressInfo;
  await new Promise<void>((resolve) => listener.close(() => resolve()));
  return port;
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

export async function startGitDaemon(root: string, words: readonly string[] = []): Promise<GitDaemon> {
  const port = await freePort();
  const args = ['daemon', '--export-all', '--reuseaddr', '--listen=127.0.0.1', `--port=${port}`, ...words];
  // A group of its own: git starts the daemon as a child, which a signal to git alone would leave behind.
  const child = spawn('git', [...args, `--base-path=${root}`, root], {
    env: gitEnvironment,
    stdio: 'ignore',
    detached: true,
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  for (let tries = 0; tries < 250 && !(await listens(port)); tries++) await sleep(20);
  return {
    port,
    origin: `git://127.0.0.1:${port}`,
    async close() {
      if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGTERM');
      await ended;
    },
  };
}
