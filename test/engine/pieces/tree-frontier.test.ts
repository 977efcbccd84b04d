import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { here, TreeFrontier, type WishQueue } from '../../../main/engine/pieces/index.ts';
import { OidFlags } from '../../../main/git/index.ts';
import { seededFractions } from '../../support/noise.ts';
import { hexAt } from '../../support/random-oids.ts';

const oidBytes = 20;

/** A made-up store of trees: bodies and what they name, by id. Blobs and submodules have an id and nothing else. */
class Forest {
  readonly bodies = new Map<string, Buffer>();
  readonly roots: string[] = [];
  readonly #fraction: () => number;

  constructor(seed: number) {
    this.#fraction = seededFractions(seed);
    const below = (limit: number) => Math.floor(this.#fraction() * limit);
    const levels: string[][] = [[]];
    for (let level = 1; level <= 4; level++) {
      const trees: string[] = [];
      for (let n = 1 + below(12); n > 0; n--) {
        const entries = new Map<string, [mode: string, oid: string]>();
        for (let more = below(6); more > 0; more--) {
          const name = `${'abcdefg'[below(7)]}${['', '-', '.x'][below(3)]}`;
          const kind = this.#fraction();
          // Trees of any lower level: the same one at several depths.
          const lower = levels[below(level)] ?? [];
          if (kind < 0.5 && lower.length > 0) entries.set(name, ['40000', lower[below(lower.length)]!]);
          else if (kind < 0.6) entries.set(name, ['160000', idOf(`link ${below(9)}`)]);
          else entries.set(name, ['100644', idOf(`blob ${below(60)}`)]);
        }
        trees.push(this.#add(entries));
      }
      levels.push(trees);
    }
    this.roots.push(...new Set([...levels[4]!, ...levels[2]!.slice(0, 1)]));
  }

  #add(entries: Map<string, [mode: string, oid: string]>): string {
    const sortName = ([name, [mode]]: [string, [string, string]]) => (mode === '40000' ? `${name}/` : name);
    const sorted = [...entries].sort((a, b) => (sortName(a) < sortName(b) ? -1 : 1));
    const body = Buffer.concat(
      sorted.map(([name, [mode, oid]]) =>
        Buffer.concat([Buffer.from(`${mode} ${name}\0`), Buffer.from(oid, 'hex')]),
      ),
    );
    const oid = idOf(`tree ${body.toString('hex')}`);
    this.bodies.set(oid, body);
    return oid;
  }

  /** Every tree and blob below the roots. */
  reachable(): Set<string> {
    const seen = new Set<string>();
    const visit = (oid: string): void => {
      if (seen.has(oid)) return;
      seen.add(oid);
      for (const [mode, child] of entriesOf(this.bodies.get(oid))) if (mode !== '160000') visit(child);
    };
    for (const root of this.roots) visit(root);
    return seen;
  }
}

function idOf(text: string): string {
  return createHash('sha1').update(text).digest('hex');
}

function entriesOf(body: Buffer | undefined): [mode: string, oid: string][] {
  const entries: [string, string][] = [];
  for (let at = 0; body !== undefined && at < body.length;) {
    const nul = body.indexOf(0, at);
    entries.push([
      body.toString('latin1', at, body.indexOf(0x20, at)),
      hexAt(body.subarray(nul + 1), oidBytes, 0),
    ]);
    at = nul + 1 + oidBytes;
  }
  return entries;
}

function readAll(frontier: TreeFrontier, forest: Forest, max: number): number {
  let read = 0;
  for (let count = frontier.readable(max); count > 0; count = frontier.readable(max)) {
    const oids = frontier.next(count);
    for (let place = 0; place < count; place++)
      frontier.read(forest.bodies.get(hexAt(oids, oidBytes, place))!);
    read += count;
  }
  return read;
}

/** Takes up to `count` wishes, and says under which path each is known. */
function take(queue: WishQueue, count: number): { oid: string; path: string }[] {
  const wishes = queue.take({ idsMax: count, bytesMax: Infinity, bytesOf: () => 0 });
  if (wishes === null) return [];
  return Array.from({ length: wishes.count }, (_, place) => ({
    oid: hexAt(wishes.oids, oidBytes, place),
    path: wishes.paths.findLast(({ from }) => from <= place)?.path ?? '',
  }));
}

function begun(
  forest: Forest,
  isHere: (oid: string) => boolean,
  early: { read: number } | null = null,
): TreeFrontier {
  const frontier = new TreeFrontier('sha1', new OidFlags());
  for (const oid of forest.reachable()) {
    if (isHere(oid)) frontier.flags.mark(Buffer.from(oid, 'hex'), 0, here);
  }
  // Little by little, with reading between, as commits come.
  const half = forest.roots.length >>> 1;
  frontier.addRoots(Buffer.from(forest.roots.slice(0, half).join(''), 'hex'));
  if (early !== null) early.read += readAll(frontier, forest, 3);
  frontier.addRoots(Buffer.from(forest.roots.slice(half).join(''), 'hex'));
  if (early !== null) early.read += readAll(frontier, forest, 1_000);
  frontier.closeRoots();
  return frontier;
}

describe('from the trees of commits to everything below', () => {
  it('asks for exactly what is not here, each once, and reads every tree once', () => {
    for (let seed = 1; seed <= 150; seed++) {
      const forest = new Forest(seed);
      const fraction = seededFractions(seed + 1_000);
      const share = [0, 0.3, 0.9, 1][seed % 4]!;
      const present = new Set([...forest.reachable()].filter(() => fraction() < share));
      const early = { read: 0 };
      const frontier = begun(forest, (oid) => present.has(oid), seed % 3 === 0 ? early : null);
      const asked: string[] = [];
      let { read } = early;
      for (;;) {
        read += readAll(frontier, forest, 1 + Math.floor(fraction() * 10));
        const queues = [frontier.rootWishes, frontier.treeWishes, frontier.blobWishes];
        const next = queues.find((queue) => queue.length > 0);
        if (next === undefined) break;
        for (const { oid } of take(next, 1 + Math.floor(fraction() * 8))) {
          asked.push(oid);
          frontier.flags.mark(Buffer.from(oid, 'hex'), 0, here);
        }
      }
      const missing = [...forest.reachable()].filter((oid) => !present.has(oid));
      expect(asked.toSorted(), `seed ${seed}`).toEqual(missing.sort());
      const trees = [...forest.reachable()].filter((oid) => forest.bodies.has(oid));
      expect(read, `seed ${seed}`).toBe(trees.length);
      expect(frontier.unread).toBe(0);
    }
  });

  it('names versions of one path together, under a path where they are', () => {
    for (let seed = 1; seed <= 50; seed++) {
      const forest = new Forest(seed);
      const frontier = begun(forest, (oid) => forest.bodies.has(oid));
      readAll(frontier, forest, 1_000);
      const wishes = take(frontier.blobWishes, 10_000);
      const paths = wishes.map(({ path }) => path);
      const runs = paths.filter((path, place) => path !== paths[place - 1]);
      expect(new Set(runs).size, `seed ${seed}`).toBe(runs.length);
      for (const { oid, path } of wishes)
        expect(pathsIn(forest, path), `seed ${seed}: ${path}`).toContain(oid);
    }
  });

  it('stops before the first tree that is not here', () => {
    const forest = new Forest(3);
    const frontier = begun(forest, (oid) => oid !== forest.roots[1]);
    expect(frontier.readable(100)).toBe(1);
    expect(frontier.rootWishes.length).toBe(1);
    frontier.flags.mark(Buffer.from(forest.roots[1]!, 'hex'), 0, here);
    expect(frontier.readable(100)).toBe(forest.roots.length);
    expect(frontier.readable(2)).toBe(2);
  });

  it('refuses what is no tree', () => {
    const forest = new Forest(5);
    const frontier = begun(forest, () => true);
    expect(() => frontier.read(Buffer.from('tree 1234\nparent'))).toThrow(/does not end/);
  });
});

/** Every id that stands under this path, seen from any root. */
function pathsIn(forest: Forest, path: string): string[] {
  let level = forest.roots;
  for (const name of path.split('/')) {
    level = level.flatMap((oid) => {
      const body = forest.bodies.get(oid) ?? Buffer.alloc(0);
      return namedIn(body, name);
    });
  }
  return level;
}

function namedIn(body: Buffer, wanted: string): string[] {
  const found: string[] = [];
  for (let at = 0; at < body.length;) {
    const nul = body.indexOf(0, at);
    if (body.toString('latin1', body.indexOf(0x20, at) + 1, nul) === wanted) {
      found.push(hexAt(body.subarray(nul + 1), oidBytes, 0));
    }
    at = nul + 1 + oidBytes;
  }
  return found;
}
