/** Between a stream of small pieces and those who take large ones better. */

import { concatBytes } from '../../git/index.ts';

/** How much may wait for its turn while a portion is on its way. */
const waitingBytesMax = 256 * 1024;

/**
 * Hands bytes on in order, one portion at a time: the first piece goes at once, and whatever comes while a portion is on
 * its way makes the next. Upload-pack sends a pack in packets of mostly 8 KiB; a call of the system's for each is most of
 * what they cost.
 */
export class Portions {
  readonly #handOn: (portion: Uint8Array) => Promise<void>;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #running: Promise<void> | null = null;
  #failure: { error: unknown } | null = null;

  /** @param handOn is called with one portion at a time; after a failure never again */
  constructor(handOn: (portion: Uint8Array) => Promise<void>) {
    this.#handOn = handOn;
  }

  /** Resolves when there is room for more; the piece must not change any more. Throws what `handOn` threw. */
  async take(piece: Uint8Array): Promise<void> {
    this.#assertWell();
    this.#waiting.push(piece);
    this.#waitingBytes += piece.length;
    if (this.#running === null) this.#start();
    while (this.#waitingBytes >= waitingBytesMax && this.#running !== null) await this.#running;
    this.#assertWell();
  }

  /** Resolves when everything was handed on. Throws what `handOn` threw. */
  async finish(): Promise<void> {
    await this.settle();
    this.#assertWell();
  }

  /** The same without complaint, for whoever knows a better reason to complain. */
  async settle(): Promise<void> {
    while (this.#running !== null) await this.#running;
  }

  #start(): void {
    this.#running = this.#run().finally(() => {
      this.#running = null;
      // It may have come after the last look and before this moment.
      if (this.#waiting.length > 0) this.#start();
    });
  }

  /** Never rejects. */
  async #run(): Promise<void> {
    try {
      while (this.#waiting.length > 0) {
        const pieces = this.#waiting;
        this.#waiting = [];
        this.#waitingBytes = 0;
        await this.#handOn(pieces.length === 1 ? (pieces[0] as Uint8Array) : concatBytes(pieces));
      }
    } catch (error) {
      this.#failure = { error };
      this.#waiting = [];
      this.#waitingBytes = 0;
    }
  }

  #assertWell(): void {
    if (this.#failure !== null) throw this.#failure.error;
  }
}
