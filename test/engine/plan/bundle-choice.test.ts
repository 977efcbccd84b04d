/** The choice among bundles, played to its end: with lists that say little, that lie, and that do not help. */

import { describe, expect, test } from 'vitest';
import { adviseBundles } from '../../../main/engine/plan/index.ts';
import { history, listed, listOf, play, tokens, without, type Served } from './bundle-play.ts';

describe('tokens that say little', () => {
  const one = { a: { tips: ['x'], needs: [] }, b: { tips: ['y'], needs: ['x'] } };

  test('a bundle without a token, or with 0, is the oldest (git never downloads it, and gives the list up)', () => {
    for (const oldest of [null, 0n]) {
      const list = listOf([listed('a', oldest), listed('b', 1n)]);
      const { asked, end } = play({ list, served: one, purpose: 'clone' });
      expect([asked, end.token]).toEqual([['b', 'a'], 1n]);
      const alone = play({ list: listOf([listed('a', oldest)]), served: one, purpose: 'clone' });
      expect(alone.end).toEqual({ complete: true, token: null, leftOut: [] });
    }
  });

  test('and is never one for an update', () => {
    const list = listOf([listed('a', null)]);
    expect(play({ list, served: one, purpose: 'update', storedToken: 0n }).asked).toEqual([]);
  });

  test('equal tokens: each once, in the order of ids', () => {
    const list = listOf([listed('b', 5n), listed('a', 5n)]);
    const { asked, unbundled, end } = play({ list, served: one, purpose: 'clone' });
    expect([asked, unbundled, end.token]).toEqual([['a', 'b'], ['a'], 5n]);
  });

  test('64 bits are compared to the last', () => {
    const big = 2n ** 64n - 2n;
    const list = listOf([listed('a', big), listed('b', big + 1n)]);
    const given = { list, served: one, purpose: 'update', here: ['x'], storedToken: big } as const;
    expect(play(given)).toMatchObject({ asked: ['b'], end: { token: big + 1n } });
  });
});

describe('a header is enough', () => {
  test('to stop a bundle whose tips are here', () => {
    const list = tokens(1, 2);
    const { cancelled, unbundled, end } = play({
      list,
      served: history,
      purpose: 'update',
      here: ['base', 'left'],
    });
    expect([cancelled, unbundled, end.complete, end.token]).toEqual([['2'], [], true, 2n]);
  });

  test.each<[story: string, served: Served, why: string]>([
    ['with another hash', { tips: ['x'], needs: [], objectFormat: 'sha256' }, 'holds sha256 objects'],
    [
      'that is filtered, in a full clone (git makes a broken clone)',
      { tips: ['x'], needs: [], filter: 'blob:none' },
      'has the filter blob:none',
    ],
    ['without refs', { tips: [], needs: [] }, 'names no refs'],
  ])('to stop one %s', (_story, served, why) => {
    const { cancelled, end } = play({ list: tokens(1), served: { 1: served }, purpose: 'clone' });
    expect(cancelled).toEqual(['1']);
    expect(end).toMatchObject({ complete: false, token: null, leftOut: [{ id: '1' }] });
    expect(end.leftOut[0]?.why).toContain(why);
  });

  test('to stop all older ones of a clone when the newest needs none of them', () => {
    const served = { ...history, 4: { tips: ['merge'], needs: [] } };
    const { asked, cancelled, end } = play({ list: tokens(1, 2, 3, 4), served, purpose: 'clone' });
    expect([asked.join(''), cancelled.join(''), end.token]).toEqual(['4321', '321', 4n]);
    expect(end.leftOut).toEqual(['3', '2', '1'].map((id) => ({ id, why: 'is not needed' })));
  });
});

describe('bundles that do not help', () => {
  test('one that cannot be unbundled: an older one may do', () => {
    const served = { ...history, 2: { tips: ['left'], needs: ['base'], fate: 'corrupt' as const } };
    const { unbundled, end } = play({ list: tokens(1, 2), served, purpose: 'clone' });
    expect([unbundled, end.token]).toEqual([['1', '2'], 1n]);
    expect(end.leftOut).toEqual([{ id: '2', why: 'is corrupt' }]);
  });

  test('one that needs what nobody has', () => {
    const served = { 2: { tips: ['left'], needs: ['base', 'gone'] }, 1: { tips: ['base'], needs: [] } };
    const { end } = play({ list: tokens(1, 2), served, purpose: 'clone' });
    expect(end).toMatchObject({ complete: false, token: null });
    expect(end.leftOut).toEqual([{ id: '2', why: 'needs a commit that no other brought' }]);
  });

  test('two that need each other', () => {
    const served = { 1: { tips: ['a'], needs: ['b'] }, 2: { tips: ['b'], needs: ['a'] } };
    expect(play({ list: tokens(1, 2), served, purpose: 'clone' })).toMatchObject({
      unbundled: [],
      end: { complete: false },
    });
  });

  test('a list where a bundle with a token should be', () => {
    const served = { 2: { tips: [], needs: [], fate: 'list' as const }, 1: { tips: ['base'], needs: [] } };
    expect(play({ list: tokens(1, 2), served, purpose: 'clone' })).toMatchObject({
      unbundled: ['1'],
      end: { token: 1n },
    });
  });

  test('more than a thousand: the newest of them', () => {
    const list = listOf(Array.from({ length: 1500 }, (_, i) => listed(`b${i}`, BigInt(i + 1))));
    const { download } = adviseBundles({
      ...{ list, purpose: 'clone', objectFormat: 'sha1', filter: null, storedToken: null },
      ...{ progress: new Map(), has: () => false },
    });
    expect([download.length, download[0]?.id]).toEqual([1000, 'b1499']);
  });
});

