import { describe, expect, test } from 'vitest';
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatElapsed,
  formatMoment,
  formatPercent,
  formatRate,
  formatShare,
  secondsUntil,
} from '../../../renderer/format/index.ts';

describe('sizes', () => {
  test.each([
    [0, '0 B'],
    [-5, '0 B'],
    [1023, '1023 B'],
    [1024, '1.0 KiB'],
    [1536, '1.5 KiB'],
    [1024 * 1024 - 1, '1.0 MiB'],
    [4.1 * 1024 * 1024, '4.1 MiB'],
    [1023.9 * 1024 * 1024, '1023.9 MiB'],
    [1843 * 1024 * 1024, '1.8 GiB'],
    [2 ** 70, '1048576.0 PiB'],
  ])('%d bytes are %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text));

  test('a rate is a size in each second', () => expect(formatRate(4300000)).toBe('4.1 MiB/s'));
});

describe('durations', () => {
  test.each([
    [0, '0 s'],
    [59.4, '59 s'],
    [59.6, '1 min'],
    [184, '3 min'],
    [3600, '1 h'],
    [4800, '1 h 20 min'],
    [86400, '1 d'],
    [183600, '2 d 3 h'],
  ])('%d s is %s', (seconds, text) => expect(formatDuration(seconds)).toBe(text));

  test.each([
    [0.31, '0.3 s'],
    [41.2, '41 s'],
    [181, '3 min 1 s'],
    [120, '2 min'],
    [611, '10 min'],
  ])('%d measured seconds are %s', (seconds, text) => expect(formatElapsed(seconds)).toBe(text));

  test('a started second counts, and the past is now', () => {
    expect(secondsUntil(8001, 0)).toBe(9);
    expect(secondsUntil(0, 5000)).toBe(0);
  });
});

test('per cent never says 100 before everything is here', () => {
  expect(formatPercent(0.9999)).toBe('99 %');
  expect(formatPercent(1)).toBe('100 %');
  expect(formatPercent(0.29)).toBe('29 %');
  expect(formatPercent(1.2)).toBe('100 %');
});

test('counts are grouped', () => expect(formatCount(1402113)).toBe('1,402,113'));

test('a moment of another day has its day', () => {
  const at = new Date(2026, 2, 4, 14, 3, 59).getTime();
  expect(formatMoment(at, at + 1000)).toBe('14:03:59');
  expect(formatMoment(at, at + 86_400_000)).toBe('4 Mar 14:03:59');
});

test.each([
  [0, '0 %'],
  [0.0004, '< 0.1 %'],
  [0.0076, '0.7 %'],
  [0.99999, '99.9 %'],
  [1, '100 %'],
  [1.2, '100 %'],
])('a share of %d is %s', (share, text) => expect(formatShare(share)).toBe(text));
