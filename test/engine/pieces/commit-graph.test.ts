import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { CommitGraph } from '../../../main/engine/pieces/index.ts';
import { seededFractions } from '../../support/noise.ts';
import { hexOids, randomOids } from '../../support/random-oids.ts';
import { makeRandomRepo } from '../../support/random-repo.ts';
import { git } from '../../support/git.ts';
import { makeTempDir, removeTempDirs } from '../../support/temp.ts';

afterAll(removeTempDirs);

const id = (n: number) => n.toString(16).padStart(40, '0');

describe('the frontier of commits', () => {
  it('wants everything when nothing is here', () => {
    expect(new CommitGraph('sha1').frontier([id(1), id(2)])).toMatchObject({
      missing: [id(1), id(2)],
      shallow: [],
      haves: [],
    });
  });

  it('declares shallow what has an absent parent, and wants that parent', () => {
    const graph = new CommitGraph('sha1');
    graph.add(id(3), [id(2)]);
    graph.add(id(2), [id(1)]);
    expect(graph.frontier([id(3)])).toMatchObject({ missing: [id(1)], shallow: [id(2)], haves: [id(3)] });
  });

  it('is closed when roots are reached', () => {
    const graph = new CommitGraph('sha1');
    graph.add(id(2), [id(1)]);
    graph.add(id(1), []);
    expect(graph.frontier([id(2)])).toMatchObject({ missing: [], shallow: [], haves: [id(2)] });
    expect(graph.size).toBe(2);
  });

  it('names a commit behind a shallow one as well: nobody else speaks for it', () => {
    // 4 has parents 3 (here) and 9 (not): being shallow, it does not speak for 3.
    const graph = new CommitGraph('sha1');
    graph.add(id(4), [id(3), id(9)]);
    graph.add(id(3), []);
    expect(graph.frontier([id(4)])).toMatchObject({
      missing: [id(9)],
      shallow: [id(4)],
      // Its parent first: told behind it, a server would take it for known and forget it (upload-pack.c, do_got_oid).
      haves: [id(3), id(4)],
    });
  });

  it('tells parents before their shallow children, however they came', () => {
    for (let seed = 1; seed <= 60; seed++) {
      const fraction = seededFractions(seed);
      const graph = new CommitGraph('sha1');
      const parents = new Map<string, string[]>();
      for (let n = 1; n <= 40; n++) {
        const named = [1, 2].map(() => id(Math.floor(fraction() * n))).filter((oid) => oid !== id(0));
        parents.set(id(n), [...new Set(named)]);
      }
      const here = [...parents.keys()].filter(() => fraction() < 0.7).sort(() => fraction() - 0.5);
      for (const oid of here) graph.add(oid, parents.get(oid)!, parseInt(oid, 16));
      for (const haves of [graph.frontier([]).haves, graph.havesUntil(25)]) {
        for (const [place, oid] of haves.entries())
          for (const parent of parents.get(oid)!) expect(haves.indexOf(parent)).toBeLessThan(place);
      }
      // Behind what is told, through those whose parents are all here, is all that is old enough.
      const told = new Set<string>();
      const stack = graph.havesUntil(25);
      for (let oid = stack.pop(); oid !== undefined; oid = stack.pop()) {
        if (told.has(oid)) continue;
        told.add(oid);
        if (parents.get(oid)!.every((parent) => here.includes(parent))) stack.push(...parents.get(oid)!);
      }
      expect([...told].sort()).toEqual(here.filter((oid) => parseInt(oid, 16) <= 25).sort());
    }
  });

  it('does not go after a history that nobody wants any more', () => {
    // 3 was wanted once; its parents are lost at the server.
    const graph = new CommitGraph('sha1');
    graph.add(id(3), [id(2)]);
    graph.add(id(5), [id(4)]);
    expect(graph.frontier([id(5)])).toMatchObject({
      missing: [id(4)],
      // Until something wanted is known to reach it; a gap may lie between.
      beyond: [id(2)],
      shallow: [id(3), id(5)],
      haves: [id(3), id(5)],
    });
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

/** The order by id; numbers are given out anew in each graph. */
function topologicalOrder(commits: readonly [oid: string, parents: readonly string[]][]): string[] {
  const graph = new CommitGraph('sha1');
  const oids = new Map<number, string>();
  for (const [oid, parents] of commits) oids.set(graph.add(oid, parents), oid);
  return [...graph.inTopologicalOrder()].map((number) => oids.get(number) ?? 'not here');
}

/** A commit before its own child, if there is one. */
function outOfOrder(order: readonly string[], parents: ReadonlyMap<string, readonly string[]>): string[] {
  const places = new Map(order.map((oid, place) => [oid, place]));
  return order.filter((oid, place) =>
    (parents.get(oid) ?? []).some((parent) => (places.get(parent) ?? Infinity) < place),
  );
}

describe('the topological order', () => {
  it('holds every commit that is here once, children before parents, whichever are here and came when', () => {
    for (let seed = 1; seed <= 200; seed++) {
      const fraction = seededFractions(seed);
      const total = 1 + Math.floor(fraction() * 60);
      const parents = new Map<string, string[]>();
      for (let n = 1; n <= total; n++) {
        const count = n === 1 ? 0 : Math.floor(fraction() * 4);
        const from = Array.from({ length: count }, () => id(1 + Math.floor(fraction() * (n - 1))));
        parents.set(id(n), [...new Set(from)]);
      }
      const share = fraction() < 0.5 ? 1 : fraction();
      const present = [...parents].filter(() => fraction() < share);
      present.sort(
        ([a], [b]) => ((Number.parseInt(a, 16) * 7919) % 61) - ((Number.parseInt(b, 16) * 7919) % 61),
      );
      const order = topologicalOrder([...present, ...present.slice(0, 3)]);
      expect([...order].sort(), `seed ${seed}`).toEqual(present.map(([oid]) => oid).sort());
      expect(outOfOrder(order, parents), `seed ${seed}`).toEqual([]);
    }
  });

  it.each([1, 2, 3])('holds what git holds of a real history, seed %d', async (seed) => {
    const path = await makeRandomRepo(makeTempDir('graph'), { seed, commits: 60 });
    const lines = (await git(['-C', path, 'rev-list', '--all', '--topo-order', '--parents'])).split('\n');
    const commits = lines.map((line): [string, string[]] => {
      const [oid = '', ...parents] = line.split(' ');
      return [oid, parents];
    });
    const order = topologicalOrder(commits.toReversed());
    expect([...order].sort()).toEqual(commits.map(([oid]) => oid).sort());
    expect(outOfOrder(order, new Map(commits))).toEqual([]);
  });

  it('goes through a history of a hundred thousand commits without a deep call', () => {
    const oids = hexOids(randomOids(100_000, 20, 1), 20);
    const commits = oids.map((oid, n): [string, string[]] => [oid, oids.slice(Math.max(0, n - 1), n)]);
    const order = topologicalOrder(commits);
    expect(order).toEqual(oids.toReversed());
  });
});

it('knows how many of its commits are merges', () => {
  const graph = new CommitGraph('sha1');
  expect(graph.mergeShare).toBe(0);
  graph.add(id(4), [id(3), id(2)]);
  for (const n of [3, 2, 1]) graph.add(id(n), [id(n - 1)]);
  graph.add(id(4), [id(3), id(2)]);
  expect(graph.mergeShare).toBe(0.25);
});
