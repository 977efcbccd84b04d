/**
 * Git's framing: four hex digits of length, then that many bytes less four (gitprotocol-common, "pkt-line Format").
 * Lengths 0, 1 and 2 are the flush, delimiter and response-end packets of protocol v2; 3 means nothing and is refused,
 * 4 is a packet with nothing in it.
 */

import { bytesOfText } from './byte-text.ts';
import { LocalProtocolError, RemoteProtocolError } from './errors.ts';
import { pktLineBytesMax } from './limits.ts';

export type ControlKind = 'flush' | 'delimiter' | 'response-end';

/** One packet. A payload may be a view of a pushed chunk: use it before that chunk's memory is used again. */
export type Packet = { readonly kind: 'data'; readonly payload: Uint8Array } | { readonly kind: ControlKind };

export type DecodedPktLine =
  | { readonly kind: 'data'; readonly payload: Uint8Array; readonly consumed: number }
  | { readonly kind: ControlKind; readonly consumed: 4 }
  | { readonly kind: 'incomplete'; readonly missing: number };

const headerBytes = 4;
const noBytes = new Uint8Array(0);

/** Value of a hex digit by its byte, −1 for every other byte. Upper case passes, as in git (hex.c). */
const digitValue = new Int8Array(256).fill(-1);
for (let value = 0; value < 16; value++) {
  const digit = value.toString(16);
  digitValue[digit.charCodeAt(0)] = value;
  digitValue[digit.toUpperCase().charCodeAt(0)] = value;
}

function digitAt(bytes: Uint8Array, at: number): number {
  return digitValue[bytes[at] ?? 0] ?? -1;
}

/** The length in the four bytes at `at`; throws on anything git refuses there (pkt-line.c, packet_length). */
function packetLength(bytes: Uint8Array, at: number): number {
  const [a, b, c, d] = [
    digitAt(bytes, at),
    digitAt(bytes, at + 1),
    digitAt(bytes, at + 2),
    digitAt(bytes, at + 3),
  ];
  if ((a | b | c | d) < 0) {
    const shown = JSON.stringify(String.fromCharCode(...bytes.subarray(at, at + headerBytes)));
    throw new RemoteProtocolError('pkt-line', `Not a packet length: ${shown}`);
  }
  const length = (a << 12) | (b << 8) | (c << 4) | d;
  if (length === 3 || length > pktLineBytesMax) {
    throw new RemoteProtocolError('pkt-line', `A packet cannot have the length ${length}.`);
  }
  return length;
}

const flush: Packet = { kind: 'flush' };
const delimiter: Packet = { kind: 'delimiter' };
const responseEnd: Packet = { kind: 'response-end' };

function controlPacket(length: number): Packet {
  return length === 0 ? flush : length === 1 ? delimiter : responseEnd;
}

/**
 * The packet that begins at `at`: whole, with the bytes it takes, or incomplete, with the bytes still missing (at
 * least; before the length is there, those of the length).
 * @throws RemoteProtocolError `pkt-line`
 */
export function decodePktLine(bytes: Uint8Array, at = 0): DecodedPktLine {
  const available = bytes.length - at;
  if (available < headerBytes) return { kind: 'incomplete', missing: headerBytes - available };
  const length = packetLength(bytes, at);
  if (length < headerBytes) return { kind: controlPacket(length).kind as ControlKind, consumed: headerBytes };
  if (available < length) return { kind: 'incomplete', missing: length - available };
  return { kind: 'data', payload: bytes.subarray(at + headerBytes, at + length), consumed: length };
}

/**
 * Takes chunks as they come and gives whole packets. A packet that lies whole in one chunk is a view of it, without
 * copying; one that crosses chunks is gathered once into memory of its own.
 *
 * Invariant: at most one packet is partly gathered, and every chunk before the first queued one is used up.
 */
export class PktLineReader {
  #chunks: Uint8Array[] = [];
  /** Index of the first chunk with bytes left, and the first such byte. */
  #head = 0;
  #at = 0;
  #buffered = 0;
  readonly #header = new Uint8Array(headerBytes);
  #headerFilled = 0;
  #payload: Uint8Array | null = null;
  #payloadFilled = 0;

  /** Bytes pushed and not yet given out as packets. */
  get buffered(): number {
    return this.#buffered;
  }

  /** Adds bytes. The chunk is kept by reference: it must not change while packets from it are in use. */
  push(chunk: Uint8Array): void {
    if (chunk.length === 0) return;
    this.#chunks.push(chunk);
    this.#buffered += chunk.length;
  }