describe('filters', () => {
  const both = listOf([
    listed('full', 2n),
    listed('blobless', 3n, 'blob:none'),
    listed('small', 4n, 'blob:limit=1k'),
  ]);
  const served = {
    full: { tips: ['x'], needs: [] },
    blobless: { tips: ['x'], needs: [], filter: 'blob:none' },
    small: { tips: ['x'], needs: [], filter: 'blob:limit=1024' },
  };

  test.each([
    [null, 'full', 2n],
    ['blob:none', 'blobless', 3n],
    ['blob:limit=1k', 'small', 4n],
    ['blob:limit=1024', 'small', 4n],
  ])('a clone with the filter %s takes its own half of the list (git takes all)', (filter, id, token) => {
    const { asked, end } = play({ list: both, served, purpose: 'clone', filter });
    expect([asked, end.complete, end.token]).toEqual([[id], true, token]);
    expect(end.leftOut).toHaveLength(2);
  });

  test('nothing fits', () => {
    const { asked, end, sentences } = play({ list: both, served, purpose: 'clone', filter: 'tree:0' });
    expect([asked, end.complete]).toEqual([[], false]);
    expect(sentences).toEqual(['None of the bundles in the list is made for clones with the filter tree:0.']);
    expect(end.leftOut[0]?.why).toBe('is made for full clones');
  });

  test('a bundle with another filter than its list says', () => {
    const lying = { ...served, blobless: { tips: ['x'], needs: [] } };
    const { cancelled, end } = play({ list: both, served: lying, purpose: 'clone', filter: 'blob:none' });
    expect([cancelled, end.complete]).toEqual([['blobless'], false]);
    expect(end.leftOut.find(({ id }) => id === 'blobless')?.why).toBe('leaves out nothing');
  });
});

describe('without tokens', () => {
  const plain = (mode: 'all' | 'any') =>
    listOf(
      ['4', '2', '1', '3'].map((id) => listed(id, null)),
      { mode, heuristic: null },
    );

  test('all: every one once, unbundled when what it needs is here', () => {
    const { asked, unbundled, end } = play({ list: plain('all'), served: history, purpose: 'clone' });
    expect([asked, unbundled]).toEqual([
      ['4', '2', '1', '3'],
      ['1', '2', '3', '4'],
    ]);
    expect(end).toEqual({ complete: true, token: null, leftOut: [] });
  });

  test('all, some gone: what can be used is used', () => {
    const { unbundled, end } = play({ list: plain('all'), served: without(2), purpose: 'clone' });
    expect([unbundled, end.complete]).toEqual([['1', '3'], false]);
    expect(end.leftOut.map(({ id }) => id)).toEqual(['4', '2']);
  });

  test('all, on an update: those with nothing new are stopped at their header', () => {
    const given = { list: plain('all'), served: history, purpose: 'update', here: ['base', 'left'] } as const;
    const { cancelled, unbundled } = play(given);
    expect([cancelled.sort(), unbundled]).toEqual([
      ['1', '2'],
      ['3', '4'],
    ]);
  });

  const mirrors = (...ids: string[]) =>
    listOf(
      ids.map((id) => listed(id, null)),
      { mode: 'any', heuristic: null },
    );
  const whole = { tips: ['merge'], needs: [] };

  test('any: the first that works, and no other', () => {
    const { asked, unbundled, end } = play({
      list: mirrors('a', 'b', 'c'),
      served: { b: whole, c: whole },
      purpose: 'clone',
    });
    expect([asked, unbundled, end.complete]).toEqual([['a', 'b'], ['b'], true]);
    expect(end.leftOut).toEqual([
      { id: 'a', why: 'is not on its server' },
      { id: 'c', why: 'is not needed' },
    ]);
  });

  test('any, one of which needs what is not here', () => {
    const served = { a: { tips: ['merge'], needs: ['left'] }, b: whole };
    const { asked, cancelled, end } = play({ list: mirrors('a', 'b'), served, purpose: 'clone' });
    expect([asked, cancelled, end.complete]).toEqual([['a', 'b'], ['a'], true]);
  });

  test('any, all gone', () => {
    expect(play({ list: mirrors('a', 'b'), served: {}, purpose: 'clone' })).toMatchObject({
      asked: ['a', 'b'],
      end: { complete: false, token: null },
    });
  });

  test('any, of lists', () => {
    const served = { a: { tips: [], needs: [], fate: 'list' as const }, b: whole };
    expect(play({ list: mirrors('a', 'b'), served, purpose: 'clone' })).toMatchObject({
      asked: ['a'],
      end: { complete: true },
    });
  });
});

test('an empty list is no failure, one of which nothing can be used is', () => {
  expect(play({ list: tokens(), served: {}, purpose: 'clone' }).end).toMatchObject({
    complete: true,
    token: null,
  });
  const dropped = [{ id: 'a', why: 'has no address' }];
  const { end, sentences } = play({ list: listOf([], { dropped }), served: {}, purpose: 'clone' });
  expect(end).toEqual({ complete: false, token: null, leftOut: dropped });
  expect(sentences).toEqual(['The list names no bundle that can be used.']);
});

test('what is done is said', () => {
  expect(play({ list: tokens(1, 2, 3, 4), served: history, purpose: 'clone' }).sentences).toEqual([
    'The 4 bundles for this clone are downloaded, newest first, and unbundled oldest first.',
    'Everything that was needed of the list is here.',
  ]);
  expect(play({ list: tokens(1), served: history, purpose: 'update', storedToken: 1n }).sentences).toEqual([
    'The list has no newer bundles than those that were downloaded before.',
  ]);
  expect(play({ list: tokens(1, 2), served: without(1), purpose: 'clone' }).sentences.at(-1)).toBe(
    'The bundles did not bring everything that was hoped for; the remote itself sends the rest.',
  );
});
