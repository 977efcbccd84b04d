import { describe, expect, it } from 'vitest';
import type { CloneOptions } from '../../../main/engine/jobs/records.ts';
import { isSingleBranch, mapRefs, refPrefixes } from '../../../main/engine/plan/index.ts';
import type { OfferedRef } from '../../../main/engine/remote/index.ts';

const id = (digit: string) => digit.repeat(40);
const ref = (name: string, digit: string, more: Partial<OfferedRef> = {}): OfferedRef => ({
  name,
  oid: id(digit),
  symrefTarget: null,
  peeled: null,
  ...more,
});

const offered = [
  ref('HEAD', 'a', { symrefTarget: 'refs/heads/main' }),
  ref('refs/heads/main', 'a'),
  ref('refs/heads/topic', 'b'),
  ref('refs/notes/commits', 'e'),
  ref('refs/tags/light', 'a'),
  ref('refs/tags/v1', 'c', { peeled: id('a') }),
];

const map = (options: CloneOptions = {}, refs = offered) => mapRefs(refs, options, 'origin', 'master');
const pairs = (options: CloneOptions = {}, refs = offered) =>
  map(options, refs).refs.map((one) => [one.remoteName, one.localName]);

describe('which refs a clone takes', () => {
  it('maps branches below the remote and tags as they are', () => {
    expect(pairs()).toEqual([
      ['refs/heads/main', 'refs/remotes/origin/main'],
      ['refs/heads/topic', 'refs/remotes/origin/topic'],
      ['refs/tags/light', 'refs/tags/light'],
      ['refs/tags/v1', 'refs/tags/v1'],
    ]);
    expect(map().refspecs).toEqual(['+refs/heads/*:refs/remotes/origin/*']);
    expect(map().remoteHeadTarget).toBe('refs/remotes/origin/main');
  });

  it('keeps every name in a mirror, and branch names in a bare repository', () => {
    expect(pairs({ mirror: true }).every(([remote, local]) => remote === local)).toBe(true);
    expect(pairs({ mirror: true })).toHaveLength(5);
    expect(map({ mirror: true }).refspecs).toEqual(['+refs/*:refs/*']);
    expect(pairs({ bare: true })).toContainEqual(['refs/heads/topic', 'refs/heads/topic']);
    expect(map({ bare: true }).refspecs).toEqual([]);
    expect(map({ bare: true }).remoteHeadTarget).toBeNull();
  });

  it('leaves tags out with --no-tags', () => {
    expect(pairs({ noTags: true }).map(([remote]) => remote)).toEqual([
      'refs/heads/main',
      'refs/heads/topic',
    ]);
  });

  it('takes one branch with --single-branch, and offers the tags that may come along', () => {
    const single = map({ singleBranch: true, branch: 'topic' });
    expect(single.refs.map((one) => one.localName)).toEqual(['refs/remotes/origin/topic']);
    expect(single.refspecs).toEqual(['+refs/heads/topic:refs/remotes/origin/topic']);
    expect(single.tagsIfPresent.map((one) => one.localName)).toEqual(['refs/tags/light', 'refs/tags/v1']);
    expect(single.wants).toEqual([id('b')]);
    expect(single.remoteHeadTarget).toBeNull();
  });

  it('follows a tag by name with --single-branch --branch <tag>', () => {
    const single = map({ singleBranch: true, branch: 'v1' });
    expect(single.refspecs).toEqual(['+refs/tags/v1:refs/tags/v1']);
    expect(single.head).toEqual({ kind: 'detached', oid: id('a') });
  });

  it('refuses a branch nobody has', () => {
    expect(() => map({ branch: 'gone' })).toThrow(
      expect.objectContaining({ code: 'branch-not-found', facts: { branch: 'gone' } }),
    );
  });

  it('asks for each id once', () => {
    expect([...map().wants].sort()).toEqual([id('a'), id('b'), id('c')]);
  });
});

describe('where HEAD shall point', () => {
  const detached = (digit: string) => [ref('HEAD', digit), ...offered.slice(1)];

  it('follows the symbolic ref', () => {
    expect(map().head).toEqual({ kind: 'branch', branch: 'main', oid: id('a') });
  });

  it('guesses a branch for a HEAD that is at one, as git does', () => {
    expect(map({}, detached('b')).head).toEqual({ kind: 'branch', branch: 'topic', oid: id('b') });
  });

  it('prefers the default branch where several match', () => {
    const refs = [ref('HEAD', 'a'), ref('refs/heads/aaa', 'a'), ref('refs/heads/master', 'a')];
    expect(map({}, refs).head).toMatchObject({ branch: 'master' });
  });

  it('detaches where no branch matches, and asks for that commit', () => {
    const found = map({}, detached('d'));
    expect(found.head).toEqual({ kind: 'detached', oid: id('d') });
    expect(found.wants).toContain(id('d'));
  });

  it('stays unborn under the name the server gives, or under none', () => {
    const unborn: OfferedRef = { name: 'HEAD', oid: null, symrefTarget: 'refs/heads/trunk', peeled: null };
    expect(map({}, [unborn]).head).toEqual({ kind: 'unborn', branch: 'trunk' });
    expect(map({}, [])).toMatchObject({ head: { kind: 'unborn', branch: null }, wants: [], refs: [] });
  });

  it('goes to the branch that was asked for', () => {
    expect(map({ branch: 'topic' }).head).toEqual({ kind: 'branch', branch: 'topic', oid: id('b') });
  });
});

