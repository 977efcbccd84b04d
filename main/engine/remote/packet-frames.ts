/**
 * Where one message ends in a stream that goes on: behind its first flush packet (gitprotocol-v2, "Packet-Line
 * Framing"; each response of upload-pack has exactly one). Looks at lengths only and copies nothing. Pure.
 */

import { decodePktLine } from '../../git/index.ts';

const headerBytes = 4;

export class PacketFrames {
  /** A length that crosses chunks. */
  readonly #header = new Uint8Array(headerBytes);
  #headerFilled = 0;
  /** Bytes of the present packet that are still to come. */
  #owed = 0;
  #complete = false;

  /** Whether the flush packet was seen. */
  get complete(): boolean {
    return this.#complete;
  }

  /**
   * How many bytes at the start of `chunk` belong to this message: all of them, unless the flush packet is among them.
   * @throws RemoteProtocolError `pkt-line`
   */
  take(chunk: Uint8Array): number {
    let at = 0;
    while (at < chunk.length && !this.#complete) {
      if (this.#owed > 0) {
        const passed = Math.min(this.#owed, chunk.length - at);
        this.#owed -= passed;
        at += passed;
      } else if (this.#headerFilled === 0 && chunk.length - at >= headerBytes) {
        this.#begin(chunk.subarray(at, at + headerBytes));
        at += headerBytes;
      } else {
        const taken = Math.min(headerBytes - this.#headerFilled, chunk.length - at);
        this.#header.set(chunk.subarray(at, at + taken), this.#headerFilled);
        this.#headerFilled += taken;
        at += taken;
        if (this.#headerFilled < headerBytes) break;
        this.#headerFilled = 0;
        this.#begin(this.#header);
      }
    }
    return at;
  }

  #begin(header: Uint8Array): void {
    const packet = decodePktLine(header);
    if (packet.kind === 'flush') this.#complete = true;
    else if (packet.kind === 'incomplete') this.#owed = packet.missing;
  }
}
