/** What to tell a server that is here already: commits, newest first (negotiator/default.c). */

import { EngineError } from '../errors.ts';
import type { Git } from '../ports.ts';

export interface HavesQuestion {
  git: Git;
  gitDir: string;
  /** Ids the server is known to have too, here with all they reach: what lies behind them is not worth a word. */
  common: readonly string[];
  /** Further ids that are here with all they reach, beside those of the refs. */
  tips: readonly string[];
  signal: AbortSignal;
}

/** Ids of commits by date, from all refs and tips; ends where history ends. Leaving the loop ends git. */
export async function* havesByDate(question: HavesQuestion): AsyncGenerator<string> {
  const { common, tips, signal } = question;
  const child = question.git.start(['rev-list', '--all', '--ignore-missing', '--stdin'], {
    gitDir: question.gitDir,
    // Of each common one itself, and not its parents (gitrevisions(7), "<rev>^@").
    input: [...tips, ...common.flatMap((oid) => [oid, `^${oid}^@`])].map((line) => `${line}\n`).join(''),
    signal,
  });
  const decoder = new TextDecoder();
  let rest = '';
  try {
    for await (const chunk of child.output) {
      const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
      rest = lines.pop() ?? '';
      yield* lines;
    }
    const { exitCode, stderr } = await child.ended;
    signal.throwIfAborted();
    if (exitCode !== 0) throw new EngineError('git-failed', { detail: `rev-list: ${stderr.slice(-500)}` });
  } finally {
    child.kill();
    await child.ended;
  }
}
