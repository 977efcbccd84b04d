/** A pack that grows on the disk, as it would over a slow line; what comes out is held against git's own. */

import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ArrivingPack, storePack, type ArrivedPack } from '../../../main/engine/objects/index.ts';
import { createDisk, createGit, createPackTools } from '../../../main/platform/index.ts';
import type { ObjectFormat } from '../../../main/git/index.ts';
import { makeBigRepo } from '../../support/big-repo.ts';
import { makeTempDir, removeTempDirs } from '../../support/temp.ts';
import { entry, pack as packOf } from '../../git/pack/packs.ts';

const git = (args: string[], input?: string | Buffer) =>
  execFileSync('git', args, { input, maxBuffer: 1 << 28, stdio: ['pipe', 'pipe', 'pipe'] });

let pack: Buffer;
let tip: string;

beforeAll(async () => {
  const path = await makeBigRepo({ objects: 10_000, assetBytes: 4 * 1024 * 1024 });
  tip = git(['-C', path, 'rev-parse', 'main']).toString().trim();
  pack = git(['-C', path, 'pack-objects', '--revs', '--stdout', '--delta-base-offset', '-q'], `${tip}\n`);
}, 120_000);
afterAll(removeTempDirs);

interface Arrival {
  arrived: ArrivedPack | null;
  path: string;
  gitDir: string;
  /** Segments git was asked to index. */
  segments: number;
  log: string[];
}

/** Lets the bytes come in pieces, with time for the work beside them. */
async function arrive(
  bytes: Buffer,
  options: {
    tips?: string[] | null;
    whole?: boolean;
    format?: ObjectFormat;
    pieceBytes?: number;
    /** The second half comes only when something of the first is indexed, however busy the machine is. */
    patient?: boolean;
    /** What git is asked instead. */
    instead?: (args: readonly string[]) => readonly string[];
  } = {},
): Promise<Arrival> {
  const { tips = [tip], whole = true, format = 'sha1', pieceBytes = 700_000 } = options;
  const dir = makeTempDir('arriving');
  const gitDir = join(dir, 'repo.git');
  git(['init', '-q', '--bare', `--object-format=${format}`, gitDir]);
  const path = join(dir, 's.pack');
  writeFileSync(path, '');
  const log: string[] = [];
  let segments = 0;
  let indexed = 0;
  const system = createGit();
  const arriving = new ArrivingPack({
    git: {
      ...system,
      start: (args, how) => {
        if (args[0] === 'index-pack') segments++;
        return system.start(options.instead?.(args) ?? args, how);
      },
    },
    disk: createDisk(),
    packs: createPackTools(),
    gitDir,
    path,
    objectFormat: format,
    tips,
    listener: { onEntries: (_here, done) => (indexed = done) },
    signal: new AbortController().signal,
    log: (event, facts) => log.push(`${event}: ${JSON.stringify(facts)}`),
  });
  try {
    for (let at = 0; at < bytes.length; at += pieceBytes) {
      appendFileSync(path, bytes.subarray(at, at + pieceBytes));
      arriving.grown(Math.min(bytes.length, at + pieceBytes));
      await sleep(40);
      const waits = options.patient === true && at > bytes.length / 2;
      for (const endMs = performance.now() + 15_000; waits && indexed === 0 && performance.now() < endMs;) {
        await sleep(20);
      }
    }
    return { arrived: await arriving.finish(bytes.length, whole), path, gitDir, segments, log };
  } finally {
    await arriving.close();
    expect(existsSync(path.replace('.pack', '.segments'))).toBe(false);
  }
}

/** The index git makes of the pack at this path, and whether it is the one that lies beside it. */
function expectGitsIndex(path: string): void {
  const theirs = join(makeTempDir('theirs'), 'a.idx');
  git(['index-pack', '-o', theirs, path]);
  expect(readFileSync(path.replace('.pack', '.idx')).equals(readFileSync(theirs))).toBe(true);
}

test('the composed index is byte for byte the one git makes, and everything is seen to be there', async () => {
  const { arrived, path, gitDir, segments } = await arrive(pack, { pieceBytes: 300_000, patient: true });
  expect(arrived).toMatchObject({ entries: pack.readUInt32BE(8), bytes: pack.length, connected: true });
  expect(arrived?.hash).toBe(pack.subarray(-20).toString('hex'));
  expect(segments).toBeGreaterThan(1);
  expectGitsIndex(path);
  const store = { git: createGit(), disk: createDisk(), gitDir, path, indexedAs: arrived?.hash ?? '' };
  await storePack({ ...store, promisor: false, signal: new AbortController().signal });
  git(['--git-dir', gitDir, 'update-ref', 'refs/heads/main', tip]);
  git(['--git-dir', gitDir, 'fsck', '--full']);
  expect(readdirSync(join(gitDir, 'objects/pack')).sort()).toEqual(
    ['idx', 'pack'].map((extension) => `pack-${arrived?.hash}.${extension}`),
  );
});

test('of a pack cut anywhere the index fits what sealing makes of it', async () => {
  for (const cut of [pack.length - 30, Math.floor(pack.length * 0.61), 2_500_000]) {
    const { arrived, path } = await arrive(pack.subarray(0, cut), { whole: false });
    expect(arrived).toMatchObject({ connected: false });
    const sealed = await createPackTools().seal(path, 'sha1');
    expect(sealed).toMatchObject({ hash: arrived?.hash, entries: arrived?.entries, indexed: true });
    expectGitsIndex(path);
  }
});

