/** Runs one command line and says with which code the process is to end. */

import { homedir } from 'node:os';
import pkg from '../../package.json' with { type: 'json' };
import { ContractFailure } from '../contract/index.ts';
import { packmuleHome } from '../paths.ts';
import { parseCommandLine } from './command-line.ts';
import type { Command } from './commands.ts';
import { printJson, say } from './context.ts';
import type { Context } from './context.ts';
import { exitCodeOf, exitCodes } from './exit-codes.ts';
import { helloLine, resultLine } from './json-lines.ts';
import { failureLines } from './progress-words.ts';
import { safeText } from './text.ts';

/** `words` is what follows the program's name. Never rejects. */
export async function main(words: readonly string[]): Promise<number> {
  const { stdin, stdout, stderr, env } = process;
  forgiveClosedPipes();
  const workingDirectory = process.cwd();
  const surroundings = { platform: process.platform, env, homeDirectory: homedir(), workingDirectory };
  const context: Context = {
    home: packmuleHome(surroundings),
    workingDirectory,
    version: pkg.version,
    env,
    stdin,
    stdout,
    stderr,
  };
  const parsed = parseCommandLine(words, pkg.version);
  switch (parsed.kind) {
    case 'text':
      stdout.write(parsed.text);
      return exitCodes.done;
    case 'usage':
      stderr.write(parsed.text);
      if (parsed.json && words.some((word) => jsonCommands.has(word))) tellUsage(context, parsed.text);
      return exitCodes.usage;
    case 'command':
      return run(parsed.command, { ...context, home: packmuleHome(surroundings, parsed.home) });
  }
}

const jsonCommands: ReadonlySet<string> = new Set(['clone', 'fetch', 'adopt']);

/** A reader of `--json` gets its first and last line whatever happens. */
function tellUsage(context: Context, text: string): void {
  const failure = { code: 'bad-request', facts: { detail: text.trim() } } as const;
  const result = resultLine(null, { state: 'none', failure, exitCode: exitCodes.usage });
  printJson(context, [helloLine(context.version), result]);
}

async function run(command: Command, context: Context): Promise<number> {
  try {
    return await dispatch(command, context);
  } catch (error) {
    if (error instanceof ContractFailure) {
      say(context, failureLines(error.failure));
      return exitCodeOf(error.failure.code);
    }
    const sentence = error instanceof Error ? error.message : String(error);
    say(context, [`packmule: ${safeText(sentence)}`]);
    return exitCodes.failed;
  }
}

/** Each command's module is loaded only when it is asked for. */
async function dispatch(command: Command, context: Context): Promise<number> {
  switch (command.name) {
    case 'clone':
      return (await import('./clone.io.ts')).clone(command, context);
    case 'fetch':
      return (await import('./fetch.io.ts')).fetch(command, context);
    case 'adopt':
      return (await import('./adopt.io.ts')).adopt(command, context);
    case 'list':
      return (await import('./list.io.ts')).list(command, context);
    case 'status':
      return (await import('./list.io.ts')).status(command, context);
    case 'probe':
      return (await import('./list.io.ts')).probe(command, context);
    case 'serve':
      return (await import('./serve.io.ts')).serve(command, context);
    default:
      return (await import('./queue.io.ts')).changeQueue(command, context);
  }
}

/** `packmule list | head`: the reader has had enough, which is no fault. */
function forgiveClosedPipes(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') return;
      throw error;
    });
  }
}
