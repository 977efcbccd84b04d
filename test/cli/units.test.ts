import { expect, test } from 'vitest';
import { bytesText, countText, durationText, percentText, plural, rateText } from '../../main/cli/units.ts';

test.each([
  [0, '0 B'],
  [1023, '1023 B'],
  [1024, '1.0 KiB'],
  [1_048_524, '1023.9 KiB'],
  [1_048_575, '1.0 MiB'],
  [1_288_490_189, '1.2 GiB'],
  [2 ** 60, '1024.0 PiB'],
])('%i bytes read "%s"', (bytes, text) => {
  expect(bytesText(bytes)).toBe(text);
});

test.each([
  [-1, '0 s'],
  [0.2, '1 s'],
  [59, '59 s'],
  [60, '1 min'],
  [61, '2 min'],
  [3_599, '1 h'],
  [3_660, '1 h 1 min'],
  [86_400, '1 d'],
  [100_800, '1 d 4 h'],
])('%d seconds read "%s"', (seconds, text) => {
  expect(durationText(seconds)).toBe(text);
});

test('only what is finished reads 100 per cent', () => {
  expect([0, 0.9999, 1, 1.2, -1].map(percentText)).toEqual(['0 %', '99 %', '100 %', '100 %', '0 %']);
});

test('counts are grouped and agree with their noun', () => {
  expect(countText(1_234_567)).toBe('1,234,567');
  expect([plural(1, 'drop'), plural(0, 'drop'), plural(2, 'branch', 'branches')]).toEqual([
    '1 drop',
    '0 drops',
    '2 branches',
  ]);
  expect(rateText(4_300_000)).toBe('4.1 MiB/s');
});
