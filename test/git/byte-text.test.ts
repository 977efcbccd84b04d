import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isByteText } from '../../main/git/byte-text.ts';
import { bytesOfText, LocalProtocolError, shownName, textOfBytes } from '../../main/git/index.ts';
import { threadMs } from '../support/thread-time.ts';

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const bytes = (...values: number[]) => Uint8Array.from(values);

describe('bytes as text', () => {
  test.each<[string, Uint8Array, string]>([
    ['nothing', bytes(), ''],
    ['Latin-1', bytes(0x63, 0x61, 0x66, 0xe9), 'caf\udce9'],
    ['a byte order mark', bytes(0xef, 0xbb, 0xbf, 0x78), '\ufeffx'],
    ['a character that begins and stops', bytes(0xf0, 0x9f, 0xab), '\udcf0\udc9f\udcab'],
    ['an overlong slash', bytes(0xc0, 0xaf), '\udcc0\udcaf'],
    ['an overlong form of three bytes', bytes(0xe0, 0x80, 0xaf), '\udce0\udc80\udcaf'],
    ['a surrogate written as UTF-8', bytes(0xed, 0xb3, 0xa9), '\udced\udcb3\udca9'],
    ['a number above all characters', bytes(0xf4, 0x90, 0x80, 0x80), '\udcf4\udc90\udc80\udc80'],
    ['good after bad after good', bytes(0xc3, 0xa9, 0xff, 0xc3, 0xa9), 'é\udcffé'],
    ['U+FFFD itself', bytes(0xef, 0xbf, 0xbd), '\ufffd'],
  ])('%s', (_name, from, to) => {
    expect(textOfBytes(from)).toBe(to);
    expect(bytesOfText(to)).toEqual(from);
  });

  test('property: every byte comes back, and valid UTF-8 is what a strict decoder says', () => {
    const tricky = fc.uint8Array({ maxLength: 12 }).map((some) => some.map((byte) => byte | 0x80));
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array(), tricky), (some) => {
        const text = textOfBytes(some);
        expect(bytesOfText(text)).toEqual(some);
        expect(isByteText(text)).toBe(true);
        let known: string | null = null;
        try {
          known = strict.decode(some);
        } catch {
          // Not UTF-8.
        }
        expect(text.isWellFormed()).toBe(known !== null);
        if (known !== null) expect(text).toBe(known);
      }),
    );
  });

  test('property: text that is text comes back', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(textOfBytes(bytesOfText(text))).toBe(text);
      }),
    );
  });

  test('a low surrogate of a pair is no byte, and half a character is nothing', () => {
    // U+1F4E9 ends in U+DCE9.
    expect([...bytesOfText('\ud83d\udce9\udce9')]).toEqual([0xf0, 0x9f, 0x93, 0xa9, 0xe9]);
    for (const half of ['\ud800', '\udc41', 'x\udfff']) {
      expect(isByteText(half)).toBe(false);
      expect(() => bytesOfText(half)).toThrow(LocalProtocolError);
    }
  });

  test('64 KiB of nonsense cost no more than moments', () => {
    const start = threadMs();
    textOfBytes(new Uint8Array(65_536).fill(0xe2));
    expect(threadMs() - start).toBeLessThan(500);
  });
});

test('names are shown as well-formed text', () => {
  expect(shownName('refs/heads/über')).toBe('refs/heads/über');
  expect(shownName('caf\udce9/\udc80')).toBe('caf\\xE9/\\x80');
  expect(shownName('\ud800').isWellFormed()).toBe(true);
});
