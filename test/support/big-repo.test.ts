import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildBigRepo } from './big-repo.ts';
import { git } from './git.ts';
import { makeTempDir, removeTempDirs } from './temp.ts';

const wish = { objects: 3_000, assetBytes: 1_000_000 };
let path: string;

async function built(seed?: number): Promise<string> {
  const fresh = join(makeTempDir('big'), 'big.git');
  await buildBigRepo(fresh, wish, seed);
  return fresh;
}

beforeAll(async () => {
  path = await built();
}, 60_000);
afterAll(removeTempDirs);

const refsOf = (of: string) => git(['-C', of, 'for-each-ref', '--format=%(refname) %(objectname)']);

/** Of every object: its type and its size in the pack. */
async function packed(): Promise<{ type: string; bytes: number }[]> {
  const format = '--batch-check=%(objecttype) %(objectsize:disk)';
  const lines = await git(['-C', path, 'cat-file', '--batch-all-objects', '--unordered', format]);
  return lines.split('\n').map((line) => {
    const [type = '', bytes] = line.split(' ');
    return { type, bytes: Number(bytes) };
  });
}

test('the same seed makes the same history, on every machine; another seed another one', async () => {
  const [again, other] = await Promise.all([built(), built(2)]);
  expect(await refsOf(again)).toBe(await refsOf(path));
  // Whoever changes this changes what the bench has measured: the name makeBigRepo keeps it under has to change too.
  expect(await git(['-C', path, 'rev-parse', 'main'])).toBe('2ee7ac52b049405b5bff670908697687e28b62a3');
  expect(await refsOf(other)).not.toBe(await refsOf(path));
}, 60_000);

test('it has what was asked for, none of it too large for a connection of 256 kB', async () => {
  const objects = await packed();
  expect(objects.length).toBeGreaterThanOrEqual(wish.objects);
  expect(objects.length).toBeLessThan(wish.objects * 1.25);
  expect(Math.max(...objects.map(({ bytes }) => bytes))).toBeLessThan(250_000);
  expect(objects.reduce((sum, { bytes }) => sum + bytes, 0)).toBeGreaterThan(wish.assetBytes);
  const share = (type: string) => objects.filter((object) => object.type === type).length / objects.length;
  for (const type of ['commit', 'tree', 'blob']) expect(share(type), type).toBeGreaterThan(0.15);
});

test('most of it is deltas, in long chains', async () => {
  const packs = join(path, 'objects', 'pack');
  const index = readdirSync(packs).find((name) => name.endsWith('.idx')) ?? '';
  const told = await git(['verify-pack', '-v', join(packs, index)]);
  const chains = Array.from(
    told.matchAll(/^chain length = (\d+): (\d+) objects?$/gm),
    ([, length, count]) => ({
      length: Number(length),
      count: Number(count),
    }),
  );
  const inChains = (least: number) =>
    chains.reduce((sum, { length, count }) => sum + (length >= least ? count : 0), 0);
  expect(inChains(1)).toBeGreaterThan(wish.objects / 2);
  expect(inChains(10)).toBeGreaterThan(wish.objects / 30);
});

test('topics are merged, tried before that, and some are left', async () => {
  const count = async (...args: string[]) => Number(await git(['-C', path, 'rev-list', '--count', ...args]));
  expect(await count('--merges', 'main')).toBeGreaterThan((await count('main')) / 10);
  expect(await count('main..next')).toBeGreaterThan(0);
  expect(await git(['-C', path, 'fsck', '--full', '--strict'])).toBe('');
  const kinds = (await git(['-C', path, 'for-each-ref', '--format=%(objecttype)'])).split('\n');
  expect(kinds).toEqual(expect.arrayContaining(['commit', 'tag']));
  expect(await git(['-C', path, 'for-each-ref', 'refs/heads/at-work-*'])).toBe('');
});
