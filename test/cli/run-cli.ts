/** The real command line as a process of its own, in a home of its own. */

import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { connectLocal, localAddress } from '../../main/api/index.ts';
import { createClient, createPortTransport, type Client } from '../../main/contract/index.ts';
import { gitEnvironment } from '../support/git.ts';

const entry = fileURLToPath(new URL('../../main/cli.ts', import.meta.url));

export interface CliEnd {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface RunningCli {
  child: ChildProcess;
  ended: Promise<CliEnd>;
  /** What it has said so far on both streams. */
  said(): string;
  /** Resolves when `pattern` has been said; rejects when the process ends before. */
  says(pattern: RegExp): Promise<void>;
}

export function startCli(words: readonly string[], where: { home: string; cwd: string }): RunningCli {
  const env = { ...gitEnvironment, PACKMULE_HOME: where.home, HOME: where.cwd, LC_ALL: 'C' };
  const child = spawn(process.execPath, [entry, ...words], {
    cwd: where.cwd,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  const waiting = new Set<() => void>();
  const heard = (): void => waiting.forEach((look) => look());
  child.stdout.setEncoding('utf8').on('data', (text: string) => ((stdout += text), heard()));
  child.stderr.setEncoding('utf8').on('data', (text: string) => ((stderr += text), heard()));
  const ended = new Promise<CliEnd>((resolve) => {
    child.once('close', (code) => resolve({ code, stdout, stderr }));
  });
  const said = (): string => `${stdout}\n${stderr}`;
  return {
    child,
    ended,
    said,
    says: (pattern) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (!pattern.test(said())) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        void ended.then(() => reject(new Error(`It ended without saying ${pattern}:\n${said()}`)));
        look();
      }),
  };
}

export function runCli(words: readonly string[], where: { home: string; cwd: string }): Promise<CliEnd> {
  return startCli(words, where).ended;
}

/** Asks the running engine of a home, as any other client would. */
export async function withEngineOf<T>(home: string, work: (client: Client) => Promise<T>): Promise<T> {
  const transport = createPortTransport(await connectLocal(localAddress(home)));
  try {
    return await work(createClient(transport));
  } finally {
    transport.close();
  }
}

export async function isEngineRunning(home: string): Promise<boolean> {
  try {
    (await connectLocal(localAddress(home))).close();
    return true;
  } catch {
    return false;
  }
}

/** What the engines of a home have logged. */
export function engineLog(home: string): string {
  return readFileSync(join(home, 'logs', 'packmule.log'), 'utf8');
}

/** How often an engine has become ready in this home. */
export function enginesStarted(home: string): number {
  return engineLog(home).split('"engine.ready"').length - 1;
}
