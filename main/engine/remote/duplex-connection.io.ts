/**
 * `git upload-pack` over one connection that stays open: ssh, git:// or a process on this computer. To its user each
 * request stands for itself, as over HTTP: when the connection is gone, the next request opens another.
 */

import { AdvertisementDecoder } from '../../git/index.ts';
import { EngineError, type ErrorFacts } from '../errors.ts';
import type { Clock, Duplex, DuplexEnd } from '../ports.ts';
import type { AnswerBytes, GitConnection } from './connection.ts';
import { protocolFailure } from './discover.io.ts';
import { Conversation, type AnswerPatience } from './duplex-conversation.io.ts';
import { leavesTraces } from './request-traces.ts';

export interface DuplexRoad {
  /** `versionInCommand`: see DuplexTarget. */
  open(signal: AbortSignal, versionInCommand: boolean): Promise<Duplex>;
  /** What it means that the other side ended without a byte of the protocol. */
  explain(end: DuplexEnd, facts: ErrorFacts): EngineError;
  facts: ErrorFacts & { host: string };
  /** Whether asking again with `versionInCommand` may help against a server that answers in an old protocol. */
  canAskInCommand: boolean;
  /** How long the way there, with names, keys and questions to a person, may take. */
  greetingMs: number;
}

/** A server may count objects for minutes before the first byte of a pack; upload-pack's keepalives come every 5 s. */
const requestPatience: AnswerPatience = { firstByteMs: 180_000, silenceMs: 30_000 };

/**
 * One answer at a time: a second request waits until the first answer was read to its end or left, so an answer must
 * be read or left. Leaving it early or aborting its signal closes the connection.
 */
export class DuplexConnection implements GitConnection {
  readonly #road: DuplexRoad;
  readonly #clock: Clock;
  #conversation: Conversation | null = null;
  /** The process remembers more than the next request may rest on. */
  #traced = false;
  #versionInCommand = false;
  #closed = false;
  /** Settles when the last one in the queue is through. */
  #turn: Promise<void> = Promise.resolve();
  #requests = 0;
  #wireBytesBefore = 0;
  #uploadedBytesBefore = 0;

  constructor(road: DuplexRoad, clock: Clock) {
    this.#road = road;
    this.#clock = clock;
  }

  /** A second one would wait for the end of the first. */
  get requestsAtOnce(): number {
    return 1;
  }

  get wireBytes(): number {
    return this.#wireBytesBefore + (this.#conversation?.wireBytes ?? 0);
  }

  get uploadedBytes(): number {
    return this.#uploadedBytesBefore + (this.#conversation?.uploadedBytes ?? 0);
  }

  get requests(): number {
    return this.#requests;
  }

  /** Always a fresh one, over a new connection. */
  async advertisement(signal: AbortSignal): Promise<AnswerBytes> {
    const done = await this.#takeTurn(signal);
    try {
      const conversation = await this.#begin(signal);
      this.#requests++;
      return await this.#advertisementOf(conversation, signal, done);
    } catch (error) {
      done();
      throw error;
    }
  }

  async request(body: Uint8Array, signal: AbortSignal): Promise<AnswerBytes> {
    const done = await this.#takeTurn(signal);
    try {
      this.#requests++;
      for (;;) {
        const { conversation, fresh } = await this.#ready(signal);
        this.#traced = leavesTraces(body);
        const answer = await conversation.ask(body, requestPatience, signal, done);
        if (answer !== null) return answer;
        // Servers close connections that were idle, and only asking shows it; nobody has answered yet, so ask again.
        if (fresh || this.#closed) throw await conversation.cut();
        await this.#drop();
      }
    } catch (error) {
      done();
      throw error;
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#drop();
  }

  /** Resolves with the function that lets the next one in. */
  async #takeTurn(signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    const mine = Promise.withResolvers<void>();
    const before = this.#turn;
    this.#turn = before.then(() => mine.promise);
    const aborted = Promise.withResolvers<void>();
    const onAbort = () => aborted.resolve();
    signal.addEventListener('abort', onAbort, { once: true });
    await Promise.race([before, aborted.promise]);
    signal.removeEventListener('abort', onAbort);
    if (signal.aborted) mine.resolve();
    signal.throwIfAborted();
    return () => mine.resolve();
  }

  /** The open conversation, or a new one whose advertisement is behind it. */
  async #ready(signal: AbortSignal): Promise<{ conversation: Conversation; fresh: boolean }> {
    const open = this.#conversation;
    if (open !== null && !open.gone && !this.#traced) return { conversation: open, fresh: false };
    const conversation = await this.#begin(signal);
    const decoder = new AdvertisementDecoder({ carrier: 'stream' });
    try {
      for await (const chunk of await this.#advertisementOf(conversation, signal, () => {}))
        decoder.push(chunk);
      decoder.finish();
    } catch (error) {
      throw protocolFailure(error, this.#road.facts.host);
    }
    return { conversation, fresh: true };
  }

  async #advertisementOf(
    conversation: Conversation,
    signal: AbortSignal,
    done: () => void,
  ): Promise<AnswerBytes> {
    const answer = await conversation.ask(null, this.#greetingPatience, signal, done);
    if (answer === null) throw await conversation.cut();
    return answer;
  }

  get #greetingPatience(): AnswerPatience {
    return { firstByteMs: this.#road.greetingMs, silenceMs: requestPatience.silenceMs };
  }

  /** A new conversation in protocol version 2, at the beginning of its advertisement. */
  async #begin(signal: AbortSignal): Promise<Conversation> {
    const { facts, canAskInCommand } = this.#road;
    for (;;) {
      await this.#drop();
      if (this.#closed) throw new EngineError('cancelled', { host: facts.host });
      const duplex = await this.#road.open(signal, this.#versionInCommand);
      const conversation = new Conversation(duplex, { clock: this.#clock, facts });
      this.#conversation = conversation;
      if (this.#closed) continue;
      const greeting = await conversation.greeting(this.#greetingPatience, signal);
      if (greeting === 'v2' || greeting === 'error') return conversation;
      if (greeting === 'nothing') {
        const end = await conversation.lastEnd();
        await this.#drop();
        // Git's restricted shell knows no other command than git's (git-shell(1)); 255 is ssh's own trouble.
        if (this.#versionInCommand && end.exitCode !== 255) throw this.#tooOld();
        if (this.#closed) continue;
        throw this.#road.explain(end, facts);
      }
      if (this.#versionInCommand || !canAskInCommand) {
        await this.#drop();
        throw this.#tooOld();
      }
      this.#versionInCommand = true;
    }
  }

  #tooOld(): EngineError {
    const { facts, canAskInCommand } = this.#road;
    const detail = canAskInCommand
      ? 'The server does not take GIT_PROTOCOL from its clients (sshd_config: AcceptEnv GIT_PROTOCOL), or its Git is older than 2.18.'
      : 'The Git at the other end is older than 2.18, or was told not to speak version 2.';
    return new EngineError('protocol-too-old', { ...facts, detail });
  }

  async #drop(): Promise<void> {
    const conversation = this.#conversation;
    if (conversation === null) return;
    this.#conversation = null;
    this.#traced = false;
    this.#wireBytesBefore += conversation.wireBytes;
    this.#uploadedBytesBefore += conversation.uploadedBytes;
    await conversation.end();
  }
}
