/**
 * Any repository, any cuts, any order of pauses, kills and restarts: the result is that of git clone, and every byte is
 * accounted for. `PACKMULE_SEEDS=1-200` tries more of them; a failure names its seed.
 */

import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { expectSameAsGitClone } from '../support/compare.ts';
import { git } from '../support/git.ts';
import { startGitHttpServer, type GitHttpServer } from '../support/git-http-server.ts';
import { seededFractions } from '../support/noise.ts';
import { startEngine, type TestEngine } from '../support/packmule.ts';
import { makeRandomRepo } from '../support/random-repo.ts';
import { SentPacks, type SentPack } from '../support/sent-packs.ts';
import { calm, randomCuts, StormyClone, type StormMove } from '../support/storm.ts';
import { makeTempDir, removeTempDirs } from '../support/temp.ts';

const [first = 1, last = first] = (process.env['PACKMULE_SEEDS'] ?? '1-2').split('-').map(Number);
const seeds = Array.from({ length: last - first + 1 }, (_, n) => first + n);

let engine: TestEngine;
let server: GitHttpServer | null = null;

beforeEach(async () => {
  engine = await startEngine();
});

afterEach(async () => {
  await engine.quit();
  await server?.close();
  server = null;
});

afterAll(removeTempDirs);

interface Scene {
  url: string;
  directory: string;
  objectFormat: 'sha1' | 'sha256';
  server: GitHttpServer;
  sent: SentPacks;
  fraction: () => number;
  /** Of the pack that git clone gets. */
  packBytes: number;
}

async function scene(seed: number): Promise<Scene> {
  const fraction = seededFractions(seed * 7_919);
  const objectFormat = fraction() < 0.2 ? 'sha256' : 'sha1';
  const commits = 20 + Math.floor(fraction() * 80);
  const noiseBytes = Math.round(200 * 40 ** fraction());
  const path = await makeRandomRepo(makeTempDir('random'), { seed, objectFormat, commits, noiseBytes });
  const sizes = await git(['-C', path, 'count-objects', '-v']);
  const sent = new SentPacks();
  server = await startGitHttpServer({
    root: dirname(path),
    config: { 'uploadpack.allowFilter': 'true' },
    onBody: sent.keep,
  });
  return {
    url: `${server.url}/random.git`,
    directory: join(makeTempDir('ours'), 'clone'),
    objectFormat,
    server,
    sent,
    fraction,
    packBytes: Number(/^size-pack: (\d+)$/m.exec(sizes)?.[1]) * 1024,
  };
}

async function expectSame({ server, url, directory }: Scene): Promise<void> {
  calm(server);
  const theirs = join(makeTempDir('theirs'), 'clone');
  await git(['clone', '--quiet', url, theirs]);
  await expectSameAsGitClone(directory, theirs);
}

const off = (figure: number, truth: number) => Math.abs(figure - truth) / truth;

/** Objects that were sent whole before. */
function sentAgain(packs: readonly SentPack[]): SentPack['objects'] {
  const seen = new Set<string>();
  return packs.flatMap(({ objects }) => objects.filter(({ oid }) => seen.size === seen.add(oid).size));
}

async function typesOf(path: string, objects: SentPack['objects']): Promise<Map<string, string>> {
  const input = objects.map(({ oid }) => `${oid}\n`).join('');
  const lines = await git(['-C', path, 'cat-file', '--batch-check=%(objectname) %(objecttype)'], { input });
  return new Map([...lines.matchAll(/^(\w+) (\w+)$/gm)].map(([, oid, type]) => [oid!, type!]));
}

describe('connections that are cut, each where chance says', () => {
  test.each(seeds)('end in what git clone makes, and every byte is accounted for: seed %d', async (seed) => {
    const on = await scene(seed);
    on.server.onRequest = randomCuts(on.fraction, {
      bytesMin: 4_000,
      bytesMax: Math.max(20_000, on.packBytes),
      wholeShare: 0.1,
      resetShare: 0,
    });
    const clone = new StormyClone(engine);
    await clone.start(on.url, on.directory);
    const { job } = await clone.finish();
    expect(job.state, `seed ${seed}: ${clone.moves.join('; ')}`).toBe('done');
    const { wireBytes, usefulBytes, wastedBytes } = job.bytes;
    const told = `seed ${seed}: ${usefulBytes} useful, ${wastedBytes} wasted of ${wireBytes}`;
    const sentBytes = on.server.bytesSent;
    expect(off(wireBytes, sentBytes), `${told}, ${sentBytes} sent`).toBeLessThan(0.02);

    const packs = await on.sent.packs(makeTempDir('sent'), on.objectFormat);
    const framingBytes = sentBytes - packs.reduce((sum, { bytes }) => sum + bytes, 0);
    const explained = usefulBytes + wastedBytes + framingBytes;
    expect(off(explained, wireBytes), `${told}, ${framingBytes} of framing`).toBeLessThan(0.02);

    const again = sentAgain(packs);
    const types = await typesOf(on.directory, again);
    expect(
      [...types].filter(([, type]) => type !== 'tree'),
      `${told}: only trees come with their root`,
    ).toEqual([]);
    const againBytes = again.reduce((sum, { bytes }) => sum + bytes, 0);
    expect(againBytes - wastedBytes, `${told}, ${againBytes} sent again`).toBeLessThan(wireBytes * 0.02);
    await expectSame(on);
  });
});

describe('pauses, kills and restarts in any order', () => {
  test.each(seeds)('end in what git clone makes: seed %d', async (seed) => {
    const on = await scene(seed + 10_000);
    on.server.onRequest = randomCuts(on.fraction, {
      bytesMin: 4_000,
      bytesMax: Math.max(20_000, 2 * on.packBytes),
      wholeShare: 0.3,
      resetShare: 0.4,
      // Long enough for some of the moves to come in the middle.
      bytesPerSecond: Math.max(30_000, on.packBytes / 2),
    });
    const clone = new StormyClone(engine);
    await clone.start(on.url, on.directory);
    for (let moves = 3 + Math.floor(on.fraction() * 4); moves > 0; moves--) {
      await sleep(on.fraction() * 500);
      const kinds: StormMove[] = ['pause', 'kill', 'kill', 'quit'];
      await clone.make(kinds[Math.floor(on.fraction() * kinds.length)]!);
      engine = clone.engine;
    }
    const { job } = await clone.finish();
    const told = `seed ${seed}: ${clone.moves.join('; ')}`;
    const sentBytes = on.server.bytesSent;
    expect(job.state, told).toBe('done');
    const { wireBytes, usefulBytes, wastedBytes } = job.bytes;
    expect(usefulBytes + wastedBytes, told).toBeLessThanOrEqual(wireBytes);
    expect(wireBytes, told).toBeLessThanOrEqual(sentBytes * 1.02);
    await expectSame(on);
  });
});
