import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeEntryHeader, decodePackHeader, RemoteProtocolError } from '../../../main/git/index.ts';
import { bytesOf } from '../../support/feed.ts';
import { entryHead, offsetVarint } from './packs.ts';

describe('decodePackHeader', () => {
  test('takes versions 2 and 3, and waits for the rest', () => {
    expect(decodePackHeader(bytesOf('PACK\0\0\0\x02\0\0\x01\x02'))).toEqual({ version: 2, entries: 258 });
    expect(decodePackHeader(bytesOf('PACK\0\0\0\x03\xff\xff\xff\xff'))).toEqual({
      version: 3,
      entries: 2 ** 32 - 1,
    });
    for (let length = 0; length < 12; length++) {
      expect(decodePackHeader(bytesOf('PACK\0\0\0\x02\0\0\0\x01').subarray(0, length))).toEqual({
        incomplete: true,
      });
    }
  });

  test.each([
    'PACX',
    'P<',
    '<html',
    'PACK\0\0\0\x04\0\0\0\0',
    'PACK\0\0\0\x01\0\0\0\0',
    'PACK\x02\0\0\0\0\0\0\0',
  ])('refuses %j', (text) => {
    expect(() => decodePackHeader(bytesOf(text))).toThrow(RemoteProtocolError);
  });
});

describe('decodeEntryHeader', () => {
  test('property: what is written is read, at any place, and cut it is incomplete', () => {
    const entry = fc.record({
      type: fc.constantFrom(...(['commit', 'tree', 'blob', 'tag', 'ofs-delta', 'ref-delta'] as const)),
      size: fc.oneof(
        fc.nat(300),
        fc.maxSafeNat().map((n) => n % 2 ** 40),
      ),
      distance: fc.oneof(
        fc.integer({ min: 1, max: 70_000 }),
        fc.maxSafeNat().map((n) => 1 + (n % 2 ** 50)),
      ),
    });
    fc.assert(
      fc.property(
        entry,
        fc.nat(5),
        fc.constantFrom('sha1' as const, 'sha256' as const),
        ({ type, size, distance }, before, format) => {
          const oid = format === 'sha1' ? 'ab'.repeat(20) : 'ab'.repeat(32);
          const base =
            type === 'ofs-delta'
              ? offsetVarint(distance)
              : type === 'ref-delta'
                ? [...Buffer.from(oid, 'hex')]
                : [];
          const head = [...entryHead(type, size), ...base];
          const bytes = Uint8Array.from([...Array<number>(before).fill(0xee), ...head, 0x78]);
          expect(decodeEntryHeader(bytes, before, format)).toEqual({
            type,
            sizeBytes: size,
            headerBytes: head.length,
            ...(type === 'ofs-delta' ? { baseDistance: distance } : {}),
            ...(type === 'ref-delta' ? { baseOid: oid } : {}),
          });
          for (let length = 0; length < head.length; length++) {
            expect(decodeEntryHeader(bytes.subarray(0, before + length), before, format)).toEqual({
              incomplete: true,
            });
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  test.each<[string, number[]]>([
    ['type 0', [0x00]],
    ['type 5', [0x50]],
    ['a size over the limit', entryHead('blob', 2 ** 41)],
    ['a size of 2^62', [0xb0, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x08]],
    ['a size that never ends', [0xb0, ...Array<number>(40).fill(0x80)]],
    ['a size that overflows 64 bits', [0xbf, ...Array<number>(12).fill(0xff)]],
    ['a delta on itself', [...entryHead('ofs-delta', 5), 0x00]],
    ['a distance that overflows', [...entryHead('ofs-delta', 5), ...Array<number>(12).fill(0xff)]],
  ])('refuses %s', (_, bytes) => {
    expect(() => decodeEntryHeader(Uint8Array.from(bytes), 0, 'sha1')).toThrow(RemoteProtocolError);
  });
});
