import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  bytesOfHex,
  hexOf,
  isOid,
  nullOid,
  oidBytesLength,
  oidHexLength,
  parseOid,
  RemoteProtocolError,
} from '../../main/git/index.ts';

const sha1 = '95dcfa3633004da0049d3d0fa03f80589cbcaf31';
const sha256 = 'f8a4c1f2e0a3d4c5b6978899aabbccddeeff00112233445566778899aabbccdd';

describe('object ids', () => {
  test('have the length of their format', () => {
    expect([
      oidHexLength('sha1'),
      oidBytesLength('sha1'),
      oidHexLength('sha256'),
      oidBytesLength('sha256'),
    ]).toEqual([40, 20, 64, 32]);
    expect(isOid(nullOid('sha1'), 'sha1') && isOid(nullOid('sha256'), 'sha256')).toBe(true);
    expect([
      isOid(sha1, 'sha1'),
      isOid(sha1, 'sha256'),
      isOid(sha256, 'sha256'),
      isOid(sha256, 'sha1'),
    ]).toEqual([true, false, true, false]);
  });

  test('are lower case; upper case from a remote is taken and made so', () => {
    expect(isOid(sha1.toUpperCase(), 'sha1')).toBe(false);
    expect(parseOid(sha1.toUpperCase(), 'sha1')).toBe(sha1);
  });

  test.each([
    '',
    sha1.slice(1),
    `${sha1}0`,
    `${sha1.slice(1)}g`,
    ` ${sha1.slice(1)}`,
    `${sha1.slice(1)}\n`,
    `0x${sha1.slice(2)}`,
    'é'.repeat(40),
  ])('are not %j', (text) => {
    expect(isOid(text, 'sha1')).toBe(false);
    expect(() => parseOid(text, 'sha1')).toThrow(RemoteProtocolError);
  });

  test('property: hex and back', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(bytesOfHex(hexOf(bytes))).toEqual(bytes);
      }),
    );
    expect(() => bytesOfHex('abc')).toThrow(RangeError);
    expect(() => bytesOfHex('zz')).toThrow(RangeError);
  });
});
