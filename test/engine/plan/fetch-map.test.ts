import { describe, expect, it } from 'vitest';
import {
  fetchPrefixes,
  followedTags,
  mapFetch,
  staleNames,
  type FetchRules,
} from '../../../main/engine/plan/fetch-map.ts';
import { parseRefspec } from '../../../main/engine/plan/refspec.ts';
import type { OfferedRef } from '../../../main/engine/remote/index.ts';

const oid = (digit: string) => digit.repeat(40);
const ref = (name: string, digit = 'a', peeled: string | null = null): OfferedRef => ({
  name,
  oid: oid(digit),
  symrefTarget: null,
  peeled: peeled && oid(peeled),
});
const rules = (refspecs: string[], more: Partial<FetchRules> = {}): FetchRules => ({
  refspecs: refspecs.map((text) => parseRefspec(text) ?? expect.fail(text)),
  mergeNames: [],
  tags: 'follow',
  ...more,
});
const usual = ['+refs/heads/*:refs/remotes/origin/*'];
const offered = [
  ref('HEAD'),
  ref('refs/heads/main'),
  ref('refs/heads/topic', 'b'),
  ref('refs/tags/v1', 'c', 'a'),
];
const names = (refs: { remoteName: string; localName: string | null; forMerge: boolean }[]) =>
  refs.map(({ remoteName, localName, forMerge }) => [remoteName, localName, forMerge]);

describe('what is fetched', () => {
  it('is what refspecs say; the branch in use is for merging', () => {
    const found = mapFetch(offered, rules(usual, { mergeNames: ['refs/heads/topic'] }));
    expect(names(found)).toEqual([
      ['refs/heads/main', 'refs/remotes/origin/main', false],
      ['refs/heads/topic', 'refs/remotes/origin/topic', true],
    ]);
    expect(found.every(({ force }) => force)).toBe(true);
  });

  it('is HEAD alone where nothing is configured', () => {
    expect(names(mapFetch(offered, rules([])))).toEqual([['HEAD', null, true]]);
    expect(fetchPrefixes(rules([]))).toContain('HEAD');
    expect(mapFetch([], rules([]))).toEqual([]);
  });

  it('has what is merged though no refspec brings it, and does without when it is gone', () => {
    const one = rules(['refs/heads/main:refs/x/main'], {
      mergeNames: ['refs/heads/topic', 'refs/heads/gone'],
    });
    expect(names(mapFetch(offered, one))).toEqual([
      ['refs/heads/main', 'refs/x/main', false],
      ['refs/heads/topic', null, true],
    ]);
  });

  it('takes the first refspec for merging when it is no pattern', () => {
    expect(names(mapFetch(offered, rules(['refs/heads/topic', 'refs/heads/main'])))).toEqual([
      ['refs/heads/topic', null, true],
      ['refs/heads/main', null, false],
    ]);
  });

  it('leaves out what is excluded, and refuses two for one name', () => {
    expect(names(mapFetch(offered, rules([...usual, '^refs/heads/m*'])))).toEqual([
      ['refs/heads/topic', 'refs/remotes/origin/topic', false],
    ]);
    const both = rules(['refs/heads/main:refs/x/y', 'refs/heads/topic:refs/x/y']);
    expect(() => mapFetch(offered, both)).toThrow(/option-conflict/);
    expect(() => mapFetch(offered, rules(['refs/heads/gone:refs/x/y']))).toThrow(/branch-not-found/);
  });
});

describe('tags that follow', () => {
  const follow = (set: FetchRules, used: string[], here: string[]) =>
    followedTags(offered, set, new Set(used), (id) => here.map(oid).includes(id)).map(
      ({ remoteName }) => remoteName,
    );

  it('come with what they name, or when they are here themselves', () => {
    expect(follow(rules(usual), [], ['a'])).toEqual(['refs/tags/v1']);
    expect(follow(rules(usual), [], ['c'])).toEqual(['refs/tags/v1']);
    expect(follow(rules(usual), [], ['b'])).toEqual([]);
  });

  it('stay away when their name is taken, when told to, and where nothing is written', () => {
    expect(follow(rules(usual), ['refs/tags/v1'], ['a'])).toEqual([]);
    expect(follow(rules(usual, { tags: 'none' }), [], ['a'])).toEqual([]);
    expect(follow(rules(['refs/heads/main']), [], ['a'])).toEqual([]);
    expect(follow(rules([...usual, '^refs/tags/v*']), [], ['a'])).toEqual([]);
  });
});

describe('refs whose source is gone', () => {
  it('are those a refspec writes, and no others', () => {
    const set = rules([...usual, 'refs/notes/x:refs/notes/x', '^refs/heads/kept']);
    const local = ['main', 'gone', 'kept'].map((name) => `refs/remotes/origin/${name}`);
    const all = [...local, 'refs/remotes/other/gone', 'refs/heads/gone', 'refs/notes/x'];
    const fetched = mapFetch(offered, rules(usual));
    expect(staleNames(set, fetched, all)).toEqual(['refs/remotes/origin/gone', 'refs/notes/x']);
  });
});