describe('options', () => {
  it('a depth means a single branch unless said otherwise', () => {
    expect(isSingleBranch({ depth: 1 })).toBe(true);
    expect(isSingleBranch({ depth: 1, singleBranch: false })).toBe(false);
    expect(isSingleBranch({})).toBe(false);
    expect(isSingleBranch({ mirror: true, depth: 1 })).toBe(false);
  });

  it('a mirror asks for everything', () => {
    expect(refPrefixes({ mirror: true })).toEqual(['HEAD', 'refs/']);
    expect(refPrefixes({})).toEqual(['HEAD', 'refs/heads/', 'refs/tags/']);
  });
});

describe('refspecs among the options', () => {
  const fetching = (...values: string[]): CloneOptions => ({
    config: values.map((value) => `remote.origin.fetch=${value}`),
  });
  const notes = '+refs/notes/*:refs/notes/*';

  it('count from the first fetch', () => {
    const options = fetching(notes);
    expect(refPrefixes(options)).toContain('refs/notes/');
    expect(pairs(options)).toContainEqual(['refs/notes/commits', 'refs/notes/commits']);
    expect(pairs(options)).toContainEqual(['refs/heads/main', 'refs/remotes/origin/main']);
    expect(map(options).wants).toContain(id('e'));
    // They are configured from the start; a second time would be once too many.
    expect(map(options).refspecs).toEqual(['+refs/heads/*:refs/remotes/origin/*']);
  });

  it('of another remote count for nothing', () => {
    const options = { config: [`remote.up.fetch=${notes}`, 'user.name=x', 'core.bare'] };
    expect(map(options)).toEqual(map());
    expect(refPrefixes({ ...options, origin: 'origin' })).toEqual(refPrefixes({}));
    // Which remote it is may be known only after the refs were listed.
    expect(refPrefixes(options)).toContain('refs/notes/');
  });

  it('bring what they name even where it is written nowhere', () => {
    const options = fetching('refs/notes/commits');
    expect(pairs(options)).toEqual(pairs());
    expect(map(options).wants).toContain(id('e'));
  });

  it('keep away what a negative one names, the tags too', () => {
    const options = fetching('^refs/heads/topic', '^refs/tags/v*');
    expect(pairs(options).map(([remote]) => remote)).toEqual(['refs/heads/main', 'refs/tags/light']);
    expect(map(options).wants).toEqual([id('a')]);
    expect(pairs(fetching(notes, '^refs/notes/commits'))).toEqual(pairs());
    const single = { ...fetching('^refs/tags/v*'), singleBranch: true };
    expect(map(single).tagsIfPresent.map((tag) => tag.localName)).toEqual(['refs/tags/light']);
  });

  it('may exclude even the branch of HEAD, which is checked out all the same', () => {
    const { head, remoteHeadTarget, wants } = map(fetching('^refs/heads/main'));
    expect(head).toEqual({ kind: 'branch', branch: 'main', oid: id('a') });
    expect(remoteHeadTarget).toBeNull();
    expect(wants).toContain(id('a'));
  });

  it('speak of the one branch only with --single-branch', () => {
    const options = { ...fetching(notes, 'refs/heads/*:refs/x/*'), singleBranch: true };
    expect(pairs(options)).toEqual([
      ['refs/heads/main', 'refs/remotes/origin/main'],
      ['refs/heads/main', 'refs/x/main'],
    ]);
  });

  it('may say what a clone does anyway, but not the contrary', () => {
    expect(map(fetching('+refs/heads/*:refs/remotes/origin/*')).refs).toEqual(map().refs);
    expect(() => map(fetching('refs/heads/topic:refs/remotes/origin/main'))).toThrow(
      expect.objectContaining({ code: 'option-conflict' }),
    );
  });

  it('fail when they name what is not there, unless nothing is', () => {
    expect(() => map(fetching('nowhere:refs/x/y'))).toThrow(
      expect.objectContaining({ code: 'branch-not-found', facts: { branch: 'nowhere' } }),
    );
    const empty = [ref('HEAD', 'a', { oid: null, symrefTarget: 'refs/heads/main' })];
    expect(map(fetching('nowhere:refs/x/y'), empty).refs).toEqual([]);
  });
});

it('takes a branch whose name is no text as it was shown', () => {
  const refs = [...offered, ref('refs/heads/caf\udce9', 'd')];
  expect(map({ branch: 'caf\\xE9' }, refs).head).toEqual({
    kind: 'branch',
    branch: 'caf\udce9',
    oid: id('d'),
  });
});
