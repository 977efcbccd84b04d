/**
 * Packmule as its users run it, built: the command in a process of its own, or the engine's process with a client here.
 * Vitest sees to it that what is built is new (built.ts); whoever else uses this calls `ensureBuilt` before.
 */

import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openSession } from '../../main/cli/session.io.ts';
import type { Client, CloneOptions, JobDetail, JobState } from '../../main/contract/index.ts';
import { forkEngine } from '../../main/fork-engine.io.ts';
import { builtCli, builtEngine } from './built.ts';
import { makeTempDir } from './temp.ts';

/** Without the caller's git configuration: what git and Packmule are compared with must know the same. */
export function packmuleEnvironment(home: string): Record<string, string | undefined> {
  const personal = join(home, 'person');
  mkdirSync(personal, { recursive: true });
  return { PATH: process.env['PATH'], LANG: 'C.UTF-8', HOME: personal, PACKMULE_HOME: home, NO_COLOR: '1' };
}

export interface CliRun {
  code: number | null;
  stdout: string;
  stderr: string;
  /** Standard output, read as lines of JSON; what is none is left out. */
  lines: Record<string, unknown>[];
  /** The last of them. */
  result: Record<string, unknown>;
}

export interface CliOptions {
  home: string;
  cwd?: string;
  env?: Record<string, string>;
  /** Called with the process as soon as it runs. */
  onStart?: (child: ChildProcess) => void;
  /** The process is killed after so long; its code is null then. */
  timeoutMs?: number;
  /** The module to run; the built one by default. */
  entry?: string;
}

/** Runs `packmule` with these words and waits for its end. */
export async function runPackmule(args: readonly string[], options: CliOptions): Promise<CliRun> {
  const child = spawn(process.execPath, [options.entry ?? builtCli, ...args], {
    cwd: options.cwd,
    env: { ...packmuleEnvironment(options.home), ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: options.timeoutMs ?? 60_000,
    killSignal: 'SIGKILL',
  });
  options.onStart?.(child);
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (end) => resolve(end));
  });
  const stdout = Buffer.concat(out).toString();
  const lines = stdout.split('\n').flatMap(readJson);
  return { code, stdout, stderr: Buffer.concat(err).toString(), lines, result: lines.at(-1) ?? {} };
}

function readJson(line: string): Record<string, unknown>[] {
  try {
    return line.startsWith('{') ? [JSON.parse(line) as Record<string, unknown>] : [];
  } catch {
    return [];
  }
}

export interface TestEngine {
  home: string;
  client: Client;
  pid: number;
  /** Ends it without a word, as a crash would, and waits until it is gone. */
  kill(): Promise<void>;
  /** Ends it in good order. */
  quit(): Promise<void>;
}

/** Starts an engine process for a home (a new one by default) and connects to it. */
export async function startEngine(
  home = makeTempDir('home'),
  env: Record<string, string> = {},
): Promise<TestEngine> {
  // The engine inherits what this process knows.
  const wanted = { ...packmuleEnvironment(home), NODE_EXTRA_CA_CERTS: '', ...env };
  for (const name of Object.keys(process.env))
    if (/^(GIT_|XDG_)/.test(name)) Reflect.deleteProperty(process.env, name);
  Object.assign(process.env, wanted);
  const session = await openSession(home, (_source, ...how) => forkEngine(builtEngine, ...how));
  const { pid } = await session.client.ask('engine.about', {});
  const gone = async () => {
    while (isAlive(pid)) await sleep(10);
  };
  const kill = async () => {
    if (isAlive(pid)) process.kill(pid, 'SIGKILL');
    await session.closed;
    await gone();
    await session.end();
  };
  return {
    home,
    client: session.client,
    pid,
    kill,
    async quit() {
      // The reply may be lost with the connection it came over; what counts is that the process ends.
      const asked = performance.now();
      void session.client.ask('engine.quit', {}).catch(() => undefined);
      while (isAlive(pid)) {
        if (performance.now() - asked > quitMsMax) {
          await kill();
          throw new Error(`The engine did not end within ${quitMsMax} ms of being asked.`);
        }
        await sleep(10);
      }
      await session.end();
    },
  };
}

/** Far more than the second an engine may take: a busy machine shall not fail a test that asks for something else. */
const quitMsMax = 15_000;

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Where nothing more happens by itself. */
const restingStates: readonly JobState[] = ['done', 'failed', 'cancelled', 'paused', 'needs-you'];

/** Follows a job until `enough` (by default: until it rests) and answers with what it was then. */
export async function waitForJob(
  client: Client,
  id: string,
  enough: (detail: JobDetail) => boolean = (detail) => restingStates.includes(detail.job.state),
  timeoutMs = 60_000,
): Promise<JobDetail> {
  let last: JobDetail | null = null;
  const settled = Promise.withResolvers<JobDetail>();
  const timer = setTimeout(() => {
    const seen =
      last === null ? 'nothing' : `${last.job.state}, ${JSON.stringify(last.job.failure ?? last.job.retry)}`;
    settled.reject(new Error(`The job did not get there in ${timeoutMs} ms; it is ${seen}.`));
  }, timeoutMs);
  const stop = client.follow(
    'job',
    { id },
    (detail) => {
      last = detail;
      if (enough(detail)) settled.resolve(detail);
    },
    (failure) => settled.reject(new Error(`The job cannot be followed: ${failure.code}.`)),
  );
  try {
    return await settled.promise;
  } finally {
    clearTimeout(timer);
    stop();
  }
}

/** Clones and waits until the job rests. */
export async function cloneWith(
  client: Client,
  wish: { url: string; directory: string; options?: CloneOptions },
  timeoutMs?: number,
): Promise<JobDetail> {
  const { id } = await client.ask('job.clone', { ...wish, options: wish.options ?? {}, start: 'now' });
  return waitForJob(client, id, undefined, timeoutMs);
}
