import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { safeText } from '../../main/git/index.ts';
import { bytesOf } from '../support/feed.ts';
import { threadMs } from '../support/thread-time.ts';

describe('safeText', () => {
  test.each([
    ['plain', 'plain'],
    ['line\nnext\ttab', 'line\nnext\ttab'],
    ['10%\r20%\r\ndone', '10%\n20%\ndone'],
    // Colours, cursor moves, screen clearing: what git shows and strips since "sideband.allowControlCharacters".
    ['\x1b[31mred\x1b[0m', 'red'],
    ['a\x1b[2J\x1b[1;1Hb', 'ab'],
    ['\x9b31mred', 'red'],
    // OSC 8: a link whose words differ from its target.
    ['\x1b]8;;https://evil.example\x07click\x1b]8;;\x07', 'click'],
    ['\x1b]0;title\x1b\\text', 'text'],
    // A string without an end must not swallow the following lines.
    ['\x1b]0;title\nnext line', '\nnext line'],
    ['\x1bPdevice\x1b\\ok', 'ok'],
    ['bell\x07back\x08space\x7f', 'bellbackspace'],
    ['\x1b', ''],
    ['nul\0nul', 'nulnul'],
    // Trojan Source: text that reads differently from how it is.
    ['user\u202eresu\u202c', 'userresu'],
    ['zero\u200bwidth\ufeff', 'zerowidth'],
    ['\u2028line', 'line'],
    ['tag\u{e0041}', 'tag'],
    ['Grüße, 世界 🎉', 'Grüße, 世界 🎉'],
    ['lone\ud800surrogate', 'lone\ufffdsurrogate'],
  ])('%j → %j', (text, expected) => {
    expect(safeText(text)).toBe(expected);
  });

  test('reads bytes as UTF-8 and marks what is none', () => {
    expect(safeText(new TextEncoder().encode('Grüße'))).toBe('Grüße');
    expect(safeText(bytesOf('bad\xffbyte'))).toBe('bad\ufffdbyte');
  });

  test('cuts long text and says so', () => {
    expect(safeText('x'.repeat(10), 10)).toBe('x'.repeat(10));
    expect(safeText('x'.repeat(11), 10)).toBe(`${'x'.repeat(9)}…`);
    expect(safeText(`${'x'.repeat(8)}🎉🎉`, 10)).toBe(`${'x'.repeat(8)}…`);
  });

  test('a megabyte without a newline costs no more than a line', () => {
    const start = threadMs();
    for (const text of ['x', '\x1b]', '\x1b[', '\r', '\u202e'].map((unit) => unit.repeat(1_000_000))) {
      expect(safeText(text).length).toBeLessThanOrEqual(4096);
    }
    expect(threadMs() - start).toBeLessThan(1000);
  });

  test('property: nothing that acts remains, and a second time changes nothing', () => {
    const nasty = fc.string({
      unit: fc.oneof(
        fc.constantFrom(
          '\x1b',
          '[',
          ']',
          '\x07',
          '\r',
          '\n',
          '\x9b',
          '\x9c',
          ';',
          'm',
          '\\',
          '\u202e',
          '\ud83c',
          '\udf89',
        ),
        fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
      ),
      maxLength: 60,
    });
    fc.assert(
      fc.property(nasty, fc.integer({ min: 2, max: 50 }), (text, max) => {
        const safe = safeText(text, max);
        expect(safe.length).toBeLessThanOrEqual(max);
        expect(safe).not.toMatch(/[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/);
        expect(safe.isWellFormed()).toBe(true);
        expect(safeText(safe, max)).toBe(safe);
      }),
      { numRuns: 2000 },
    );
  });
});
