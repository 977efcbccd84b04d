/** Messages written the short way: data packets as text, control packets by name. */

import { concatBytes, delimiterPkt, encodePktLine, flushPkt, responseEndPkt } from '../../main/git/index.ts';
import { bytesOf } from '../support/feed.ts';

export const flush = { control: flushPkt } as const;
export const delimiter = { control: delimiterPkt } as const;
export const responseEnd = { control: responseEndPkt } as const;

export type Part = string | Uint8Array | { readonly control: Uint8Array } | { readonly raw: string };

/** Bytes of packets; a string is a line whose characters are bytes (LF not added). */
export function packets(...parts: Part[]): Uint8Array {
  return concatBytes(
    parts.map((part) => {
      if (typeof part === 'string') return encodePktLine(bytesOf(part));
      if (part instanceof Uint8Array) return encodePktLine(part);
      return 'raw' in part ? bytesOf(part.raw) : part.control;
    }),
  );
}

export const oidA = 'a'.repeat(40);
export const oidB = 'b'.repeat(40);
