import { afterAll, describe, expect, it } from 'vitest';
import { wholeRoots } from '../../../main/engine/objects/index.ts';
import { makeObjectStore } from '../../support/object-store.ts';
import { removeTempDirs } from '../../support/temp.ts';

afterAll(removeTempDirs);

const nothing = { missingTrees: [], missingBlobs: [] };

describe('whole roots', () => {
  it('are all of them when nothing is missing', async () => {
    const store = makeObjectStore();
    const one = store.tree({ a: store.blob('a') });
    const two = store.tree({ a: store.blob('b'), 'sub/': one });
    expect(await wholeRoots(store.reader, [one, two], true)).toEqual({ whole: 2, ...nothing });
    expect(await wholeRoots(store.reader, [], true)).toEqual({ whole: 0, ...nothing });
  });

  it('end before the first that lacks a blob, and tell only what that one lacks', async () => {
    const store = makeObjectStore();
    const [a, b, c] = ['a', 'b', 'c'].map((content) => store.blob(content)) as [string, string, string];
    const roots = [store.tree({ a }), store.tree({ a, b }), store.tree({ a, c })];
    store.lose(b);
    store.lose(c);
    expect(await wholeRoots(store.reader, roots, true)).toEqual({
      whole: 1,
      missingTrees: [],
      missingBlobs: [b],
    });
    expect(await wholeRoots(store.reader, roots, false)).toEqual({ whole: 3, ...nothing });
  });

  it('end before the first that lacks a tree, also when it is itself missing', async () => {
    const store = makeObjectStore();
    const sub = store.tree({ x: store.blob('x') });
    const roots = [store.tree({ 'sub/': sub }), store.tree({ y: store.blob('y') })];
    store.lose(roots[1]!);
    expect(await wholeRoots(store.reader, roots, true)).toMatchObject({ whole: 1, missingTrees: [roots[1]] });
    store.lose(sub);
    expect(await wholeRoots(store.reader, roots, true)).toMatchObject({ whole: 0, missingTrees: [sub] });
  });

  it('find the first root also of what lies deeper in it than in a later one', async () => {
    const store = makeObjectStore();
    const lost = store.blob('lost');
    const shared = store.tree({ lost });
    const deep = store.tree({ 'one/': store.tree({ 'two/': store.tree({ 'three/': shared }) }) });
    const shallow = store.tree({ 'shared/': shared });
    store.lose(lost);
    expect(await wholeRoots(store.reader, [deep, shallow], true)).toMatchObject({
      whole: 0,
      missingBlobs: [lost],
    });
    store.lose(shared);
    expect(await wholeRoots(store.reader, [deep, shallow], true)).toMatchObject({
      whole: 0,
      missingTrees: [shared],
    });
  });

  it('are told of many at once', async () => {
    const store = makeObjectStore();
    const lost = store.blob('lost');
    const kept = store.blob('kept');
    const base = store.tree({ kept });
    const bad = store.tree({ lost });
    store.lose(lost);
    // The same tree again and again is as good as many.
    const roots = [...Array.from({ length: 2_500 }, () => base), bad, base];
    expect(await wholeRoots(store.reader, roots, true)).toEqual({
      whole: 2_500,
      missingTrees: [],
      missingBlobs: [lost],
    });
  });

  it('refuse what is no tree', async () => {
    const store = makeObjectStore();
    await expect(wholeRoots(store.reader, [store.blob('b')], true)).rejects.toMatchObject({
      code: 'objects-missing',
    });
  });
});
