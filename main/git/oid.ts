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

/** Hex (either case) as bytes. @throws RangeError when `hex` is not whole bytes of hex */
export function bytesOfHex(hex: string): Uint8Array {
  if (hex.length % 2 !== 0 || !/^[0-9a-fA-F]*$/.test(hex))
    throw new RangeError('This text is not bytes in hex.');
  const bytes = new Uint8Array(hex.length / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = parseInt(hex.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}
