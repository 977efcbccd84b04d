/**
 * Is everything the refs reach really here? Asked before any ref is written, and trusting nothing that was not
 * checked: no existing ref, no bundle, no alternate counts as proof.
 */

import { EngineError } from '../errors.ts';
import type { Git, GitOptions } from '../ports.ts';

export interface ClosureQuestion {
  git: Git;
  gitDir: string;
  /** Object ids that must be here with all they reach. */
  tips: readonly string[];
  /** The clone's filter: what it leaves out need not be here. */
  filter: string | null;
  /** Index-pack already followed every link within the one pack that holds everything. */
  closureChecked: boolean;
  signal: AbortSignal;
}

/**
 * What to walk so that exactly what must be here is looked at. A size limit cannot be judged for blobs that are absent,
 * so for every filter that may leave out blobs only commits and trees are walked; with `tree:0` only commits are here.
 */
export function walkArguments(filter: string | null): string[] {
  if (filter === null) return ['--objects'];
  if (filter === 'tree:0') return [];
  return ['--objects', `--filter=${/^tree:\d+$/.test(filter) ? filter : 'blob:none'}`];
}

const missingLine = / missing$/;

/** Throws `objects-missing` naming the first few tips that are absent. */
async function checkTipsExist(question: ClosureQuestion): Promise<void> {
  if (question.tips.length === 0) return;
  const { stdout } = await question.git.run(['cat-file', '--batch-check=%(objectname)', '--buffer'], {
    gitDir: question.gitDir,
    input: question.tips.join('\n') + '\n',
    signal: question.signal,
  });
  const missing = new TextDecoder()
    .decode(stdout)
    .split('\n')
    .filter((line) => missingLine.test(line))
    .map((line) => line.replace(missingLine, ''));
  if (missing.length > 0) {
    const named = missing.slice(0, 3).join(', ');
    throw new EngineError('objects-missing', {
      detail: `${missing.length} of the refs' objects did not come: ${named}`,
    });
  }
}

/**
 * @throws EngineError `objects-missing` with git's words about the first object that is not here
 */
export async function checkConnectivity(question: ClosureQuestion): Promise<void> {
  await checkTipsExist(question);
  if (question.closureChecked || question.tips.length === 0) return;
  const args = ['rev-list', '--stdin', '--quiet', ...walkArguments(question.filter)];
  const options: GitOptions = {
    gitDir: question.gitDir,
    input: question.tips.join('\n') + '\n',
    expect: [0, 128],
    signal: question.signal,
  };
  const { exitCode, stderr } = await question.git.run(args, options);
  if (exitCode !== 0) throw new EngineError('objects-missing', { detail: stderr.trim().slice(-500) });
}
