/**
 * One open connection to one upload-pack: its capability advertisement, then request after request, each answered up
 * to a flush packet (gitprotocol-v2, "Initial Client Request", "Command Request"). One thing at a time.
 */

import { concatBytes, RemoteProtocolError, safeText } from '../../git/index.ts';
import { EngineError, type ErrorFacts } from '../errors.ts';
import type { Clock, Duplex, DuplexEnd } from '../ports.ts';
import { cutAnswer } from './carrier-failure.ts';
import type { AnswerBytes } from './connection.ts';
import { PacketFrames } from './packet-frames.ts';

export interface AnswerPatience {
  /** From the end of the request to the first byte of the answer. */
  firstByteMs: number;
  /** Longest silence within an answer while we are ready to read. */
  silenceMs: number;
}

/** How often the clock is looked at; the limits are kept to this. */
const watchEveryMs = 250;
/** A program whose output has ended is given so long to say why. */
const lastWordsMs = 2000;
/** As much of what is no packet as a person needs to see where it comes from. */
const noiseCharsMax = 300;

/** What stands first in an advertisement of protocol version 2. */
const versionPacket = '000eversion 2';

export class Conversation {
  readonly #duplex: Duplex;
  readonly #input: AsyncIterator<Uint8Array>;
  readonly #clock: Clock;
  readonly #facts: ErrorFacts;
  /** Read and not used yet. */
  #pending: Uint8Array[] = [];
  #gone = false;
  #timedOut: EngineError | null = null;
  #endedByUs = false;

  constructor(duplex: Duplex, parts: { clock: Clock; facts: ErrorFacts }) {
    this.#duplex = duplex;
    this.#input = duplex.output[Symbol.asyncIterator]();
    this.#clock = parts.clock;
    this.#facts = parts.facts;
    void duplex.ended.then(() => (this.#gone = true));
  }

  /** Nothing can be asked here any more. */
  get gone(): boolean {
    return this.#gone;
  }

  get wireBytes(): number {
    return this.#duplex.wireBytes;
  }

  get uploadedBytes(): number {
    return this.#duplex.uploadedBytes;
  }

  /** Resolves when the process or socket is gone. */
  async end(): Promise<void> {
    this.#endedByUs = true;
    this.#abandon();
    await this.#duplex.ended;
  }

  /**
   * Looks at the first packet without using it up. `nothing`: the other side ended without a byte.
   * @throws EngineError `not-git`, with the noise, when what comes is no packet
   */
  async greeting(patience: AnswerPatience, signal: AbortSignal): Promise<'v2' | 'old' | 'error' | 'nothing'> {
    let text = '';
    const seen: Uint8Array[] = [];
    await this.#watched(signal, async (waiting) => {
      while (text.length < versionPacket.length) {
        const chunk = await waiting(
          this.#read(),
          seen.length === 0 ? patience.firstByteMs : patience.silenceMs,
        );
        if (chunk === null) break;
        seen.push(chunk);
        text += String.fromCharCode(...chunk.subarray(0, noiseCharsMax));
      }
    });
    this.#pending = seen;
    if (text === '') return 'nothing';
    // A first packet is never as long as 4096 bytes: what does not begin with a zero is a shell's start-up file talking.
    if (!/^0[0-9a-f]*$/i.test(text.slice(0, 4))) throw this.#notGit(concatBytes(seen));
    if (text.startsWith(versionPacket)) return 'v2';
    return text.startsWith('ERR ', 4) ? 'error' : 'old';
  }