  /**
   * The next whole packet, or null when more bytes are needed.
   * @throws RemoteProtocolError `pkt-line`; the reader is of no use afterwards
   */
  next(): Packet | null {
    for (;;) {
      const chunk = this.#chunks[this.#head];
      if (chunk === undefined) return null;
      if (this.#headerFilled === 0 && chunk.length - this.#at >= headerBytes) {
        const length = packetLength(chunk, this.#at);
        if (length < headerBytes) {
          this.#advance(chunk, headerBytes);
          this.#buffered -= headerBytes;
          return controlPacket(length);
        }
        if (chunk.length - this.#at >= length) {
          const payload = chunk.subarray(this.#at + headerBytes, this.#at + length);
          this.#advance(chunk, length);
          this.#buffered -= length;
          return { kind: 'data', payload };
        }
      }
      const packet = this.#gather(chunk);
      if (packet !== null) return packet;
    }
  }

  /** All bytes not given out yet, in order; the reader is empty afterwards. */
  takeRest(): Uint8Array {
    const parts = [
      this.#header.slice(0, this.#headerFilled),
      this.#payload?.subarray(0, this.#payloadFilled) ?? noBytes,
    ];
    const first = this.#chunks[this.#head];
    if (first !== undefined) parts.push(first.subarray(this.#at), ...this.#chunks.slice(this.#head + 1));
    this.#chunks = [];
    this.#head = this.#at = this.#buffered = this.#headerFilled = 0;
    this.#payload = null;
    return concatBytes(parts);
  }

  /** Moves bytes of `chunk` into the packet that crosses chunks; gives it when it is whole. */
  #gather(chunk: Uint8Array): Packet | null {
    if (this.#payload === null) {
      const taken = Math.min(headerBytes - this.#headerFilled, chunk.length - this.#at);
      this.#header.set(chunk.subarray(this.#at, this.#at + taken), this.#headerFilled);
      this.#headerFilled += taken;
      this.#advance(chunk, taken);
      if (this.#headerFilled < headerBytes) return null;
      const length = packetLength(this.#header, 0);
      if (length <= headerBytes) {
        this.#headerFilled = 0;
        this.#buffered -= headerBytes;
        return length === headerBytes ? { kind: 'data', payload: noBytes } : controlPacket(length);
      }
      this.#payload = new Uint8Array(length - headerBytes);
      this.#payloadFilled = 0;
      return null;
    }
    const payload = this.#payload;
    const taken = Math.min(payload.length - this.#payloadFilled, chunk.length - this.#at);
    payload.set(chunk.subarray(this.#at, this.#at + taken), this.#payloadFilled);
    this.#payloadFilled += taken;
    this.#advance(chunk, taken);
    if (this.#payloadFilled < payload.length) return null;
    this.#payload = null;
    this.#headerFilled = 0;
    this.#buffered -= headerBytes + payload.length;
    return { kind: 'data', payload };
  }

  #advance(chunk: Uint8Array, bytes: number): void {
    this.#at += bytes;
    if (this.#at < chunk.length) return;
    this.#at = 0;
    this.#head++;
    // Used chunks leave when all are used (the usual case) or when they outnumber the rest: amortised O(1).
    if (this.#head === this.#chunks.length) {
      this.#chunks.length = 0;
      this.#head = 0;
    } else if (this.#head > 1024 && this.#head * 2 > this.#chunks.length) {
      this.#chunks.splice(0, this.#head);
      this.#head = 0;
    }
  }
}

const utf8 = new TextEncoder();

/** A data packet; text as `bytesOfText` has it. @throws LocalProtocolError when the payload does not fit or is no text */
export function encodePktLine(payload: string | Uint8Array): Uint8Array {
  const bytes = typeof payload === 'string' ? bytesOfText(payload) : payload;
  const length = bytes.length + headerBytes;
  if (length > pktLineBytesMax) throw new LocalProtocolError(`A packet cannot carry ${bytes.length} bytes.`);
  const packet = new Uint8Array(length);
  packet.set(utf8.encode(length.toString(16).padStart(headerBytes, '0')));
  packet.set(bytes, headerBytes);
  return packet;
}

/** `0000`: the end of a message. */
export const flushPkt: Uint8Array = utf8.encode('0000');
/** `0001`: the end of a part of a message (gitprotocol-v2, "Packet-Line Framing"). */
export const delimiterPkt: Uint8Array = utf8.encode('0001');
/** `0002`: the end of a response for stateless connections; only git's own helpers say it to each other. */
export const responseEndPkt: Uint8Array = utf8.encode('0002');

/** One array with the bytes of all parts. */
export function concatBytes(parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
