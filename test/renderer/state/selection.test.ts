import { beforeEach, expect, test } from 'vitest';
import { Selection } from '../../../renderer/state/selection.svelte.ts';

let order = ['a', 'b', 'c', 'd', 'e'];
let selection: Selection;
const ids = () => [...selection.ids].sort().join('');

beforeEach(() => {
  order = ['a', 'b', 'c', 'd', 'e'];
  selection = new Selection(() => order);
});

test('a click chooses one; with ctrl it adds and takes away', () => {
  selection.click('b');
  selection.click('d', { toggle: true });
  expect(ids()).toBe('bd');
  selection.click('b', { toggle: true });
  expect(ids()).toBe('d');
});

test('shift draws a range from the last plain click, and draws it anew', () => {
  selection.click('c');
  selection.click('e', { extend: true });
  expect(ids()).toBe('cde');
  selection.click('a', { extend: true });
  expect(ids()).toBe('abc');
});

test('arrows start at the ends, stop at the ends and extend', () => {
  selection.move(1);
  expect(ids()).toBe('a');
  selection.move(-1);
  expect(ids()).toBe('a');
  selection.move(2, true);
  expect(ids()).toBe('abc');
  selection.move(-1, true);
  expect(ids()).toBe('ab');
  selection.move(99);
  expect(ids()).toBe('e');
});

test('without a cursor, End is the last row and Home the first', () => {
  selection.move(5);
  expect(ids()).toBe('e');
  const other = new Selection(() => order);
  other.move(-5);
  expect(other.cursor).toBe('a');
  const third = new Selection(() => order);
  third.move(-1);
  expect(third.cursor).toBe('e');
});

test('an empty list has nothing to move to', () => {
  order = [];
  selection.move(1);
  expect(selection.cursor).toBeNull();
});

test('when the row under the cursor goes, the one in its place is chosen', () => {
  selection.click('c');
  const before = order;
  order = ['a', 'b', 'd', 'e'];
  selection.prune((id) => order.includes(id), before);
  expect(selection.cursor).toBe('d');
  expect(ids()).toBe('d');
});

test('when the last row goes, the new last one is chosen', () => {
  selection.click('e');
  const before = order;
  order = ['a', 'b'];
  selection.prune((id) => order.includes(id), before);
  expect(selection.cursor).toBe('b');
});

test('rows that stay chosen are left alone', () => {
  selection.click('b');
  selection.click('c', { toggle: true });
  order = ['a', 'b', 'd', 'e'];
  selection.prune((id) => order.includes(id), ['a', 'b', 'c', 'd', 'e']);
  expect(ids()).toBe('b');
});

test('all, and none', () => {
  selection.all();
  expect(ids()).toBe('abcde');
  selection.clear();
  expect(ids()).toBe('');
});