  /** Why the other side ended in the middle of an answer. */
  async cut(): Promise<EngineError> {
    const end = await this.lastEnd();
    if (this.#endedByUs)
      return new EngineError('cancelled', { ...this.#facts, detail: 'the connection was closed by us' });
    return cutAnswer(end, this.#facts);
  }

  /** How the other side ended; waits for it, but not for ever. */
  async lastEnd(): Promise<DuplexEnd> {
    const patience = new AbortController();
    const enough = this.#clock.sleep(lastWordsMs, patience.signal).then(
      () => this.#duplex.kill(),
      () => undefined,
    );
    const end = await this.#duplex.ended;
    patience.abort();
    await enough;
    return end;
  }

  /**
   * Sends `body` (nothing for the advertisement) and resolves with the answer when its first byte is here, or with null
   * when the other side ended before it. The answer ends with its flush packet; leaving it earlier, or an abort, ends the
   * conversation. Its iterator throws `connection-lost` when the other side ends in the middle, `connection-timed-out`
   * when it falls silent.
   */
  async ask(
    body: Uint8Array | null,
    patience: AnswerPatience,
    signal: AbortSignal,
    onOver: () => void,
  ): Promise<AnswerBytes | null> {
    const first = await this.#watched(signal, async (waiting) => {
      if (body !== null) await waiting(this.#duplex.write(body), patience.firstByteMs);
      return waiting(this.#read(), patience.firstByteMs);
    });
    if (first === null) return null;
    this.#pending.unshift(first);
    return this.#answer(patience, signal, onOver);
  }

  /** Not a generator: one of those could not be left before it has begun. */
  #answer(patience: AnswerPatience, signal: AbortSignal, onOver: () => void): AnswerBytes {
    const frames = new PacketFrames();
    let over = false;
    const finish = () => {
      if (over) return;
      over = true;
      if (!frames.complete) this.#abandon();
      onOver();
    };
    const next = async (): Promise<IteratorResult<Uint8Array, undefined>> => {
      if (over || frames.complete) {
        finish();
        return { done: true, value: undefined };
      }
      try {
        const chunk = await this.#watched(signal, (waiting) => waiting(this.#read(), patience.silenceMs));
        if (chunk === null) throw await this.cut();
        const taken = frames.take(chunk);
        if (taken < chunk.length) {
          // Upload-pack speaks only when it is asked.
          throw new EngineError('protocol-violation', {
            ...this.#facts,
            detail: 'Something follows the end of an answer.',
          });
        }
        // Whoever counts the packets may not come again after the last one.
        if (frames.complete) finish();
        return { done: false, value: chunk };
      } catch (error) {
        finish();
        if (!(error instanceof RemoteProtocolError)) throw error;
        throw new EngineError(
          'protocol-violation',
          { ...this.#facts, detail: error.message },
          { cause: error },
        );
      }
    };
    const iterator: AsyncIterator<Uint8Array, undefined> = {
      next,
      return: () => {
        finish();
        return Promise.resolve({ done: true, value: undefined });
      },
    };
    return { [Symbol.asyncIterator]: () => iterator };
  }

  #abandon(): void {
    this.#gone = true;
    this.#duplex.kill();
  }

  /** The next bytes; null at the end. */
  async #read(): Promise<Uint8Array | null> {
    const kept = this.#pending.shift();
    if (kept !== undefined) return kept;
    const next = await this.#input.next();
    return next.done === true ? null : next.value;
  }

  /** Runs `work` so that an abort or a silence longer than `waiting` allows ends the conversation and the work. */
  async #watched<T>(
    signal: AbortSignal,
    work: (waiting: <V>(step: Promise<V>, ms: number) => Promise<V>) => Promise<T>,
  ): Promise<T> {
    signal.throwIfAborted();
    let waitsUntilMs = Infinity;
    const unwatch = this.#clock.every(watchEveryMs, () => {
      if (this.#clock.monotonicMs() < waitsUntilMs) return;
      this.#timedOut ??= new EngineError('connection-timed-out', {
        ...this.#facts,
        detail: 'The other side fell silent.',
      });
      this.#abandon();
    });
    const onAbort = () => this.#abandon();
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      return await work(async (step, ms) => {
        waitsUntilMs = this.#clock.monotonicMs() + ms;
        const value = await step;
        waitsUntilMs = Infinity;
        signal.throwIfAborted();
        if (this.#timedOut !== null) throw this.#timedOut;
        return value;
      });
    } catch (error) {
      signal.throwIfAborted();
      throw this.#timedOut ?? error;
    } finally {
      unwatch();
      signal.removeEventListener('abort', onAbort);
    }
  }

  #notGit(noise: Uint8Array): EngineError {
    this.#abandon();
    const [said = ''] = safeText(noise, 16 * noiseCharsMax).split(versionPacket);
    return new EngineError('not-git', { ...this.#facts, detail: safeText(said.trim(), noiseCharsMax) });
  }
}
