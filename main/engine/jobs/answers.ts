/** What an answer means for the question it was given to. Pure. */

import type { Answer } from '../door.ts';
import { EngineError } from '../errors.ts';
import type { HttpCredential } from '../remote/index.ts';
import type { StoredQuestion } from './records.ts';

export type { Answer } from '../door.ts';

export interface AnswerText {
  credential: HttpCredential | null;
  ssh: { prompt: string; text: string } | null;
}

/** What a client offers. Trying again and giving up are always taken. */
export const choicesOf = {
  'target-exists': ['retry', 'cancel'],
  'disk-full': ['retry', 'cancel'],
  'object-too-large': ['retry', 'cancel'],
  authentication: ['answer', 'retry', 'cancel'],
  'ssh-passphrase': ['answer', 'retry', 'cancel'],
  'ssh-host-key': ['yes', 'no'],
} as const satisfies Record<StoredQuestion['kind'], readonly Answer['choice'][]>;

/** Scheme, host and port of the server that asked; null for questions that no HTTP server asked. */
export function originOf(question: StoredQuestion): string | null {
  const { url } = question.failure.facts;
  return question.kind === 'authentication' && url !== undefined && URL.canParse(url)
    ? new URL(url).origin
    : null;
}

/** @throws EngineError `job-state` for an answer to something that was not asked */
export function answerText(question: StoredQuestion, answer: Answer): AnswerText {
  const choices: readonly Answer['choice'][] = ['retry', 'cancel', ...choicesOf[question.kind]];
  const refused = new EngineError('job-state', { detail: 'That is no answer to what the clone asks.' });
  if (!choices.includes(answer.choice)) throw refused;
  const { kind, prompt = '' } = question;
  const { choice, username = '', password } = answer;
  const nothing: AnswerText = { credential: null, ssh: null };
  if (choice === 'yes' || choice === 'no') return { ...nothing, ssh: { prompt, text: choice } };
  if (choice !== 'answer') return nothing;
  if (password === undefined) throw refused;
  if (kind === 'ssh-passphrase') return { ...nothing, ssh: { prompt, text: password } };
  const origin = originOf(question);
  if (origin === null) throw refused;
  return { ...nothing, credential: { origin, username, password } };
}
