/** Three streams in one: pack data, progress, and a last word (gitprotocol-pack, "Packfile Data"; side-band-64k). */

import { RemoteProtocolError } from './errors.ts';
import { shownTextCharsMax } from './limits.ts';
import { safeText } from './safe-text.ts';

export type SidebandPacket =
  | { readonly band: 'pack'; readonly data: Uint8Array }
  | { readonly band: 'progress'; readonly data: Uint8Array }
  | { readonly band: 'error'; readonly data: Uint8Array };

/**
 * Which stream a packet's payload belongs to. The bytes are a view of the payload.
 * @throws RemoteProtocolError `sideband` for an empty payload and for bands other than 1, 2 and 3
 */
export function decodeSideband(payload: Uint8Array): SidebandPacket {
  const data = payload.subarray(1);
  switch (payload[0]) {
    case 1:
      return { band: 'pack', data };
    case 2:
      return { band: 'progress', data };
    case 3:
      return { band: 'error', data };
    case undefined:
      throw new RemoteProtocolError('sideband', 'A packet names no sideband.');
    default:
      throw new RemoteProtocolError('sideband', `There is no sideband ${payload[0]}.`);
  }
}

/** The server's words when the payload is an `ERR` packet, which may stand anywhere; else null (pkt-line.c). */
export function errorPacketText(payload: Uint8Array): string | null {
  // "ERR "
  if (payload[0] !== 0x45 || payload[1] !== 0x52 || payload[2] !== 0x52 || payload[3] !== 0x20) return null;
  return safeText(payload.subarray(4)).trim();
}

const lf = 0x0a;
const cr = 0x0d;

/**
 * Progress packets end where the server's buffer did, not where its lines do; this puts lines together, so that no
 * escape sequence or character cut in two reaches anybody (git does the same, sideband.c).
 */
export class ProgressLines {
  #rest: number[] = [];
  #overflow = false;

  /** The lines that are complete now, safe to show, empty ones left out. */
  push(data: Uint8Array): string[] {
    const lines: string[] = [];
    for (const byte of data) {
      if (byte === lf || byte === cr) this.#endLine(lines);
      else if (this.#rest.length < shownTextCharsMax) this.#rest.push(byte);
      else this.#overflow = true;
    }
    return lines;
  }

  /** What stands after the last line end, at the end of the stream. */
  finish(): string[] {
    const lines: string[] = [];
    this.#endLine(lines);
    return lines;
  }

  #endLine(lines: string[]): void {
    const text = safeText(Uint8Array.from(this.#rest)).trimEnd();
    if (text !== '') lines.push(this.#overflow ? `${text}…` : text);
    this.#rest = [];
    this.#overflow = false;
  }
}
