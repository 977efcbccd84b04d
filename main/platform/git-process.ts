import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import path from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { EngineError } from '../engine/errors.ts';
import type { GitOptions, GitProcess } from '../engine/ports.ts';
import { gitArguments, gitEnvironment } from './git-environment.ts';
import { stderrDetail, StderrReader } from './git-stderr.ts';

/** From the polite signal to the other one. */
const killGraceMs = 2000;
/** A grandchild may hold standard error open; nobody waits longer than this for it. */
const stderrGraceMs = 500;

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

/** Every git of ours that runs. None of them outlives us. */
const living = new Set<Child>();
let watchesExit = false;

function keep(child: Child): void {
  living.add(child);
  child.once('exit', () => living.delete(child));
  if (watchesExit) return;
  watchesExit = true;
  process.on('exit', () => {
    for (const each of living) each.kill('SIGKILL');
  });
}

/** How one git ended, `git-failed` in words: the end of its standard error, or else its exit code. */
export function gitFailed(
  args: readonly string[],
  options: GitOptions,
  end: { exitCode: number | null; stderr: string },
): EngineError {
  const said = stderrDetail(end.stderr);
  const how = end.exitCode === null ? 'was ended by a signal' : `ended with exit code ${end.exitCode}`;
  const detail = said === '' ? `git ${args[0] ?? ''} ${how}` : said;
  return new EngineError('git-failed', { path: options.workTree ?? options.gitDir, detail });
}

/** A running git. After an abort, `write` and `output` reject with the signal's reason instead of git's own end. */
export class RunningGit implements GitProcess {
  readonly output: AsyncIterable<Uint8Array>;
  readonly ended: Promise<{ exitCode: number | null; stderr: string }>;
  readonly stdout: Readable;
  readonly #args: readonly string[];
  readonly #options: GitOptions;
  readonly #child: Child;
  #gone = false;
  #spawnError: EngineError | null = null;

  constructor(executable: string, args: readonly string[], options: GitOptions) {
    this.#args = args;
    this.#options = options;
    const cwd = options.workTree ?? path.parse(executable).root;
    const child = spawn(executable, gitArguments(args, options), {
      // Outside of every repository, so that no command finds one by itself.
      cwd,
      env: gitEnvironment(process.env, options),
      stdio: ['pipe', 'pipe', 'pipe'],
      windowsHide: true,
    });
    this.#child = child;
    keep(child);
    if (options.priority === 'low') yieldTo(child);
    this.stdout = child.stdout;
    this.output = this.#read();
    // A broken pipe is told by `write`; without a listener it would end our process.
    child.stdin.on('error', () => undefined);
    child.stdout.on('error', () => undefined);
    this.ended = this.#watch(cwd);
    options.signal?.addEventListener('abort', this.#onAbort, { once: true });
    if (options.signal?.aborted) this.kill();
  }

  async write(chunk: Uint8Array): Promise<void> {
    const { stdin } = this.#child;
    if (!this.#gone && !stdin.destroyed && !stdin.writableEnded) {
      if (stdin.write(chunk)) return;
      if (await this.#drained()) return;
    }
    // The pipe may break a moment before git has said why.
    await this.#fail();
  }

  endInput(): void {
    this.#child.stdin.end();
  }

  kill(): void {
    if (this.#gone) return;
    this.#child.kill('SIGTERM');
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), killGraceMs);
    timer.unref();
    this.#child.once('exit', () => clearTimeout(timer));
  }

  /** Why it could not even start. */
  get spawnError(): EngineError | null {
    return this.#spawnError;
  }

  readonly #onAbort = () => this.kill();

  async #fail(): Promise<never> {
    const end = await this.ended;
    this.#options.signal?.throwIfAborted();
    throw this.#spawnError ?? gitFailed(this.#args, this.#options, end);
  }

  /** Whether there is room again; false when there never will be. */
  #drained(): Promise<boolean> {
    const { stdin } = this.#child;
    return new Promise((resolve) => {
      const settle = (room: boolean) => {
        stdin.off('drain', onDrain).off('close', onClose);
        this.#child.off('exit', onClose);
        resolve(room);
      };
      const onDrain = () => settle(true);
      const onClose = () => settle(false);
      stdin.on('drain', onDrain).on('close', onClose);
      this.#child.on('exit', onClose);
    });
  }

  async *#read(): AsyncGenerator<Uint8Array> {
    try {
      for await (const chunk of this.#child.stdout) yield chunk as Uint8Array;
    } catch (error) {
      this.#options.signal?.throwIfAborted();
      throw new EngineError('git-failed', { detail: String(error) }, { cause: error });
    }
    if (this.#options.signal?.aborted) throw this.#options.signal.reason;
  }

  async #watch(cwd: string): Promise<{ exitCode: number | null; stderr: string }> {
    const child = this.#child;
    const stderr = new StderrReader(this.#options.onProgress);
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
    child.stderr.on('error', () => undefined);
    const stderrClosed = new Promise<void>((resolve) => child.stderr.once('close', resolve));
    const exitCode = await new Promise<number | null>((resolve) => {
      child.once('exit', (code) => resolve(code));
      child.once('error', (error: NodeJS.ErrnoException) => {
        // Only a failed start ends it; a failed kill does too, and then `exit` is still to come.
        if (child.pid !== undefined) return;
        living.delete(child);
        this.#spawnError = startError(error, cwd);
        child.stderr.destroy();
        resolve(null);
      });
    });
    this.#gone = true;
    this.#options.signal?.removeEventListener('abort', this.#onAbort);
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<void>((resolve) => (timer = setTimeout(resolve, stderrGraceMs)));
    await Promise.race([stderrClosed, patience]);
    clearTimeout(timer);
    stderr.end();
    // A grandchild may hold the output open as well; who has given up does not wait for it.
    if (this.#options.signal?.aborted) child.stdout.destroy();
    return { exitCode, stderr: this.#spawnError?.facts.detail ?? stderr.text };
  }
}

/** A wish, not a need: a system that refuses it runs git as any other program. */
function yieldTo(child: Child): void {
  if (child.pid === undefined) return;
  try {
    setPriority(child.pid, constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // It may have ended already.
  }
}

/** spawn says ENOENT for a missing program and for a missing directory alike. */
function startError(error: NodeJS.ErrnoException, cwd: string): EngineError {
  if (error.code === 'ENOENT' && existsSync(cwd)) return new EngineError('git-missing', {}, { cause: error });
  const detail = error.code === 'ENOENT' ? `there is no directory ${cwd}` : error.message;
  return new EngineError('git-failed', { path: cwd, detail }, { cause: error });
}
