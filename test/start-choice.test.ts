import { expect, test } from 'vitest';
import { fallbackSentence, lastReason, wantsBrowser } from '../main/start-choice.ts';

test.each([
  [[], 'linux', {}, /no display/],
  [[], 'linux', { DISPLAY: '' }, /no display/],
  [[], 'linux', { DISPLAY: ':0' }, null],
  [[], 'linux', { WAYLAND_DISPLAY: 'wayland-0' }, null],
  [[], 'darwin', {}, null],
  [['--browser'], 'linux', { DISPLAY: ':0' }, /asked for/],
] as const)('%j on %s with %j', (words, platform, env, why) => {
  const said = wantsBrowser(words, platform, env);
  if (why === null) expect(said).toBeNull();
  else expect(said).toMatch(why);
});

test('the sentence says why, and what happens instead', () => {
  expect(fallbackSentence('there is no display')).toBe(
    'Desktop window not opened: there is no display. Starting the same interface for your web browser instead.',
  );
});

test.each([
  [
    'Downloading…\nTypeError: fetch failed\n    at node:internal/x\nNode.js v24',
    1,
    'TypeError: fetch failed',
  ],
  ['libfoo.so: cannot open shared object file.\n', 127, 'libfoo.so: cannot open shared object file'],
  ['', 3, 'exit code 3'],
  ['', null, 'it was ended by a signal'],
])('the reason in %j', (said, code, reason) => {
  expect(lastReason(said, code)).toBe(reason);
});
