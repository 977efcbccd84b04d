import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CommitGraph } from '../../../main/engine/pieces/index.ts';

const id = (n: number) => n.toString(16).padStart(40, '0');

describe('the frontier of commits', () => {
  it('wants everything when nothing is here', () => {
    expect(new CommitGraph('sha1').frontier([id(1), id(2)])).toEqual({
      missing: [id(1), id(2)],
      shallow: [],
      haves: [],
    });
  });

  it('declares shallow what has an absent parent, and wants that parent', () => {
    const graph = new CommitGraph('sha1');
    graph.add(id(3), [id(2)]);
    graph.add(id(2), [id(1)]);
    expect(graph.frontier([id(3)])).toEqual({ missing: [id(1)], shallow: [id(2)], haves: [id(3)] });
  });

  it('is closed when roots are reached', () => {
    const graph = new CommitGraph('sha1');
    graph.add(id(2), [id(1)]);
    graph.add(id(1), []);
    expect(graph.frontier([id(2)])).toEqual({ missing: [], shallow: [], haves: [id(2)] });
    expect(graph.size).toBe(2);
  });

  it('names a commit behind a shallow one as well: nobody else speaks for it', () => {
    // 4 has parents 3 (here) and 9 (not): being shallow, it does not speak for 3.
    const graph = new CommitGraph('sha1');
    graph.add(id(4), [id(3), id(9)]);
    graph.add(id(3), []);
    expect(graph.frontier([id(4)])).toEqual({ missing: [id(9)], shallow: [id(4)], haves: [id(4), id(3)] });
  });

  it('lets a server that obeys send exactly what is not here', () => {
    // Any history, any part of it here.
    const history = fc.array(fc.array(fc.nat(), { maxLength: 3 }), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(history, fc.infiniteStream(fc.boolean()), (shape, here) => {
        const parents = shape.map((choices, n) =>
          n === 0 ? [] : [...new Set(choices.map((choice) => choice % n))],
        );
        const present = parents.map(() => here.next().value ?? false);
        const graph = new CommitGraph('sha1');
        parents.forEach((list, n) => present[n] && graph.add(id(n), list.map(id)));
        const tips = parents.map((_, n) => n);
        const { missing, shallow, haves } = graph.frontier(tips.map(id));

        // A server: reachable from the wants, minus reachable from the haves where shallow commits end the walk.
        const number = (oid: string) => Number.parseInt(oid, 16);
        const ends = new Set(shallow.map(number));
        const reach = (from: string[], stop: Set<number>) => {
          const seen = new Set<number>();
          const walk = (n: number): void => {
            if (seen.has(n)) return;
            seen.add(n);
            if (!stop.has(n)) (parents[n] ?? []).forEach(walk);
          };
          from.map(number).forEach(walk);
          return seen;
        };
        const claimed = reach(haves, ends);
        const sent = [...reach(missing, ends)].filter((n) => !claimed.has(n));
        expect(new Set(sent)).toEqual(new Set(tips.filter((n) => !present[n])));
      }),
      { numRuns: 300 },
    );
  });
});
