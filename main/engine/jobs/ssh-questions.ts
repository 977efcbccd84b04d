/**
 * What ssh asks a person through its askpass program (ssh(1), SSH_ASKPASS): passphrases, passwords, and whether a
 * server's key is the right one.
 *
 * Theory of operation. A server hangs up on somebody who hesitates, so no ssh ever waits for a person: a question without
 * an answer is refused at once and noted; ssh fails, the job asks, and when the answer is there the work begins again and
 * ssh, asking the same words, gets it. The words are the key: they hold the file, or the host and its fingerprint, so an
 * answer never serves another key. Answers live in memory only.
 */

import { safeText } from '../../git/index.ts';

export interface SshPrompt {
  kind: 'ssh-passphrase' | 'ssh-host-key';
  /** Safe to show. */
  prompt: string;
}

const promptCharsMax = 1_000;

interface Answer {
  text: string;
  /** The processes that had it. One that asks again says that it was wrong. */
  givenTo: Set<number>;
}

interface Asker {
  token: string;
  answers: Map<string, Answer>;
  pending: SshPrompt | null;
}

/** What is asked, by its words (sshconnect.c, readconf "StrictHostKeyChecking"). */
export function sshPrompt(prompt: string): SshPrompt {
  const text = safeText(prompt, promptCharsMax).trim();
  const isHostKey = /\(yes\/no(\/\[fingerprint\])?\)\??$/.test(text);
  return { kind: isHostKey ? 'ssh-host-key' : 'ssh-passphrase', prompt: text };
}

export class SshQuestions {
  readonly #newToken: () => string;
  readonly #jobs = new Map<string, Asker>();

  /** `newToken`: unguessable. */
  constructor(newToken: () => string) {
    this.#newToken = newToken;
  }

  /** A run begins. The token lets its children ask in the job's name. */
  begin(jobId: string): string {
    const asker = this.#of(jobId);
    asker.pending = null;
    return asker.token;
  }

  /**
   * The answer for the process `asker`, or null, which is noted as what the job waits for. A token that nobody was given is
   * always answered null.
   */
  ask(token: string, prompt: string, asker: number): string | null {
    const job = [...this.#jobs.values()].find((each) => each.token === token);
    if (job === undefined) return null;
    const asked = sshPrompt(prompt);
    const answer = job.answers.get(asked.prompt);
    if (answer !== undefined && !answer.givenTo.has(asker)) {
      answer.givenTo.add(asker);
      // A no is for this once: who takes the job up again is asked again.
      if (answer.text === 'no') job.answers.delete(asked.prompt);
      return answer.text;
    }
    job.answers.delete(asked.prompt);
    // The first is what stands in the way; later ones are other ways ssh tries instead.
    job.pending ??= asked;
    return null;
  }

  /** What stands in the job's way. */
  pending(jobId: string): SshPrompt | null {
    return this.#jobs.get(jobId)?.pending ?? null;
  }

  answer(jobId: string, prompt: string, text: string): void {
    this.#of(jobId).answers.set(prompt, { text, givenTo: new Set() });
  }

  forget(jobId: string): void {
    this.#jobs.delete(jobId);
  }

  #of(jobId: string): Asker {
    const known = this.#jobs.get(jobId);
    if (known !== undefined) return known;
    const asker: Asker = { token: this.#newToken(), answers: new Map(), pending: null };
    this.#jobs.set(jobId, asker);
    return asker;
  }
}
