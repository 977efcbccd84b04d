/** Asks the person at the terminal what a job wants to know. */

import { createInterface } from 'node:readline';
import type { QuestionView } from '../contract/index.ts';
import type { Context } from './context.ts';
import { failureLines } from './progress-words.ts';

/** The choice, or null when `signal` is aborted or the terminal is closed. `onInterrupt`: Ctrl-C was typed. */
export async function askChoice(
  context: Context,
  question: QuestionView,
  signal: AbortSignal,
  onInterrupt: () => void,
): Promise<QuestionView['choices'][number] | null> {
  const lines = createInterface({ input: context.stdin, output: context.stderr });
  lines.on('SIGINT', onInterrupt);
  context.stderr.write(`${failureLines(question.failure).join('\n')}\n`);
  const prompt = question.choices.map((choice) => `[${choice.slice(0, 1)}]${choice.slice(1)}`).join(' or ');
  try {
    return await new Promise((resolve) => {
      signal.addEventListener('abort', () => resolve(null), { once: true });
      lines.once('close', () => resolve(null));
      const again = (): void =>
        lines.question(`${prompt}? `, (typed) => {
          const choice = chosen(question.choices, typed);
          if (choice === null) again();
          else resolve(choice);
        });
      again();
    });
  } finally {
    lines.close();
  }
}

/** A choice by its first letter or its whole word; null for anything else. */
export function chosen<C extends string>(choices: readonly C[], typed: string): C | null {
  const word = typed.trim().toLowerCase();
  return choices.find((choice) => word !== '' && (choice === word || choice.startsWith(word))) ?? null;
}
