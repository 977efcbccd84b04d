/** Object ids: hex names of objects in one of Git's two hash functions (gitformat-pack, hash-function-transition). */

import { RemoteProtocolError } from './errors.ts';

export type ObjectFormat = 'sha1' | 'sha256';

/**
 * The object format named in a capability; SHA-1 when none is named (gitprotocol-v2, "object-format").
 * @throws RemoteProtocolError `object-format` for one we do not know
 */
export function parseObjectFormat(value: string | undefined): ObjectFormat {
  if (value === undefined) return 'sha1';
  if (value === 'sha1' || value === 'sha256') return value;
  throw new RemoteProtocolError(
    'object-format',
    `The object format ${JSON.stringify(value.slice(0, 40))} is unknown.`,
  );
}

/** Digits of an object id in hex. */
export function oidHexLength(format: ObjectFormat): 40 | 64 {
  return format === 'sha1' ? 40 : 64;
}

/** Bytes of an object id, also of a pack's trailer. */
export function oidBytesLength(format: ObjectFormat): 20 | 32 {
  return format === 'sha1' ? 20 : 32;
}

const lowerCaseHex = /^[0-9a-f]+$/;
const anyCaseHex = /^[0-9a-fA-F]+$/;

/** Whether `text` is an object id as Git writes it: all digits, lower case. */
export function isOid(text: string, format: ObjectFormat): boolean {
  return text.length === oidHexLength(format) && lowerCaseHex.test(text);
}

/**
 * An object id as a remote sent it, in lower case (Git reads both cases, hex.c).
 * @throws RemoteProtocolError `object-id`
 */
export function parseOid(text: string, format: ObjectFormat): string {
  if (isOid(text, format)) return text;
  if (text.length !== oidHexLength(format) || !anyCaseHex.test(text)) {
    throw new RemoteProtocolError(
      'object-id',
      `This is no ${format} object id: ${JSON.stringify(text.slice(0, 80))}`,
    );
  }
  return text.toLowerCase();
}

/** The id that names no object. */
export function nullOid(format: ObjectFormat): string {
  return '0'.repeat(oidHexLength(format));
}

const hexOfByte: readonly string[] = Array.from({ length: 256 }, (_, byte) =>
  byte.toString(16).padStart(2, '0'),
);

/** Bytes as lower-case hex. */
export function hexOf(bytes: Uint8Array): string {
  let hex = '';
  for (const byte of bytes) hex += hexOfByte[byte];
  return hex;
}

const noDigit = 0x10;
/** By character code; anything else is no digit. */
const valueOfDigit = new Uint8Array(128).fill(noDigit);
for (let value = 0; value < 16; value++) {
  const digit = value.toString(16);
  valueOfDigit[digit.charCodeAt(0)] = value;
  valueOfDigit[digit.toUpperCase().charCodeAt(0)] = value;
}

/** Hex (either case) as bytes. @throws RangeError when `hex` is not whole bytes of hex */
export function bytesOfHex(hex: string): Uint8Array {
  const bytes = new Uint8Array(hex.length >>> 1);
  let wrong = hex.length & 1;
  for (let i = 0; i < bytes.length; i++) {
    const high = valueOfDigit[hex.charCodeAt(2 * i)] ?? noDigit;
    const low = valueOfDigit[hex.charCodeAt(2 * i + 1)] ?? noDigit;
    wrong |= (high | low) & noDigit;
    bytes[i] = (high << 4) | low;
  }
  if (wrong !== 0) throw new RangeError('This text is not bytes in hex.');
  return bytes;
}
