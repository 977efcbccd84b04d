import { expect, test } from 'vitest';
import { areaPath, linePath, scaleTop } from '../../../renderer/ui/line-path.ts';

const box = { width: 100, height: 10, slots: 3, top: 20 };

test('the newest value stands at the right edge, the highest at the top', () => {
  expect(linePath([0, 20, 10], box)).toBe('M0.0 10.0L50.0 0.0L100.0 5.0');
  expect(linePath([20, 10], box)).toBe('M50.0 0.0L100.0 5.0');
  expect(linePath([1, 2, 0, 20, 10], box)).toBe(linePath([0, 20, 10], box));
});

test('a value above the top does not leave the box', () => expect(linePath([99], box)).toBe('M100.0 0.0'));

test('nothing draws nothing', () => {
  expect(linePath([], box)).toBe('');
  expect(areaPath([], box)).toBe('');
});

test('the area is closed along the lower edge', () => {
  expect(areaPath([20, 10], box)).toBe('M50.0 0.0L100.0 5.0L100.0 10L50.0 10Z');
});

test.each([
  [0, 1],
  [7, 10],
  [999, 1024],
  [4.7 * 2 ** 20, 5 * 2 ** 20],
  [600 * 2 ** 20, 1024 * 2 ** 20],
])('the scale for %d ends at %d', (peak, top) => expect(scaleTop(peak)).toBe(top));
