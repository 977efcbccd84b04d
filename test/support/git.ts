/** The real git, run with a clean environment: no configuration but the repository's own, fixed people and dates. */

import { spawn } from 'node:child_process';
import { drained } from './drained.ts';

/** The environment of every git that tests run themselves. */
export const gitEnvironment: Record<string, string> = {
  PATH: process.env['PATH'] ?? '',
  HOME: '/nonexistent',
  LC_ALL: 'C',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_TERMINAL_PROMPT: '0',
  GIT_AUTHOR_NAME: 'A U Thor',
  GIT_AUTHOR_EMAIL: 'author@example.com',
  GIT_AUTHOR_DATE: '1700000000 +0000',
  GIT_COMMITTER_NAME: 'C O Mitter',
  GIT_COMMITTER_EMAIL: 'committer@example.com',
  GIT_COMMITTER_DATE: '1700000000 +0000',
};

export interface GitOptions {
  cwd?: string;
  input?: Uint8Array | string | Iterable<Uint8Array>;
  env?: Record<string, string>;
}

export interface GitResult {
  code: number | null;
  stdout: Buffer;
  stderr: string;
}

/** Runs git and answers with whatever came of it. */
export async function tryGit(args: readonly string[], options: GitOptions = {}): Promise<GitResult> {
  const child = spawn('git', args, { cwd: options.cwd, env: { ...gitEnvironment, ...options.env } });
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
  // A git that refuses early closes its input; what it says on stderr is the better story.
  child.stdin.on('error', () => undefined);
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code));
  });
  const input = options.input ?? '';
  if (typeof input === 'string' || input instanceof Uint8Array) child.stdin.write(input);
  else {
    for (const chunk of input) {
      if (!child.stdin.write(chunk)) await drained(child.stdin);
    }
  }
  child.stdin.end();
  const code = await ended;
  return { code, stdout: Buffer.concat(out), stderr: Buffer.concat(err).toString() };
}

/** Runs git; anything but success is an error with git's words. */
export async function gitBytes(args: readonly string[], options: GitOptions = {}): Promise<Buffer> {
  const { code, stdout, stderr } = await tryGit(args, options);
  if (code !== 0) throw new Error(`git ${args.join(' ')} ended with ${code}: ${stderr}`);
  return stdout;
}

/** As `gitBytes`, as text without the last newline. */
export async function git(args: readonly string[], options: GitOptions = {}): Promise<string> {
  return (await gitBytes(args, options)).toString().replace(/\n$/, '');
}
