/** Inflating without keeping: the scanner needs to know where compressed data ends, and how much was in it. */

import { ZStream, zlibInflate, zlibInflateInit, zlibInflateReset } from 'pako';
import { RemoteProtocolError } from '../errors.ts';

export interface InflateStep {
  /** Bytes of the input that belong to the compressed data; less than given only when it ended. */
  readonly consumedBytes: number;
  /** Bytes that came out of this input. */
  readonly producedBytes: number;
  /** Whether the compressed data ended, its checksum right. */
  readonly ended: boolean;
}

/** Inflates one zlib stream (RFC 1950) piece by piece. Throws RemoteProtocolError on data that is none. */
export interface Inflater {
  /** Stops early, and need not say how much it read, once more than `producedBytesMax` came out. */
  push(input: Uint8Array, producedBytesMax: number): InflateStep;
}

export interface InflateFactory {
  /** An inflater at the beginning of a stream. It may be the last one again, begun anew: only one is used at a time. */
  start(): Inflater;
  /**
   * A faster way for a stream that may lie whole in `input`, followed by other bytes. Null when it does not end there
   * (or for any other doubt: `start` is asked then, and has the last word on what is corrupt).
   */
  whole?(input: Uint8Array, sizeBytes: number): { consumedBytes: number; producedBytes: number } | null;
}

/** Everything that comes out is overwritten by what comes next; 32 KiB of it stay near the processor. */
const scratchBytes = 32 * 1024;

const zOk = 0;
const zStreamEnd = 1;
const zBufError = -5;

class PakoInflater implements Inflater {
  readonly #stream = new ZStream();
  readonly #scratch = new Uint8Array(scratchBytes);

  constructor() {
    this.#stream.output = this.#scratch;
    zlibInflateInit(this.#stream);
  }

  restart(): void {
    zlibInflateReset(this.#stream);
  }

  push(input: Uint8Array, producedBytesMax: number): InflateStep {
    const stream = this.#stream;
    stream.input = input;
    stream.next_in = 0;
    stream.avail_in = input.length;
    let producedBytes = 0;
    for (;;) {
      stream.next_out = 0;
      stream.avail_out = scratchBytes;
      const status = zlibInflate(stream, 0);
      producedBytes += stream.next_out;
      const consumedBytes = input.length - stream.avail_in;
      if (status === zStreamEnd) return { consumedBytes, producedBytes, ended: true };
      if (status !== zOk && status !== zBufError) {
        throw new RemoteProtocolError(
          'pack',
          `Compressed data is damaged: ${stream.msg || `zlib status ${status}`}`,
        );
      }
      if (producedBytes > producedBytesMax) return { consumedBytes, producedBytes, ended: false };
      // Room left over means that all input was used and nothing more is held back.
      if (stream.avail_out > 0) return { consumedBytes, producedBytes, ended: false };
    }
  }
}

/** Inflating in plain JavaScript, in whatever pieces the data comes. About 30 MB of output-heavy packs per second. */
export function pakoInflate(): InflateFactory {
  const inflater = new PakoInflater();
  return {
    start() {
      inflater.restart();
      return inflater;
    },
  };
}
