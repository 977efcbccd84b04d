import { expect, test } from 'vitest';
import { JobsStore } from '../../../renderer/state/jobs.svelte.ts';
import { job } from '../../support/scenes.ts';

const a = job({ id: 'a', name: 'a', state: 'queued', position: 2 });
const b = job({ id: 'b', name: 'b', state: 'paused', position: 1 });

test('the first value is the whole and no news', () => {
  const store = new JobsStore();
  expect(store.loaded).toBe(false);
  expect(store.apply({ all: [a, b] })).toEqual([]);
  expect(store.loaded).toBe(true);
  expect(store.visible.map((one) => one.id)).toEqual(['b', 'a']);
});

test('changes replace, add and remove; others stay the same objects', () => {
  const store = new JobsStore();
  store.apply({ all: [a, b] });
  const after = { ...a, state: 'done' as const };
  const added = job({ id: 'c', name: 'c', state: 'queued', position: 3 });
  expect(store.apply({ changed: [after, added] })).toEqual([
    { before: a, after },
    { before: undefined, after: added },
  ]);
  expect(store.get('b')).toBe(b);
  store.apply({ removed: ['a', 'unheard-of'] });
  expect(store.all.map((one) => one.id)).toEqual(['b', 'c']);
  expect(store.counts.all).toBe(2);
});

test('a whole list after a reconnection tells what changed meanwhile', () => {
  const store = new JobsStore();
  store.apply({ all: [a, b] });
  const after = { ...b, state: 'done' as const };
  expect(store.apply({ all: [after] })).toEqual([{ before: b, after }]);
  expect(store.get('a')).toBeUndefined();
});

test('rows can be moved only where the order shown is that of the queue', () => {
  const store = new JobsStore();
  expect(store.reorderable).toBe(true);
  store.search = 'x';
  expect(store.reorderable).toBe(false);
  store.search = '';
  store.sort = 'name';
  expect(store.reorderable).toBe(false);
});
