import { spawn, type ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { EngineError } from '../engine/errors.ts';
import type { Duplex, DuplexEnd } from '../engine/ports.ts';
import { StderrReader } from './git-stderr.ts';
import type { Invocation } from './ssh.ts';

const isWindows = process.platform === 'win32';

/** From the polite signal to the other one. */
const killGraceMs = 1000;
/** A shared connection's master (ssh_config(5), ControlPersist) holds standard error open for hours. */
const stderrGraceMs = 500;

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

/** A running ssh. It has no terminal, so it cannot ask at the one of whoever started the engine. */
class ProcessDuplex implements Duplex {
  readonly output: AsyncIterable<Uint8Array>;
  readonly ended: Promise<DuplexEnd>;
  readonly #child: Child;
  #gone = false;
  #killed = false;
  #wireBytes = 0;
  #uploadedBytes = 0;

  constructor(child: Child) {
    this.#child = child;
    // A broken pipe is told by the end; without a listener it would end our process.
    child.stdin.on('error', () => undefined);
    child.stdout.on('error', () => undefined);
    this.output = this.#read();
    this.ended = this.#watch();
  }

  get wireBytes(): number {
    return this.#wireBytes;
  }

  get uploadedBytes(): number {
    return this.#uploadedBytes;
  }

  async write(chunk: Uint8Array): Promise<void> {
    const { stdin } = this.#child;
    if (this.#gone || stdin.destroyed) return;
    this.#uploadedBytes += chunk.byteLength;
    if (stdin.write(chunk)) return;
    await new Promise<void>((resolve) => {
      const settle = () => {
        stdin.off('drain', settle).off('close', settle);
        this.#child.off('exit', settle);
        resolve();
      };
      stdin.on('drain', settle).on('close', settle);
      this.#child.on('exit', settle);
    });
  }

  kill(): void {
    if (this.#killed) return;
    this.#killed = true;
    // What a grandchild may still write is nobody's any more.
    this.#child.stdin.destroy();
    this.#child.stdout.destroy();
    if (this.#gone) return;
    this.#signal('SIGTERM');
    const timer = setTimeout(() => this.#signal('SIGKILL'), killGraceMs);
    timer.unref();
    void this.ended.then(() => clearTimeout(timer));
  }

  /** To the whole group: a shell may stand between us and ssh, and ssh has proxies of its own. */
  #signal(name: NodeJS.Signals): void {
    const { pid } = this.#child;
    if (pid === undefined) return;
    try {
      if (isWindows) this.#child.kill(name);
      else process.kill(-pid, name);
    } catch {
      // It is gone already.
    }
  }

  async *#read(): AsyncGenerator<Uint8Array> {
    try {
      for await (const chunk of this.#child.stdout) {
        this.#wireBytes += (chunk as Buffer).byteLength;
        yield chunk as Buffer;
      }
    } catch (error) {
      // Our own end shows as a stream that closed too early.
      if (!this.#killed)
        throw new EngineError('connection-lost', { detail: String(error) }, { cause: error });
    }
  }

  async #watch(): Promise<DuplexEnd> {
    const child = this.#child;
    const stderr = new StderrReader();
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
    child.stderr.on('error', () => undefined);
    const stderrClosed = new Promise<void>((resolve) => child.stderr.once('close', resolve));
    const exitCode = await new Promise<number | null>((resolve) => child.once('exit', resolve));
    this.#gone = true;
    let timer: NodeJS.Timeout | undefined;
    await Promise.race([
      stderrClosed,
      new Promise<void>((resolve) => (timer = setTimeout(resolve, stderrGraceMs))),
    ]);
    clearTimeout(timer);
    stderr.end();
    child.stderr.destroy();
    return { exitCode, stderr: stderr.text };
  }
}

/** Resolves when the program runs. Throws `git-failed` when it cannot be started. */
export async function startDuplex(
  { file, args }: Invocation,
  env: Record<string, string>,
  signal: AbortSignal,
): Promise<Duplex> {
  signal.throwIfAborted();
  const child = spawn(file, args, {
    env,
    stdio: ['pipe', 'pipe', 'pipe'],
    // A session of its own, so without a terminal. On Windows it would be the other way round: a window of its own.
    detached: !isWindows,
    windowsHide: true,
  });
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (error: NodeJS.ErrnoException) => {
      const why = error.code === 'ENOENT' ? `There is no program "${file}" on this computer.` : error.message;
      reject(new EngineError('git-failed', { detail: why }, { cause: error }));
    });
  });
  child.on('error', () => undefined);
  return new ProcessDuplex(child);
}

/** Whether a command that is asked for nothing but its settings ends well. */
export async function endsWell(
  { file, args }: Invocation,
  env: Record<string, string>,
  signal: AbortSignal,
): Promise<boolean> {
  signal.throwIfAborted();
  const child = spawn(file, args, { env, stdio: 'ignore', windowsHide: true, signal, timeout: 10_000 });
  return new Promise((resolve) => {
    child.once('error', () => resolve(false));
    child.once('exit', (code) => resolve(code === 0));
  });
}
