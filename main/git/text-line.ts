/** Packets that carry a line of text: one LF at the end does not count (gitprotocol-common, "pkt-line Format"). */

import { isByteText, textOfBytes } from './byte-text.ts';
import { LocalProtocolError, RemoteProtocolError } from './errors.ts';
import { textLineBytesMax } from './limits.ts';

/** The text of a line, every byte of it (see byte-text.ts). @throws RemoteProtocolError `limit` */
export function textLine(payload: Uint8Array, bytesMax: number = textLineBytesMax): string {
  const { length } = payload;
  const end = length > 0 && payload[length - 1] === 0x0a ? length - 1 : length;
  if (end > bytesMax)
    throw new RemoteProtocolError('limit', `A line of ${end} bytes is longer than any we expect.`);
  return textOfBytes(end === length ? payload : payload.subarray(0, end));
}

/**
 * `value` if it can stand in a line of a request, where LF ends the line and NUL the C string.
 * @throws LocalProtocolError
 */
export function lineValue(value: string, what: string, options: { spaces?: boolean } = {}): string {
  if (value === '') throw new LocalProtocolError(`The ${what} is empty.`);
  if (/[\0\n\r]/.test(value) || !isByteText(value) || (options.spaces !== true && value.includes(' '))) {
    throw new LocalProtocolError(`The ${what} holds a character that cannot stand in a request line.`);
  }
  return value;
}
