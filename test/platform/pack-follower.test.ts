import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { openSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createPackTools } from '../../main/platform/pack-tools.ts';
import { appendMark, lastMark, marksPath } from '../../main/platform/pack-marks.ts';
import { noise, seededFractions } from '../support/noise.ts';
import { makeTempDir, removeTempDirs } from '../support/temp.ts';

const tools = createPackTools();
const entriesAll = 460;
let pack: Buffer;
let file: string;

// Large enough for marks, which are 8 MiB apart.
beforeAll(() => {
  const dir = makeTempDir('pack-follower');
  file = join(dir, 'spool.pack');
  const git = (args: string[], input?: string | Buffer) =>
    execFileSync('git', ['--git-dir', join(dir, 'repo.git'), ...args], { input, maxBuffer: 1 << 26 });
  git(['init', '-q', '--bare', join(dir, 'repo.git')]);
  const blobs = Array.from({ length: 60 }, (_, n) => noise(400_000, n + 1));
  for (let n = 0; n < entriesAll - 60; n++) blobs.push(Buffer.from(`${'line\n'.repeat(n)}${n}`));
  const stream = blobs.map((blob) => Buffer.concat([Buffer.from(`blob\ndata ${blob.length}\n`), blob]));
  git(['fast-import', '--quiet'], Buffer.concat(stream.flatMap((each) => [each, Buffer.from('\n')])));
  const names = git(['cat-file', '--batch-all-objects', '--batch-check=%(objectname)']);
  pack = git(['pack-objects', '--stdout', '-q', '--delta-base-offset'], names);
});
afterAll(removeTempDirs);

/** Lets a follower see the spool in these steps; its marks stay. */
async function follow(lengths: Iterable<number>): Promise<{ entries: number; wholeBytes: number }> {
  const follower = tools.follow(file, 'sha1');
  try {
    let state = { entries: 0, wholeBytes: 0 };
    for (const length of lengths) state = await follower.advance(length);
    return state;
  } finally {
    await follower.close();
  }
}

test('sees the same in any steps, and as much as counting does', async () => {
  writeFileSync(file, pack);
  const fractions = seededFractions(5);
  function* steps(to: number): Generator<number> {
    for (let at = 0; at < to; at += 1 + Math.floor(fractions() * (fractions() < 0.5 ? 300 : 900_000)))
      yield at;
    yield to;
  }
  for (const end of [pack.length, pack.length - 21, 9_000_001, 15]) {
    truncateSync(file, end);
    const { entries, wholeBytes } = await follow(steps(end));
    expect(await tools.count(file, 'sha1')).toEqual({ entries, endBytes: wholeBytes });
    writeFileSync(file, pack);
  }
});

test('marks its way, and sealing goes on behind the last mark', async () => {
  writeFileSync(file, pack);
  const { entries } = await follow([pack.length - 1000]);
  const mark = lastMark(file, pack.length, 20);
  expect(mark?.wholeBytes).toBeGreaterThan(16 * 1024 * 1024);
  const before = pack.subarray(0, mark?.wholeBytes);
  expect(mark?.digest.equals(createHash('sha1').update(before).digest())).toBe(true);
  truncateSync(file, pack.length - 1000);
  expect(await tools.count(file, 'sha1')).toMatchObject({ entries });
  // A mark that is right about the bytes is believed about the entries: so nothing before it was looked at.
  const marks = openSync(marksPath(file), 'a');
  if (mark !== null) appendMark(marks, { ...mark, entries: mark.entries - 7 });
  expect(await tools.count(file, 'sha1')).toMatchObject({ entries: entries - 7 });
});

test('a mark that does not agree with the spool counts for nothing', async () => {
  writeFileSync(file, pack);
  await follow([pack.length]);
  const damaged = Buffer.from(pack);
  damaged.fill(0xff, 5_000_000, 5_000_050);
  writeFileSync(file, damaged);
  const counted = await tools.count(file, 'sha1');
  expect(counted.endBytes).toBeLessThanOrEqual(5_000_050);
  expect(await tools.seal(file, 'sha1')).toMatchObject({ entries: counted.entries, complete: false });
  // Half a mark, as a crash may leave it, and marks beyond the end of the spool.
  writeFileSync(file, pack);
  const marks = readFileSync(marksPath(file));
  writeFileSync(marksPath(file), marks.subarray(0, marks.length - 5));
  expect(lastMark(file, pack.length, 20)?.wholeBytes).toBeLessThan(16 * 1024 * 1024);
  expect(lastMark(file, 1_000_000, 20)).toBeNull();
  expect(await tools.seal(file, 'sha1')).toMatchObject({ entries: entriesAll, complete: true });
});

test('an index beside the spool is taken only when it is whole and the pack’s', async () => {
  writeFileSync(file, pack);
  expect(await tools.seal(file, 'sha1')).toMatchObject({ indexed: false });
  const index = file.replace('.pack', '.idx');
  execFileSync('git', ['index-pack', '-o', index, file]);
  expect(await tools.seal(file, 'sha1')).toMatchObject({ indexed: true });
  const bytes = readFileSync(index);
  bytes.writeUInt8(bytes.readUInt8(2000) ^ 1, 2000);
  writeFileSync(index, bytes, { mode: 0o644, flag: 'r+' });
  expect(await tools.seal(file, 'sha1')).toMatchObject({ indexed: false });
  truncateSync(index, 1500);
  expect(await tools.seal(file, 'sha1')).toMatchObject({ indexed: false });
});
