/** How much may wait here before the socket is told to stop. */
const queuedBytesMax = 64 * 1024;

/**
 * Between undici, which pushes, and a reader, who pulls. Unlike a stream of Node it hands out everything that arrived
 * before it says how the body ended: every byte counts, also in front of an error.
 */
export class BodyQueue {
  readonly #resume: () => void;
  #chunks: Uint8Array[] = [];
  #queuedBytes = 0;
  #receivedBytes = 0;
  #end: { error: unknown } | null = null;
  #wake: (() => void) | null = null;

  /** `resume` lets the sender go on; it is called when the reader has emptied the queue. */
  constructor(resume: () => void) {
    this.#resume = resume;
  }

  get receivedBytes(): number {
    return this.#receivedBytes;
  }

  get ended(): boolean {
    return this.#end !== null;
  }

  /** Returns whether there is room for more. */
  push(chunk: Uint8Array): boolean {
    if (this.#end) return true;
    this.#chunks.push(chunk);
    this.#queuedBytes += chunk.byteLength;
    this.#receivedBytes += chunk.byteLength;
    this.#wakeReader();
    return this.#queuedBytes < queuedBytesMax;
  }

  finish(): void {
    this.#finish({ error: null });
  }

  /** Behind what is queued, the reader meets `error`. */
  fail(error: unknown): void {
    this.#finish({ error });
  }

  /** The reader meets `error` at once; what is queued is dropped. */
  cut(error: unknown): void {
    this.#chunks = [];
    this.#end = { error };
    this.#wakeReader();
  }

  /** Null at the end. One reader at a time. */
  async next(): Promise<Uint8Array | null> {
    for (;;) {
      const chunk = this.#chunks.shift();
      if (chunk) {
        this.#queuedBytes -= chunk.byteLength;
        return chunk;
      }
      if (this.#end) {
        // eslint-disable-next-line @typescript-eslint/only-throw-error -- an abort passes on its signal's reason, whatever that is
        if (this.#end.error !== null) throw this.#end.error;
        return null;
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        this.#resume();
      });
    }
  }

  #finish(end: { error: unknown }): void {
    if (this.#end) return;
    this.#end = end;
    this.#wakeReader();
  }

  #wakeReader(): void {
    const wake = this.#wake;
    this.#wake = null;
    wake?.();
  }
}
