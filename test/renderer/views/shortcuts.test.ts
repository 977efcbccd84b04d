import { expect, test } from 'vitest';
import { addressesIn } from '../../../renderer/views/shortcuts.ts';

test.each([
  'https://github.com/team/tool.git',
  'ssh://git@host/x',
  'git@github.com:team/tool.git',
  'host.example:path/to/repo',
  'file:///srv/git/x',
  '/srv/git/x.git',
])('%s is an address', (text) => expect(addressesIn(`  ${text}\n`)).toBe(text));

test.each(['', 'hello', 'two words', 'note: to self', 'javascript alert', 'https://a/b and more', 'C major'])(
  '%j is not',
  (text) => expect(addressesIn(text)).toBeNull(),
);

test('several lines are several addresses, or none when one is not', () => {
  expect(addressesIn('https://a/1\r\n\r\nhttps://a/2')).toBe('https://a/1\nhttps://a/2');
  expect(addressesIn('https://a/1\nsome text')).toBeNull();
});

test('comments of a dropped list of addresses are left out', () => {
  expect(addressesIn('# from the browser\r\nhttps://a/1\r\n')).toBe('https://a/1');
});
