import { expect, test } from 'vitest';
import { chosen } from '../../main/cli/question.io.ts';

test.each([
  ['r', 'retry'],
  ['Retry ', 'retry'],
  ['c', 'cancel'],
  ['', null],
  ['x', null],
  ['retryx', null],
])('"%s" chooses %s', (typed, choice) => {
  expect(chosen(['retry', 'cancel'], typed)).toBe(choice);
});
