import { execFileSync } from 'node:child_process';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { deflateSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createPackTools } from '../../main/platform/pack-tools.ts';
import { noise, seededFractions } from '../support/noise.ts';
import { makeTempDir, removeTempDirs } from '../support/temp.ts';

const tools = createPackTools();
let pack: Buffer;
/** Where each entry begins, and the last one ends; as git itself says. */
let ends: number[];
let file: string;

// One entry is larger than the counter's chunks, most are small, some are deltas of each other.
beforeAll(() => {
  const dir = makeTempDir('pack-tools');
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
  expect(await tools.count(file, 'sha1')).toEqual({ entries: 203, endBytes: ends.at(-1) });
});

test('counts what is whole of a cut one', async () => {
  for (const cut of [pack.length - 30, pack.length - 500, 2_500_000, 700, 14]) {
    writeFileSync(file, pack);
    truncateSync(file, cut);
    const whole = ends.filter((each) => each <= cut);
    expect(await tools.count(file, 'sha1')).toEqual({ entries: whole.length - 1, endBytes: whole.at(-1) });
  }
});

test('damage ends the count where the last good entry ends', async () => {
  const at = ends[100] ?? 0;
  const damaged = Buffer.from(pack);
  damaged.fill(0xff, at, at + 20);
  writeFileSync(file, damaged);
  expect(await tools.count(file, 'sha1')).toEqual({ entries: 100, endBytes: at });
  writeFileSync(file, 'no pack at all');
  expect(await tools.count(file, 'sha1')).toEqual({ entries: 0, endBytes: 0 });
  writeFileSync(file, '');
  expect(await tools.count(file, 'sha1')).toEqual({ entries: 0, endBytes: 0 });
});

test('no file is disk-failed; an abort ends it with its reason', async () => {
  const none = `${file}.none`;
  await expect(tools.count(none, 'sha1')).rejects.toMatchObject({
    code: 'disk-failed',
    facts: { path: none },
  });
  const reason = new Error('paused');
  await expect(tools.count(file, 'sha1', AbortSignal.abort(reason))).rejects.toBe(reason);
  const stop = new AbortController();
  const work = tools.count(file, 'sha1', stop.signal);
  stop.abort(reason);
  await expect(work).rejects.toBe(reason);
});

/** A pack of blobs so small that looking at it is nothing but inflating; its checksum is wrong, which nobody minds here. */
function packOfCrumbs(entries: number): Buffer {
  const header = Buffer.from('PACK\0\0\0\x02\0\0\0\0', 'latin1');
  header.writeUInt32BE(entries, 8);
  const crumb = Buffer.concat([Buffer.from([0x35]), deflateSync('crumb')]);
  return Buffer.concat([header, Buffer.alloc(entries * crumb.length, crumb), Buffer.alloc(20)]);
}

test('a thread that is stopped stops by itself, and answers the next question', async () => {
  // One that is ended from outside while it inflates now and then takes the whole process with it.
  const entries = 50_000;
  const crumbs = packOfCrumbs(entries);
  writeFileSync(file, crumbs);
  const whole = { entries, endBytes: crumbs.length - 20 };
  expect(await tools.count(file, 'sha1')).toEqual(whole);
  let started = 0;
  const onThread = () => void started++;
  subscribe('worker_threads', onThread);
  const fraction = seededFractions(11);
  const reason = new Error('paused');
  for (let round = 0; round < 30; round++) {
    const stop = new AbortController();
    const refused = expect(tools.count(file, 'sha1', stop.signal)).rejects.toBe(reason);
    await sleep(fraction() * 10);
    stop.abort(reason);
    await refused;
  }
  unsubscribe('worker_threads', onThread);
  expect(started).toBe(0);
  expect(await tools.count(file, 'sha1')).toEqual(whole);
});

/** What git says of a sealed pack; throws when git refuses it. */
function indexed(sealed: Buffer): number {
  const copy = path.join(path.dirname(file), 'sealed.pack');
  writeFileSync(copy, sealed);
  execFileSync('git', ['index-pack', copy]);
  const index = execFileSync('git', ['show-index'], { input: readFileSync(copy.replace('.pack', '.idx')) });
  return index.toString().trim().split('\n').length;
}

test('seals a cut pack so that git takes every whole entry of it', async () => {
  for (const cut of [
    pack.length - 1,
    pack.length - 20,
    pack.length - 21,
    pack.length - 500,
    (ends[60] ?? 0) + 1,
    ends[1] ?? 0,
  ]) {
    writeFileSync(file, pack.subarray(0, cut));
    const entries = ends.filter((each) => each <= cut).length - 1;
    const sealed = await tools.seal(file, 'sha1');
    expect(sealed).toMatchObject({ entries, bytes: (ends[entries] ?? 0) + 20, complete: false });
    expect(indexed(readFileSync(file))).toBe(entries);
    // Once more, as after a crash right behind it: nothing changes.
    expect(await tools.seal(file, 'sha1')).toMatchObject({ entries, hash: sealed?.hash });
  }
});

test('leaves a whole pack as it came, and a spool without an entry alone', async () => {
  writeFileSync(file, pack);
  expect(await tools.seal(file, 'sha1')).toMatchObject({ entries: 203, complete: true, bytes: pack.length });
  expect(readFileSync(file).equals(pack)).toBe(true);
  for (const nothing of ['', 'PACK', '<html>no pack</html>']) {
    writeFileSync(file, nothing);
    expect(await tools.seal(file, 'sha1')).toBeNull();
    expect(readFileSync(file).toString()).toBe(nothing);
  }
});

test('puts right what a crash left between any two steps of sealing', async () => {
  const entries = 50;
  const cut = ends[entries] ?? 0;
  const counted = Buffer.from(pack);
  counted.writeUInt32BE(entries, 8);
  const states = [
    pack.subarray(0, cut),
    counted.subarray(0, cut),
    Buffer.concat([counted.subarray(0, cut), Buffer.alloc(7)]),
    Buffer.concat([counted.subarray(0, cut), Buffer.alloc(20)]),
    Buffer.concat([pack.subarray(0, cut), Buffer.alloc(3, 1)]),
  ];
  for (const state of states) {
    writeFileSync(file, state);
    expect(await tools.seal(file, 'sha1')).toMatchObject({ entries, bytes: cut + 20 });
    expect(indexed(readFileSync(file))).toBe(entries);
  }
});
