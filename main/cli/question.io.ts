/** Asks the person at the terminal what a job wants to know. */

import { createInterface, type Interface } from 'node:readline';
import { Writable } from 'node:stream';
import type { Input, QuestionView } from '../contract/index.ts';
import type { Context } from './context.ts';
import { failureLines } from './progress-words.ts';
import { safeText } from './text.ts';

export type TypedAnswer = Pick<Input<'job.answer'>, 'choice' | 'username' | 'password'>;

/** The answer, or null when `signal` is aborted or the terminal is closed. `onInterrupt`: Ctrl-C was typed. */
export async function askQuestion(
  context: Context,
  question: QuestionView,
  signal: AbortSignal,
  onInterrupt: () => void,
): Promise<TypedAnswer | null> {
  context.stderr.write(`${failureLines(question.failure).join('\n')}\n`);
  if (question.prompt !== undefined) {
    const lines = question.prompt.split('\n').map((line) => `  ${safeText(line)}`);
    context.stderr.write(`${lines.join('\n')}\n`);
  }
  const terminal = new Terminal(context, signal, onInterrupt);
  try {
    if (question.kind === 'authentication') {
      const answer = await askForName(terminal, question);
      if (answer !== undefined) return answer;
    }
    if (question.kind === 'ssh-passphrase') {
      const password = await terminal.askHidden('Answer (nothing to choose otherwise): ');
      if (password === null) return null;
      if (password !== '') return { choice: 'answer', password };
    }
    return await askForChoice(terminal, question);
  } finally {
    terminal.close();
  }
}

/** Undefined: nothing was typed, so the person wants something else. */
async function askForName(
  terminal: Terminal,
  question: QuestionView,
): Promise<TypedAnswer | null | undefined> {
  const hint = safeText(question.usernameHint ?? '');
  const where = safeText(question.url ?? question.host ?? 'the server');
  const typed = await terminal.ask(
    `User name for ${where}${hint === '' ? ' (nothing to choose otherwise)' : ` [${hint}]`}: `,
  );
  if (typed === null) return null;
  const username = typed === '' ? (question.usernameHint ?? '') : typed;
  if (username === '') return undefined;
  const password = await terminal.askHidden('Password or token (not shown): ');
  if (password === null) return null;
  return password === '' ? undefined : { choice: 'answer', username, password };
}

async function askForChoice(terminal: Terminal, question: QuestionView): Promise<TypedAnswer | null> {
  // What needs more than a word was asked for before.
  const choices = question.choices.filter((choice) => choice !== 'answer');
  const prompt = choices.map((choice) => `[${choice.slice(0, 1)}]${choice.slice(1)}`).join(' or ');
  for (;;) {
    const typed = await terminal.ask(`${prompt}? `);
    if (typed === null) return null;
    const choice = chosen(choices, typed);
    if (choice !== null) return { choice };
  }
}

/** A choice by its first letter or its whole word; null for anything else. */
export function chosen<C extends string>(choices: readonly C[], typed: string): C | null {
  const word = typed.trim().toLowerCase();
  return choices.find((choice) => word !== '' && (choice === word || choice.startsWith(word))) ?? null;
}

/** One line after the other from a terminal; what is typed hidden is written nowhere. */
class Terminal {
  readonly #context: Context;
  readonly #lines: Interface;
  readonly #over: Promise<null>;
  #hidden = false;

  constructor(context: Context, signal: AbortSignal, onInterrupt: () => void) {
    this.#context = context;
    const shown = new Writable({
      write: (chunk: Uint8Array, _encoding, done) => {
        if (!this.#hidden) context.stderr.write(chunk);
        done();
      },
    });
    // Raw, so that the terminal itself does not echo; readline draws what is typed, through `shown`.
    this.#lines = createInterface({ input: context.stdin, output: shown, terminal: true, historySize: 0 });
    this.#lines.on('SIGINT', onInterrupt);
    this.#over = new Promise((resolve) => {
      if (signal.aborted) resolve(null);
      signal.addEventListener('abort', () => resolve(null), { once: true });
      this.#lines.once('close', () => resolve(null));
    });
  }

  /** Null when nobody will answer any more. */
  ask(prompt: string): Promise<string | null> {
    return Promise.race([
      this.#over,
      new Promise<string>((resolve) => this.#lines.question(prompt, (typed) => resolve(typed.trim()))),
    ]);
  }

  async askHidden(prompt: string): Promise<string | null> {
    this.#context.stderr.write(prompt);
    this.#hidden = true;
    try {
      return await Promise.race([
        this.#over,
        new Promise<string>((resolve) => this.#lines.question('', resolve)),
      ]);
    } finally {
      this.#hidden = false;
      this.#context.stderr.write('\n');
    }
  }

  close(): void {
    this.#lines.close();
  }
}
