import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EngineError } from '../../main/engine/errors.ts';
import { createHistoryWalks } from '../../main/platform/index.ts';
import { makePartialRepo, type PartialRepo } from '../support/partial-repo.ts';
import { makeRandomRepo } from '../support/random-repo.ts';
import { makeTempDir, removeTempDirs } from '../support/temp.ts';

const open = createHistoryWalks(new URL('../../main/walk-thread.ts', import.meta.url));
let repo: PartialRepo;

beforeAll(async () => {
  const whole = await makeRandomRepo(makeTempDir('whole'), { seed: 3, commits: 15 });
  repo = await makePartialRepo(makeTempDir('part'), whole, 'sha1');
  await repo.add([...repo.all].filter(([, type]) => type !== 'blob').map(([id]) => id));
});

afterAll(removeTempDirs);

const walkOf = (signal: AbortSignal = new AbortController().signal) =>
  open(repo.gitDir, 'sha1', repo.wants, signal);

describe('a walk in a thread of its own', () => {
  it('answers as the walk itself would', async () => {
    const walk = walkOf();
    await walk.begin();
    const commits = [...repo.all.values()].filter((type) => type === 'commit').length;
    const frontier = await walk.frontier(true, null);
    expect(frontier.commits).toBe(commits);
    if (frontier.missing.length > 0) {
      expect(await walk.packAdded(await repo.add(frontier.missing), 'commits')).toBe(frontier.missing.length);
    }
    await walk.startTrees();
    const next = walk.next();
    // Answers come in the order in which they are known, not in that of the questions.
    await walk.resize({ root: 0, tree: 10, blob: 5 });
    const batch = await next;
    expect(batch).toMatchObject({ kind: 'blob', count: 5 });
    expect(batch?.oids.length).toBe(100);
    expect(await walk.pathOf(batch!.number, 0)).toMatch(/./);
    expect(await walk.settle(batch!.number, { stuckBytes: null, refused: null })).toEqual({
      missing: 5,
      setAside: null,
    });
    await walk.close();
  });

  it('ends with the reason of an abort, at once and for every question', async () => {
    const stop = new AbortController();
    const walk = walkOf(stop.signal);
    await walk.begin();
    const waiting = [walk.next(), walk.next()];
    const reason = new Error('paused');
    const asked = performance.now();
    stop.abort(reason);
    for (const question of waiting) await expect(question).rejects.toBe(reason);
    expect(performance.now() - asked).toBeLessThan(1_000);
    await expect(walk.frontier(true, null)).rejects.toBe(reason);
    await walk.close();
    await expect(walk.frontier(true, null), 'the first end is the one that is told').rejects.toBe(reason);

    const never = walkOf(AbortSignal.abort(reason));
    await expect(never.begin()).rejects.toBe(reason);
    await never.close();
  });

  it('tells what failed in the thread, and goes on', async () => {
    const walk = walkOf();
    const path = join(repo.gitDir, 'none.idx');
    const failure = await walk.packAdded(path, 'others').catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(EngineError);
    expect(failure).toMatchObject({ code: 'disk-failed', facts: { path } });
    await walk.begin();
    await walk.close();

    const { signal } = new AbortController();
    const nowhere = open(join(repo.gitDir, 'nowhere'), 'sha1', [], signal);
    await expect(nowhere.begin()).rejects.toMatchObject({ code: 'git-failed' });
    await nowhere.close();
  });

  it('says that it was closed, also to those who wait, and may be closed twice', async () => {
    const walk = walkOf();
    const waiting = walk.next();
    await Promise.all([walk.close(), expect(waiting).rejects.toMatchObject({ code: 'internal' })]);
    await expect(walk.begin()).rejects.toMatchObject({ code: 'internal' });
    await walk.close();
  });

  it.each([
    ['throws', 'throw new Error("broken to pieces");', /broken to pieces/],
    ['ends', 'process.exit(3);', /ended/],
  ])('is an internal failure when its thread %s', async (_, source, detail) => {
    const module = join(makeTempDir('thread'), 'thread.mjs');
    writeFileSync(module, source);
    const { signal } = new AbortController();
    const walk = createHistoryWalks(pathToFileURL(module))(repo.gitDir, 'sha1', [], signal);
    const failed = { code: 'internal', facts: { detail: expect.stringMatching(detail) as string } };
    await expect(walk.begin()).rejects.toMatchObject(failed);
    await expect(walk.next()).rejects.toMatchObject(failed);
    await walk.close();
  });
});
