import { expect, it } from 'vitest';
import { fetchHeadFile } from '../../../main/engine/plan/fetch-head.ts';
import type { WantedRef } from '../../../main/engine/plan/fetch-map.ts';
import { textOfBytes } from '../../../main/git/index.ts';

const ref = (remoteName: string, digit: string, forMerge = false): WantedRef => ({
  remoteName,
  oid: digit.repeat(4),
  peeled: null,
  localName: null,
  force: false,
  forMerge,
});
const text = (url: string, refs = [ref('HEAD', 'a')]) => textOfBytes(fetchHeadFile(refs, url, () => true));

it('names every ref, those for merging first', () => {
  const refs = [
    ref('refs/tags/v1', 'a', true),
    ref('refs/heads/x/y', 'b'),
    ref('refs/remotes/o/z', 'c'),
    ref('refs/notes/n', 'd'),
    ref('refs/heads/main', 'e', true),
  ];
  const file = fetchHeadFile(refs, 'https://example.com/a.git', (oid) => oid !== 'aaaa');
  expect(textOfBytes(file).split('\n')).toEqual([
    "eeee\t\tbranch 'main' of https://example.com/a",
    "aaaa\tnot-for-merge\ttag 'v1' of https://example.com/a",
    "bbbb\tnot-for-merge\tbranch 'x/y' of https://example.com/a",
    "cccc\tnot-for-merge\tremote-tracking branch 'o/z' of https://example.com/a",
    "dddd\tnot-for-merge\t'refs/notes/n' of https://example.com/a",
    '',
  ]);
});

it.each([
  ['https://ann:secret@example.com/a.git/', 'https://example.com/a'],
  ['ssh://git@example.com/a', 'ssh://example.com/a'],
  ['git@example.com:team/a.git', 'example.com:team/a'],
  ['/srv/a@b/c.git', '/srv/a@b/c'],
  ['../c.git//', '../c'],
])('shows %s as %s', (url, shown) => {
  expect(text(url)).toBe(`aaaa\tnot-for-merge\t${shown}\n`);
});
