import { execFileSync } from 'node:child_process';
import { truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createPackCounter } from '../../main/platform/pack-counter.ts';
import { noise } from '../support/noise.ts';
import { makeTempDir, removeTempDirs } from '../support/temp.ts';

const counter = createPackCounter();
let pack: Buffer;
/** Where each entry begins, and the last one ends; as git itself says. */
let ends: number[];
let file: string;

// One entry is larger than the counter's chunks, most are small, some are deltas of each other.
beforeAll(() => {
  const dir = makeTempDir('pack-counter');
  file = path.join(dir, 'spool');
  const git = (args: string[], input?: string | Buffer) =>
    execFileSync('git', ['--git-dir', path.join(dir, 'repo.git'), ...args], { input, maxBuffer: 1 << 26 });
  git(['init', '-q', '--bare', path.join(dir, 'repo.git')]);
  const blobs = [noise(3_000_000), Buffer.alloc(2_000_000, 'a'), Buffer.alloc(0)];
  for (let n = 0; n < 200; n++) blobs.push(Buffer.from(`${'line\n'.repeat(n)}${n}`));
  const names = blobs.map((blob) => git(['hash-object', '-w', '--stdin'], blob).toString());
  pack = git(['pack-objects', '--stdout', '-q'], names.join(''));
  writeFileSync(path.join(dir, 'a.pack'), pack);
  git(['index-pack', path.join(dir, 'a.pack')]);
  const index = git(['verify-pack', '-v', path.join(dir, 'a.idx')]).toString();
  const offsets = [...index.matchAll(/^[0-9a-f]{40} \w+ +\d+ \d+ (\d+)/gm)].map((match) => Number(match[1]));
  ends = [...offsets.sort((a, b) => a - b), pack.length - 20];
  expect(index).toMatch(/chain length = 1/);
});
afterAll(removeTempDirs);

test('counts a whole pack', async () => {
  writeFileSync(file, pack);
  expect(await counter.count(file, 'sha1')).toEqual({ entries: 203, endBytes: ends.at(-1) });
});

test('counts what is whole of a cut one', async () => {
  for (const cut of [pack.length - 30, pack.length - 500, 2_500_000, 700, 14]) {
    writeFileSync(file, pack);
    truncateSync(file, cut);
    const whole = ends.filter((each) => each <= cut);
    expect(await counter.count(file, 'sha1')).toEqual({ entries: whole.length - 1, endBytes: whole.at(-1) });
  }
});

test('damage ends the count where the last good entry ends', async () => {
  const at = ends[100] ?? 0;
  const damaged = Buffer.from(pack);
  damaged.fill(0xff, at, at + 20);
  writeFileSync(file, damaged);
  expect(await counter.count(file, 'sha1')).toEqual({ entries: 100, endBytes: at });
  writeFileSync(file, 'no pack at all');
  expect(await counter.count(file, 'sha1')).toEqual({ entries: 0, endBytes: 0 });
  writeFileSync(file, '');
  expect(await counter.count(file, 'sha1')).toEqual({ entries: 0, endBytes: 0 });
});

test('no file is disk-failed; an abort ends it with its reason', async () => {
  const none = `${file}.none`;
  await expect(counter.count(none, 'sha1')).rejects.toMatchObject({
    code: 'disk-failed',
    facts: { path: none },
  });
  const reason = new Error('paused');
  await expect(counter.count(file, 'sha1', AbortSignal.abort(reason))).rejects.toBe(reason);
  const stop = new AbortController();
  const work = counter.count(file, 'sha1', stop.signal);
  stop.abort(reason);
  await expect(work).rejects.toBe(reason);
});
