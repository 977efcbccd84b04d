import { rm } from 'node:fs/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { HistoryWalkRun } from '../../../main/engine/objects/index.ts';
import type { WantedBatch, WantedSizes } from '../../../main/engine/ports.ts';
import { createDisk, createGit } from '../../../main/platform/index.ts';
import { git, gitBytes } from '../../support/git.ts';
import { seededFractions } from '../../support/noise.ts';
import { makePartialRepo, type PartialRepo } from '../../support/partial-repo.ts';
import { hexOids } from '../../support/random-oids.ts';
import { makeRandomRepo } from '../../support/random-repo.ts';
import { makeTempDir, removeTempDirs } from '../../support/temp.ts';

const nothingSpecial = { stuckBytes: null, refused: null };

afterAll(removeTempDirs);

type Format = 'sha1' | 'sha256';

async function partOf(seed: number, format: Format, commits = 30, merges = true): Promise<PartialRepo> {
  const wish = { seed, objectFormat: format, commits, merges };
  const whole = await makeRandomRepo(makeTempDir('whole'), wish);
  return makePartialRepo(makeTempDir('part'), whole, format);
}

function walkOf(repo: PartialRepo, format: Format): HistoryWalkRun {
  const { signal } = new AbortController();
  return new HistoryWalkRun(
    { git: createGit(), gitDir: repo.gitDir, format, signal },
    createDisk(),
    repo.wants,
  );
}

/** A server that sends what it is asked for, but often only a beginning of it, and never knows what it sent before. */
class Server {
  readonly repo: PartialRepo;
  readonly walk: HistoryWalkRun;
  readonly oidBytes: number;
  readonly fraction: () => number;
  /** What is at the other side now. */
  readonly present: Set<string>;
  stuckBytes = 1_000;
  /** What was asked for. */
  readonly kinds = new Set<string>();
  /** Came though it was here. */
  readonly twice: string[] = [];

  constructor(
    repo: PartialRepo,
    walk: HistoryWalkRun,
    format: Format,
    fraction: () => number,
    present: Set<string>,
  ) {
    this.repo = repo;
    this.walk = walk;
    this.oidBytes = format === 'sha1' ? 20 : 32;
    this.fraction = fraction;
    this.present = present;
  }

  /** The first so many of these objects arrive, in one pack. */
  async send(ids: readonly string[], holds: 'commits' | 'others'): Promise<void> {
    const count = this.fraction() < 0.4 ? ids.length : Math.floor(this.fraction() * (ids.length + 1));
    const sent = ids.slice(0, count);
    if (sent.length === 0) return;
    const fresh = sent.filter((id) => !this.present.has(id));
    this.twice.push(...sent.filter((id) => this.present.has(id)));
    for (const id of sent) this.present.add(id);
    expect(await this.walk.packAdded(await this.repo.add(sent), holds)).toBe(new Set(fresh).size);
  }

  /** Rounds of commits and tags until none is missing. */
  async commits(): Promise<void> {
    for (;;) {
      const { missing, commits } = await this.walk.frontier(true, null);
      const { all } = this.repo;
      const here = [...this.present].filter((id) => all.get(id) === 'commit');
      expect(commits).toBe(here.length);
      if (missing.length === 0) return;
      expect(missing.filter((id) => this.present.has(id))).toEqual([]);
      // What it names first, then further commits, as with the filter tree:0.
      const others = [...all].filter(
        ([id, type]) => type === 'commit' && !this.present.has(id) && !missing.includes(id),
      );
      await this.send([...missing, ...others.map(([id]) => id)], 'commits');
    }
  }

  async answer(batch: WantedBatch): Promise<string[]> {
    this.kinds.add(batch.kind);
    const ids = hexOids(batch.oids, this.oidBytes);
    expect(ids.length).toBe(batch.count);
    expect(
      ids.filter((id) => this.present.has(id)),
      'nothing that is here is asked for',
    ).toEqual([]);
    const kinds = new Set(ids.map((id) => this.repo.all.get(id)));
    expect([...kinds]).toEqual([batch.kind === 'blob' ? 'blob' : 'tree']);
    await this.send(batch.kind === 'root' ? await this.repo.treesBelow(ids) : ids, 'others');
    const left = ids.filter((id) => !this.present.has(id)).length;
    // Nothing came whole; each time a little more arrived than before, so that nothing counts as too large.
    const stuck = left === ids.length && this.fraction() < 0.5 ? (this.stuckBytes *= 1.3) : null;
    expect(await this.walk.settle(batch.number, { ...nothingSpecial, stuckBytes: stuck })).toEqual({
      missing: left,
      setAside: null,
    });
    return ids;
  }
}

