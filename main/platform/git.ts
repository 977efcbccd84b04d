import { accessSync, constants, statSync } from 'node:fs';
import path from 'node:path';
import { EngineError } from '../engine/errors.ts';
import type { Git, GitOptions, GitResult } from '../engine/ports.ts';
import { gitFailed, RunningGit } from './git-process.ts';

/** More standard output than this in one answer is a mistake: long answers are read from `start`. */
const stdoutBytesMax = 256 * 1024 * 1024;

/**
 * The system's git. It is looked for on PATH once (absolute entries only, so never in the current directory), or is
 * `executable`, an absolute path.
 *
 * Of `start`: git stops when its output pipe is full, so whoever writes much must read `output` at the same time, or
 * leave the loop, which closes the pipe. `ended` does not wait for unread output.
 */
export function createGit(options: { executable?: string } = {}): Git {
  let found: string | null = options.executable ?? null;
  let version: string | null = null;

  const executable = (): string => {
    found ??= findOnPath();
    if (found === null) throw new EngineError('git-missing', { detail: 'no git on PATH' });
    return found;
  };

  const start = (args: readonly string[], gitOptions: GitOptions = {}) => {
    const running = new RunningGit(executable(), args, gitOptions);
    if (gitOptions.input !== undefined) {
      // A git that reads only part of its input says so by its exit code.
      running.write(bytesOf(gitOptions.input)).then(
        () => running.endInput(),
        () => undefined,
      );
    }
    return running;
  };

  const run = async (args: readonly string[], gitOptions: GitOptions = {}): Promise<GitResult> => {
    gitOptions.signal?.throwIfAborted();
    const running = start(args, gitOptions);
    if (gitOptions.input === undefined) running.endInput();
    const reading = collect(running, args);
    // When it was aborted nobody waits for what a grandchild still holds open.
    const [stdout, end] = await Promise.all([reading, running.ended]).catch((error: unknown) => {
      gitOptions.signal?.throwIfAborted();
      throw error;
    });
    gitOptions.signal?.throwIfAborted();
    if (running.spawnError) throw running.spawnError;
    const expected =
      end.exitCode === 0 || (end.exitCode !== null && gitOptions.expect?.includes(end.exitCode));
    if (!expected || end.exitCode === null) throw gitFailed(args, gitOptions, end);
    return { exitCode: end.exitCode, stdout, stderr: end.stderr };
  };

  return {
    run,
    start,
    async version() {
      if (version !== null) return version;
      try {
        const { stdout } = await run(['version']);
        version = /^git version (\d+(?:\.\d+)+)/.exec(Buffer.from(stdout).toString())?.[1] ?? null;
      } catch {
        // Not kept: somebody may install one while we run.
        version = null;
        found = options.executable ?? null;
      }
      return version;
    },
  };
}

async function collect(running: RunningGit, args: readonly string[]): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of running.output) {
    bytes += chunk.byteLength;
    if (bytes > stdoutBytesMax) {
      running.kill();
      throw new EngineError('git-failed', {
        detail: `git ${args[0] ?? ''} said more than ${stdoutBytesMax} bytes`,
      });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function bytesOf(input: Uint8Array | string): Uint8Array {
  return typeof input === 'string' ? Buffer.from(input) : input;
}

function findOnPath(): string | null {
  const name = process.platform === 'win32' ? 'git.exe' : 'git';
  for (const directory of (process.env['PATH'] ?? '').split(path.delimiter)) {
    if (!path.isAbsolute(directory)) continue;
    const candidate = path.join(directory, name);
    try {
      if (!statSync(candidate).isFile()) continue;
      accessSync(candidate, constants.X_OK);
      return candidate;
    } catch {
      continue;
    }
  }
  return null;
}
