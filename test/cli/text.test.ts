import { expect, test } from 'vitest';
import { columnsOf, cut, lineOf, safeText, wantsColour, wrap } from '../../main/cli/text.ts';

test('nothing from outside can act on the terminal', () => {
  expect(safeText('a\u001b[2Jb\r\nc\u009b31m\u202ed')).toBe('a?[2Jb??c?31m?d');
});

test('columns: wide characters count two, combining ones none', () => {
  expect([columnsOf('abc'), columnsOf('日本'), columnsOf('e\u0301')]).toEqual([3, 4, 1]);
});

test.each([
  ['abcdef', 6, 'abcdef'],
  ['abcdef', 4, 'abc…'],
  ['日本語', 4, '日…'],
  ['abc', 0, ''],
])('cut %s to %i columns: %s', (text, columns, result) => {
  expect(cut(text, columns)).toBe(result);
});

test('a line is cut by what is seen, not by its colour codes', () => {
  const segments = [
    { text: 'good', style: 'good' },
    { text: ' and long', style: 'plain' },
  ] as const;
  expect(lineOf(segments, { columns: 9, colour: true })).toBe('\u001b[32mgood\u001b[0m an…');
  expect(lineOf(segments, { columns: 80, colour: false })).toBe('good and long');
});

test('wrapping keeps long words whole', () => {
  expect(wrap('one two https://example.com/very/long', 10)).toEqual([
    'one two',
    'https://example.com/very/long',
  ]);
});

test.each([
  [{}, true, true],
  [{ NO_COLOR: '1' }, true, false],
  [{ NO_COLOR: '' }, true, true],
  [{ TERM: 'dumb' }, true, false],
  [{}, false, false],
])('colour with %j on a terminal=%s: %s', (env, terminal, result) => {
  expect(wantsColour(env, terminal)).toBe(result);
});