/** Lets the walk ask, with up to three requests under way that end in any order, until it says that all is here. */
async function fill(server: Server, sizes: WantedSizes): Promise<string[]> {
  const { walk, fraction } = server;
  const asked: string[] = [];
  const underWay: WantedBatch[] = [];
  await walk.resize(sizes);
  for (;;) {
    const next = walk.next();
    // With nothing on its way it may only read, and must come to an end of that.
    let batch = await soon(next, underWay.length === 0 ? 10_000 : undefined);
    // It waits for what is on its way.
    while (batch === undefined) {
      const [ended] = underWay.splice(Math.floor(fraction() * underWay.length), 1);
      if (ended === undefined) throw new Error('The walk waits though nothing is on its way.');
      await server.answer(ended);
      await walk.resize({ ...sizes, root: sizes.root === 1 ? 0 : sizes.root });
      batch = await soon(next, underWay.length === 0 ? 10_000 : undefined);
    }
    if (batch === null) {
      expect(underWay, 'nothing is on its way at the end').toEqual([]);
      return asked;
    }
    asked.push(...hexOids(batch.oids, server.oidBytes));
    underWay.push(batch);
    if (underWay.length < 3 && fraction() < 0.7) continue;
    const [ended] = underWay.splice(Math.floor(fraction() * underWay.length), 1);
    if (ended !== undefined) await server.answer(ended);
  }
}

