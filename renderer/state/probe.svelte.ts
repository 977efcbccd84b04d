/** Questions asked while a person types: waits for a pause in typing, and drops answers to what is no longer asked. */

import {
  failureFrom,
  type Client,
  type DestinationView,
  type Failure,
  type ProbeView,
} from '../../main/contract/index.ts';

export type Asking<V> =
  | { state: 'idle' }
  | { state: 'asking' }
  | { state: 'answered'; value: V }
  | { state: 'failed'; failure: Failure };

/** Asks `ask` for the newest question only; an older one is cancelled on the wire, not just forgotten. */
export class DebouncedQuestion<V> {
  now = $state.raw<Asking<V>>({ state: 'idle' });
  /** What `now` is about. */
  question = $state('');
  readonly #ask: (question: string, signal: AbortSignal) => Promise<V>;
  readonly #delayMs: number;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #abort: AbortController | null = null;

  constructor(ask: (question: string, signal: AbortSignal) => Promise<V>, delayMs: number) {
    this.#ask = ask;
    this.#delayMs = delayMs;
  }

  /** Puts a question; the empty one asks nothing. The same question is not asked twice. */
  put(question: string): void {
    if (question === this.question) return;
    this.#drop();
    this.question = question;
    if (question === '') {
      this.now = { state: 'idle' };
      return;
    }
    this.now = { state: 'asking' };
    this.#timer = setTimeout(() => void this.#run(question), this.#delayMs);
  }

  /** Asks the present question once more, at once. */
  again(): void {
    if (this.question === '') return;
    this.#drop();
    this.now = { state: 'asking' };
    void this.#run(this.question);
  }

  stop(): void {
    this.#drop();
    this.question = '';
    this.now = { state: 'idle' };
  }

  #drop(): void {
    clearTimeout(this.#timer);
    this.#abort?.abort();
    this.#abort = null;
  }

  async #run(question: string): Promise<void> {
    const abort = new AbortController();
    this.#abort = abort;
    try {
      const value = await this.#ask(question, abort.signal);
      if (!abort.signal.aborted) this.now = { state: 'answered', value };
    } catch (thrown) {
      if (!abort.signal.aborted) this.now = { state: 'failed', failure: failureFrom(thrown) };
    }
  }
}

/** Long enough that a typed address is not asked for letter by letter, short enough not to be waited for. */
const probeDelayMs = 450;
const destinationDelayMs = 200;

export function probeController(client: Client): DebouncedQuestion<ProbeView> {
  return new DebouncedQuestion((url, signal) => client.ask('remote.probe', { url }, signal), probeDelayMs);
}

export function destinationController(client: Client): DebouncedQuestion<DestinationView> {
  return new DebouncedQuestion(
    (path, signal) => client.ask('destination.check', { path }, signal),
    destinationDelayMs,
  );
}
