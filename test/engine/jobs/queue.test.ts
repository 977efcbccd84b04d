import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { admitted, reordered, type QueueEntry } from '../../../main/engine/jobs/queue.ts';

const entry = (
  id: string,
  position: number,
  state: QueueEntry['state'] = 'queued',
  busy = false,
): QueueEntry => ({
  id,
  position,
  state,
  busy,
});

describe('admission', () => {
  it('takes queued jobs in order while there are places', () => {
    expect(admitted([entry('c', 3), entry('a', 1), entry('b', 2)], 2, false)).toEqual(['a', 'b']);
  });

  it('counts a job that still lets go of its sockets', () => {
    expect(admitted([entry('a', 1, 'paused', true), entry('b', 2)], 1, false)).toEqual([]);
  });

  it('does not start a job again while its last work is still ending', () => {
    expect(admitted([entry('a', 1, 'queued', true), entry('b', 2)], 2, false)).toEqual(['b']);
  });

  it('starts nothing while held', () => {
    expect(admitted([entry('a', 1)], 5, true)).toEqual([]);
  });
});

describe('reordering', () => {
  const three = [entry('a', 1), entry('b', 2), entry('c', 3)];
  const order = (moved: { id: string; position: number }[]) =>
    [...moved].sort((x, y) => x.position - y.position).map((one) => one.id);

  it('moves before another, or to the end', () => {
    expect(order(reordered(three, 'c', 'a'))).toEqual(['c', 'a', 'b']);
    expect(order(reordered(three, 'a', null))).toEqual(['b', 'c', 'a']);
    expect(order(reordered(three, 'a', 'a'))).toEqual(['a', 'b', 'c']);
  });

  it('never loses or doubles an entry', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 1 }),
        fc.nat(),
        fc.nat(),
        (ids, from, to) => {
          const entries = ids.map((id, i) => entry(id, i));
          const moved = reordered(entries, ids[from % ids.length] ?? '', ids[to % ids.length] ?? null);
          expect(order(moved).sort()).toEqual([...ids].sort());
        },
      ),
    );
  });
});
