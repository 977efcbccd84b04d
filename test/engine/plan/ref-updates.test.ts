import { describe, expect, it } from 'vitest';
import type { WantedRef } from '../../../main/engine/plan/fetch-map.ts';
import { dueRefs, updateOf, type Relation } from '../../../main/engine/plan/ref-updates.ts';

const wanted = (remoteName: string, localName: string, force = false) => ({
  remoteName,
  localName,
  oid: 'new',
  peeled: null,
  force,
  forMerge: false,
});

describe('what is due', () => {
  it('is what differs and has a name here', () => {
    const refs: WantedRef[] = [
      wanted('refs/heads/a', 'refs/x/a'),
      wanted('refs/heads/b', 'refs/x/b'),
      wanted('refs/heads/c', 'refs/x/c'),
      { ...wanted('refs/heads/d', ''), localName: null },
    ];
    const local = new Map([
      ['refs/x/a', 'new'],
      ['refs/x/b', 'old'],
    ]);
    expect(dueRefs(refs, local).map(({ wanted: { localName }, from }) => [localName, from])).toEqual([
      ['refs/x/b', 'old'],
      ['refs/x/c', null],
    ]);
  });
});

describe('what becomes of a ref', () => {
  const onward: Relation = { commits: true, fastForward: true };
  const aside: Relation = { commits: true, fastForward: false };
  const other: Relation = { commits: false, fastForward: false };
  it.each([
    ['refs/heads/a', 'refs/x/a', null, null, false, 'new-branch'],
    ['refs/tags/a', 'refs/tags/a', null, null, false, 'new-tag'],
    ['refs/notes/a', 'refs/notes/a', null, null, false, 'new-ref'],
    ['refs/heads/a', 'refs/x/a', 'old', onward, false, 'fast-forward'],
    ['refs/heads/a', 'refs/x/a', 'old', aside, true, 'forced'],
    ['refs/heads/a', 'refs/x/a', 'old', aside, false, 'rejected'],
    ['refs/x/a', 'refs/x/a', 'old', other, false, 'new-ref'],
    ['refs/tags/a', 'refs/tags/a', 'old', onward, false, 'rejected'],
    ['refs/tags/a', 'refs/tags/a', 'old', onward, true, 'tag-moved'],
  ] as const)('%s to %s from %s: %#', (remoteName, localName, from, relation, force, change) => {
    const update = updateOf({ wanted: wanted(remoteName, localName, force), from }, relation);
    expect(update).toMatchObject({ change, from, to: 'new', remoteName, localName });
    expect(update.reason !== undefined).toBe(change === 'rejected');
  });
});