/** What it resolves to within a moment; undefined when it is still waiting. */
function soon<Value>(promise: Promise<Value>, waitMs = 25): Promise<Value | undefined> {
  const { promise: late, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => resolve(undefined), waitMs);
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

const sizesOf = (seed: number): WantedSizes =>
  [
    { root: 0, tree: 20, blob: 30 },
    { root: 1, tree: 7, blob: 200 },
    { root: 5, tree: 40, blob: 9 },
  ][seed % 3]!;

describe('the walk through a history', () => {
  it.each([
    [1, 'sha1', 0.5, 'no merges'],
    [2, 'sha1', 0, 'no merges'],
    [3, 'sha256', 0.3, 'merges'],
    [4, 'sha1', 0.9, 'merges'],
    [5, 'sha1', 0.2, 'merges'],
    [6, 'sha256', 0, 'merges'],
    [8, 'sha256', 0.4, 'no merges'],
  ] as const)(
    'asks for exactly what is not here: seed %d, %s, %d of it here, %s',
    async (seed, format, share, shape) => {
      const repo = await partOf(seed, format, 30, shape === 'merges');
      const fraction = seededFractions(seed + 77);
      const here = new Set([...repo.all.keys()].filter(() => fraction() < share));
      if (here.size > 0) await repo.add(here);
      const walk = walkOf(repo, format);
      await walk.begin();
      const server = new Server(repo, walk, format, fraction, here);
      await server.commits();
      const missing = [...repo.all].filter(([id]) => !here.has(id));
      expect(new Set(missing.map(([, type]) => type)).has('commit')).toBe(false);
      await walk.startTrees();
      const asked = await fill(server, sizesOf(seed));
      // Among many merges trees are asked for one by one, whatever they are worth together.
      const inRoots = sizesOf(seed).root > 0 && shape === 'no merges';
      expect(server.kinds.has('root')).toBe(inRoots);
      // Trees below a root come with it; everything else is asked for by its own id.
      const wanted = missing.map(([id]) => id).filter((id) => !inRoots || repo.all.get(id) === 'blob');
      const byId = [...new Set(asked)].filter((id) => !inRoots || repo.all.get(id) === 'blob');
      expect(byId.sort()).toEqual(wanted.sort());
      // Only with their roots may trees come once more.
      expect(server.twice.filter((id) => !inRoots || repo.all.get(id) !== 'tree')).toEqual([]);
      expect([...server.present].sort()).toEqual([...repo.all.keys()].sort());
      const closure = await git([
        '--git-dir',
        repo.gitDir,
        'rev-list',
        '--objects',
        '--no-object-names',
        ...repo.wants,
      ]);
      expect(closure.split('\n').sort()).toEqual([...repo.all.keys()].sort());
      await walk.close();
    },
  );

  it('asks for trees of commits that are here while others are still missing, and for nothing below them', async () => {
    const repo = await partOf(14, 'sha1', 30);
    const commits = [...repo.all].filter(([, type]) => type === 'commit').map(([id]) => id);
    const walk = walkOf(repo, 'sha1');
    await walk.begin();
    await walk.resize({ root: 0, tree: 1, blob: 1 });
    const waiting = walk.next();
    expect(await soon(waiting), 'no commit is here').toBeUndefined();
    await walk.packAdded(await repo.add(repo.wants.filter((id) => commits.includes(id))), 'commits');
    const trees = new Map<string, string>();
    for (const line of (await git(['--git-dir', repo.whole, 'log', '--all', '--format=%T %H'])).split('\n'))
      trees.set(line.slice(0, 40), line.slice(41));
    const asked: string[] = [];
    for (let batch = await soon(waiting); batch; batch = await soon(walk.next())) {
      const ids = hexOids(batch.oids, 20);
      for (const id of ids) expect([...trees.keys()]).toContain(id);
      asked.push(...ids);
      await walk.packAdded(await repo.add(ids), 'others');
      await walk.settle(batch.number, nothingSpecial);
    }
    expect(asked.length).toBeGreaterThan(0);
    expect(new Set(asked).size).toBe(asked.length);
    await walk.close();
  });

  it('has nothing to ask for when everything is here, or nothing is wanted', async () => {
    const repo = await partOf(8, 'sha1', 10);
    await repo.add(repo.all.keys());
    for (const wants of [repo.wants, []]) {
      const walk = walkOf({ ...repo, wants }, 'sha1');
      await walk.begin();
      expect((await walk.frontier(true, null)).missing).toEqual([]);
      await walk.startTrees();
      const next = walk.next();
      expect(await soon(next), 'without sizes nothing is said').toBeUndefined();
      await walk.resize(sizesOf(0));
      expect(await next).toBeNull();
      expect(await walk.next()).toBeNull();
    }
  });

  it('says under which path a wish was met, until its request is over; then asks again for what did not come', async () => {
    const repo = await partOf(9, 'sha1', 20);
    const kept = [...repo.all].filter(([, type]) => type !== 'blob').map(([id]) => id);
    await repo.add(kept);
    const walk = walkOf(repo, 'sha1');
    await walk.begin();
    // Blobs that a tag names are of the first stage.
    const { missing } = await walk.frontier(true, null);
    if (missing.length > 0) await walk.packAdded(await repo.add(missing), 'commits');
    await walk.startTrees();
    await walk.resize({ root: 0, tree: 100, blob: 6 });
    const batch = (await walk.next())!;
    expect(batch).toMatchObject({ kind: 'blob', count: 6 });
    const named = await pathsIn(repo);
    for (const [place, id] of hexOids(batch.oids, 20).entries()) {
      expect(named).toContain(`${id} ${await walk.pathOf(batch.number, place)}`);
    }
    const ids = hexOids(batch.oids, 20);
    await walk.packAdded(await repo.add(ids.slice(0, 2)), 'others');
    expect(await walk.settle(batch.number, nothingSpecial)).toEqual({ missing: 4, setAside: null });
    expect(await walk.settle(batch.number, nothingSpecial), 'only once').toEqual({
      missing: 0,
      setAside: null,
    });
    expect(await walk.pathOf(batch.number, 0)).toBeNull();
    const again = (await walk.next())!;
    expect(hexOids(again.oids, 20).slice(0, 4)).toEqual(ids.slice(2));
  });

  it('takes up what came between any two questions', async () => {
    // Whoever settles at the very moment at which the walk has read all it could must not be overheard.
    const repo = await partOf(10, 'sha1', 12);
    const walk = walkOf(repo, 'sha1');
    await walk.begin();
    await walk.packAdded(
      await repo.add(
        [...repo.all].filter(([, type]) => type === 'commit' || type === 'tag').map(([id]) => id),
      ),
      'commits',
    );
    const { missing } = await walk.frontier(true, null);
    if (missing.length > 0) await walk.packAdded(await repo.add(missing), 'commits');
    await walk.resize({ root: 0, tree: 1, blob: 1_000 });
    await walk.startTrees();
    for (let asked = 0; asked < 2_000; asked++) {
      const batch = await soon(walk.next(), 10_000);
      if (batch === undefined) throw new Error('The walk does not go on.');
      if (batch === null) return;
      const added = walk.packAdded(await repo.add(hexOids(batch.oids, 20)), 'others');
      // At another moment of its work each time.
      for (let ticks = asked % 7; ticks > 0; ticks--) await Promise.resolve();
      await added;
      await walk.settle(batch.number, nothingSpecial);
    }
  });

  it('sets an object aside that is cut off alone again and again, and goes on with the others', async () => {
    const repo = await partOf(12, 'sha1', 20);
    await repo.add([...repo.all].filter(([, type]) => type !== 'blob').map(([id]) => id));
    const walk = walkOf(repo, 'sha1');
    await walk.begin();
    const { missing } = await walk.frontier(true, null);
    if (missing.length > 0) await walk.packAdded(await repo.add(missing), 'commits');
    await walk.startTrees();
    await walk.resize({ root: 0, tree: 10, blob: 12 });
    const came = new Set(missing);
    let large: string | null = null;
    for (let batch = await walk.next(); batch !== null; batch = await walk.next()) {
      const ids = hexOids(batch.oids, 20);
      large ??= ids[3]!;
      // Servers send in about the order asked: what stands before the large one comes.
      const before = ids.includes(large) ? ids.slice(0, ids.indexOf(large)) : ids;
      for (const id of before) expect(came.has(id), id).toBe(false);
      for (const id of before) came.add(id);
      if (before.length > 0) await walk.packAdded(await repo.add(before), 'others');
      await walk.settle(batch.number, { ...nothingSpecial, stuckBytes: before.length === 0 ? 50_000 : null });
    }
    expect(await walk.setAside()).toMatchObject([{ oid: large, bytesSeen: 50_000 }]);
    const blobs = [...repo.all].filter(([, type]) => type === 'blob').map(([id]) => id);
    expect([...came].sort()).toEqual(blobs.filter((id) => id !== large).sort());
  });

  it('fails as a whole when what was here is gone, and when it is closed', async () => {
    const repo = await partOf(11, 'sha1', 15);
    const index = await repo.add(repo.all.keys());
    const walk = walkOf(repo, 'sha1');
    await walk.begin();
    const next = walk.next();
    next.catch(() => {});
    await walk.resize(sizesOf(0));
    for (const end of ['.idx', '.pack', '.rev']) await rm(index.replace('.idx', end), { force: true });
    await walk.startTrees();
    await expect(next).rejects.toMatchObject({ code: 'objects-missing' });
    await expect(walk.next()).rejects.toMatchObject({ code: 'objects-missing' });
    await expect(walk.packAdded(index, 'others')).rejects.toMatchObject({
      code: 'disk-failed',
      facts: { path: index },
    });

    const closed = walkOf(repo, 'sha1');
    const waiting = closed.next();
    await closed.close();
    await expect(waiting).rejects.toMatchObject({ code: 'internal' });
  });
});

/** "<id> <path>" of every blob in every commit, and in every tree by itself. */
async function pathsIn({ all, gitDir }: PartialRepo): Promise<Set<string>> {
  const named = new Set<string>();
  for (const [id, type] of all) {
    if (type !== 'commit' && type !== 'tree') continue;
    const listed = await gitBytes(['--git-dir', gitDir, 'ls-tree', '-r', '-z', id]);
    for (const [, blob, path] of listed.toString('latin1').matchAll(/\d+ blob (\w+)\t([^\0]+)\0/g)) {
      named.add(`${blob} ${path}`);
    }
  }
  return named;
}
