/** nginx on this computer, as the user who runs the tests, serving one directory on a free port of loopback. */

import { execFileSync, spawn } from 'node:child_process';
import { accessSync, constants, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeTempDir } from './temp.ts';

export interface NginxRequest {
  method: string;
  path: string;
  /** Null when the whole was asked for. */
  range: string | null;
  ifRange: string | null;
  status: number;
  /** Sent in answer: all of it, and of its body. */
  sentBytes: number;
  bodyBytes: number;
}

export interface Nginx {
  readonly origin: string;
  /** What it serves. */
  readonly root: string;
  /** Finished requests in the order of their end. */
  requests(): NginxRequest[];
  close(): Promise<void>;
}

/** Null when this computer has none. */
export function findNginx(): string | null {
  for (const directory of [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin']) {
    const candidate = join(directory, 'nginx');
    try {
      accessSync(candidate, constants.X_OK);
      return candidate;
    } catch {
      continue;
    }
  }
  return null;
}

/** As lacksSshd of sshd.ts. */
export function lacksNginx(): boolean {
  if (findNginx() !== null || process.env['PACKMULE_REQUIRE_ALL'] === '1') return false;
  console.warn(
    'NOT TESTED: ranges of nginx. There is none on this computer (Debian: apt-get install nginx-light).',
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

const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];

function configuration(home: string, port: number, lines: readonly string[]): string {
  return `
    daemon off;
    worker_processes 1;
    pid ${home}/pid;
    error_log ${home}/error.log;
    events { worker_connections 256; }
    http {
      ${temporary.map((name) => `${name}_temp_path ${home}/${name};`).join(' ')}
      log_format ours '$request_method $uri [$http_range] [$http_if_range] $status $bytes_sent $body_bytes_sent';
      access_log ${home}/access.log ours;
      default_type application/octet-stream;
      sendfile on;
      keepalive_timeout 10s;
      server {
        listen 127.0.0.1:${port};
        root ${home}/root;
        ${lines.join('\n        ')}
      }
    }`;
}

async function answers(port: number): Promise<boolean> {
  const socket = net.connect({ port, host: '127.0.0.1' });
  try {
    return await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true));
      socket.once('error', () => resolve(false));
    });
  } finally {
    socket.destroy();
  }
}

/** @param lines further lines of the server's block: `limit_rate 2m;` */
export async function startNginx(lines: readonly string[] = []): Promise<Nginx> {
  const program = findNginx();
  if (program === null) throw new Error('there is no nginx on this computer');
  const home = makeTempDir('nginx');
  for (const name of ['root', ...temporary]) mkdirSync(join(home, name));
  // Workers of a master that root runs give up root, and must still reach the files.
  if (process.getuid?.() === 0) execFileSync('chmod', ['-R', 'a+rwX', home]);
  const port = await freePort();
  const config = join(home, 'nginx.conf');
  writeFileSync(config, configuration(home, port, lines));
  const child = spawn(program, ['-c', config, '-p', home], { stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  for (let tries = 0; !(await answers(port)); tries++) {
    if (tries > 200 || child.exitCode !== null)
      throw new Error(`nginx did not start: ${readFileSync(join(home, 'error.log'), 'utf8')}`);
    await sleep(25);
  }
  return {
    origin: `http://127.0.0.1:${port}`,
    root: join(home, 'root'),
    requests: () => readFileSync(join(home, 'access.log'), 'utf8').split('\n').filter(Boolean).map(requestOf),
    async close() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

function requestOf(line: string): NginxRequest {
  const match = /^(\S+) (\S+) \[(.*)\] \[(.*)\] (\d+) (\d+) (\d+)$/.exec(line);
  if (match === null) throw new Error(`a line of nginx's log: ${line}`);
  const [, method = '', path = '', range = '', ifRange = '', status, sent, body] = match;
  const said = (field: string) => (field === '' || field === '-' ? null : field.replaceAll('\\x22', '"'));
  return {
    ...{ method, path, range: said(range), ifRange: said(ifRange) },
    ...{ status: Number(status), sentBytes: Number(sent), bodyBytes: Number(body) },
  };
}
