import { describe, expect, it } from 'vitest';
import { History } from '../../../main/engine/pieces/index.ts';

/** An id that tells its number, in front: as with real ids any part of it does. */
const oid = (number: number) => number.toString(16).padStart(8, '0').repeat(5);
const tree = (number: number) => oid(0x1000 + number);

/** Newest first: 5 merges 4 and 2, 4 stands on 3, 2 and 3 stand on 1. */
function forked(): History {
  const history = new History('sha1');
  history.addCommit(oid(5), tree(5), [oid(4), oid(2)]);
  history.addCommit(oid(4), tree(4), [oid(3)]);
  history.addCommit(oid(3), tree(3), [oid(1)]);
  history.addCommit(oid(2), tree(2), [oid(1)]);
  history.addCommit(oid(1), tree(1), []);
  return history;
}

describe('a history in slices', () => {
  it('names as edges exactly the children before a slice, the nearest first', () => {
    const history = forked();
    expect(history.edges(0, 1, 10)).toEqual([]);
    expect(history.edges(1, 3, 10)).toEqual([oid(5)]);
    // 3 and 2 are here when 1 is asked for; 5 is no child of it.
    expect(new Set(history.edges(4, 5, 10))).toEqual(new Set([oid(3), oid(2)]));
    // 4 is a child of 3, 5 is a child of 2: in the order of the slice.
    expect(history.edges(2, 4, 10)).toEqual([oid(4), oid(5)]);
    expect(history.edges(2, 4, 1)).toEqual([oid(4)]);
  });

  it('gives each tree once, where it stands first', () => {
    const history = forked();
    history.addCommit(oid(6), tree(3), []);
    history.addTree(tree(9));
    history.addTree(tree(9));
    expect([...history.roots(2, history.length)]).toEqual([
      { place: 2, tree: tree(3) },
      { place: 3, tree: tree(2) },
      { place: 4, tree: tree(1) },
      { place: 6, tree: tree(9) },
    ]);
    expect([...history.roots(5, 6)]).toEqual([]);
    expect([...history.roots(6, 99)]).toEqual([{ place: 6, tree: tree(9) }]);
  });

  it('knows no edges of a tree without a commit', () => {
    const history = forked();
    history.addTree(tree(9));
    expect(history.edges(5, 6, 10)).toEqual([]);
  });

  it('holds many commits', () => {
    const history = new History('sha1');
    for (let number = 5_000; number > 0; number--)
      history.addCommit(oid(number), tree(number), [oid(number - 1)]);
    expect(history.length).toBe(5_000);
    expect(history.edges(4_000, 5_000, 10)).toEqual([oid(1_001)]);
    expect([...history.roots(4_999, 5_000)]).toEqual([{ place: 4_999, tree: tree(1) }]);
  });
});
