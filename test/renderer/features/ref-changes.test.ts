import { expect, test } from 'vitest';
import type { RefUpdateView } from '../../../main/contract/index.ts';
import { changesInShort, refChanges } from '../../../renderer/features/job-detail/ref-changes.ts';

const update = (
  change: RefUpdateView['change'],
  name: string,
  more: Partial<RefUpdateView> = {},
): RefUpdateView => ({
  change,
  remoteName: `refs/heads/${name}`,
  localName: `refs/remotes/origin/${name}`,
  from: 'a'.repeat(40),
  to: 'b'.repeat(40),
  ...more,
});

test('nothing changed is said so', () => expect(changesInShort([])).toBe('Already up to date.'));

test('changes are counted by kind, what deserves a look first', () => {
  const updates = [
    update('new-tag', 'v1', { from: null }),
    update('fast-forward', 'main'),
    update('fast-forward', 'next'),
    update('deleted', 'old', { to: null }),
    update('forced', 'wild'),
    update('new-tag', 'v2', { from: null }),
  ];
  expect(changesInShort(updates)).toBe('1 forced, 1 pruned, 2 moved on, 2 new tags');
});

test('each change has its short name and what happened to it', () => {
  const changes = refChanges([
    update('fast-forward', 'main'),
    update('new-tag', 'v1', { localName: 'refs/tags/v1', from: null }),
    update('rejected', 'pinned', { reason: 'it does not fast-forward' }),
  ]);
  expect(changes.map(({ name, what }) => [name, what])).toEqual([
    ['origin/pinned', 'it does not fast-forward'],
    ['origin/main', 'aaaaaaaa → bbbbbbbb'],
    ['v1', 'bbbbbbbb'],
  ]);
});