describe('when an object is not in the pack', () => {
  test.each(['blob', 'tree', 'commit'])('a %s: the pack is good, but not all is there', async (type) => {
    const dir = makeTempDir('less');
    const work = join(dir, 'repo.git');
    git(['init', '-q', '--bare', work]);
    git(['--git-dir', work, 'unpack-objects', '-q'], smallPack().bytes);
    const all = git(['--git-dir', work, 'cat-file', '--batch-all-objects', '--batch-check'])
      .toString()
      .trim()
      .split('\n')
      .map((line) => line.split(' '));
    const commits = all.filter(([, each]) => each === 'commit').map(([id]) => id ?? '');
    const last = commits.find((id) => {
      const parents = git(['--git-dir', work, 'rev-list', '--parents', ...commits]).toString();
      return !new RegExp(`^\\w+ .*${id}`, 'm').test(parents);
    });
    const dropped = all.find(([id, each]) => each === type && id !== last)?.[0];
    const names = all.flatMap(([id]) => (id === undefined || id === dropped ? [] : [id]));
    const less = git(['--git-dir', work, 'pack-objects', '--stdout', '-q'], names.join('\n'));
    const { arrived } = await arrive(less, { tips: [last ?? ''] });
    expect(arrived).toMatchObject({ connected: false, entries: names.length });
    const more = git(['--git-dir', work, 'pack-objects', '--stdout', '-q'], all.map(([id]) => id).join('\n'));
    expect((await arrive(more, { tips: [last ?? ''] })).arrived).toMatchObject({ connected: true });
  });

  test('a tip that is not there', async () => {
    expect((await arrive(pack, { tips: [tip, '1'.repeat(40)] })).arrived).toMatchObject({ connected: false });
  });
});

test('a walk that fails proves nothing, whenever it was', async () => {
  let walks = 0;
  const instead = (args: readonly string[]) => {
    if (args[0] !== 'rev-list' || !args.includes('--objects') || walks++ > 0) return args;
    return ['rev-list', '--no-such-option'];
  };
  const { arrived } = await arrive(pack, { instead });
  expect(walks).toBeGreaterThan(0);
  expect(arrived).toMatchObject({ entries: pack.readUInt32BE(8), connected: false });
});

/** Three commits with a directory that changes. */
function smallPack(format = 'sha1'): { bytes: Buffer; tips: string[] } {
  const work = join(makeTempDir('small'), 'repo.git');
  git(['init', '-q', '--bare', `--object-format=${format}`, work]);
  const commit = (n: number) =>
    `commit refs/heads/main\nmark :${n}\ncommitter A <a@b> ${n} +0000\ndata 1\n${n}${n > 1 ? `\nfrom :${n - 1}` : ''}\n` +
    `M 644 inline dir/a\ndata 2\n${n}a\nM 644 inline b\ndata 2\n${n}b\n\n`;
  git(['--git-dir', work, 'fast-import', '--quiet'], [1, 2, 3].map(commit).join(''));
  const bytes = git(['--git-dir', work, 'pack-objects', '--all', '--stdout', '-q', '--delta-base-offset']);
  // Refs may name trees and blobs as well.
  const tips = git(['--git-dir', work, 'rev-parse', 'main', 'main^{tree}', 'main:dir/a']);
  return { bytes, tips: tips.toString().trim().split('\n') };
}

test('refs that name trees and blobs, and sha256', async () => {
  const { bytes, tips } = smallPack('sha256');
  const { arrived, path } = await arrive(bytes, { format: 'sha256', tips });
  expect(arrived?.connected).toBe(true);
  expect(arrived?.hash).toBe(bytes.subarray(-32).toString('hex'));
  const work = join(makeTempDir('tags'), 'repo.git');
  git(['init', '-q', '--bare', '--object-format=sha256', work]);
  git(['--git-dir', work, 'index-pack', '--stdin'], bytes);
  const theirs = readdirSync(join(work, 'objects/pack')).find((name) => name.endsWith('.idx')) ?? '';
  expect(
    readFileSync(path.replace('.pack', '.idx')).equals(readFileSync(join(work, 'objects/pack', theirs))),
  ).toBe(true);
});

test('an object that came twice, and a broken one, are left to git', async () => {
  const blob = entry('blob', Buffer.from('twice'));
  const twice = await arrive(Buffer.from(packOf([blob, blob])), { tips: null });
  expect(twice.arrived).toBeNull();
  expect(twice.log.join()).toContain('segments given up');
  const bad = entry('ref-delta', Buffer.from([5, 5, 5]), { base: [...new Uint8Array(20).fill(7)] });
  const orphan = await arrive(Buffer.from(packOf([blob, bad])), { tips: null });
  expect(orphan.arrived).toBeNull();
  expect(orphan.log.join()).toContain('unresolved delta');
  const spoilt = Buffer.from(pack);
  spoilt.fill(0xff, 3_000_000, 3_000_050);
  expect((await arrive(spoilt)).arrived).toBeNull();
  // A checksum at the end that is not of these bytes.
  const trailer = Buffer.from(pack);
  trailer.writeUInt8(trailer.readUInt8(trailer.length - 1) ^ 1, trailer.length - 1);
  expect((await arrive(trailer)).arrived).toBeNull();
});
