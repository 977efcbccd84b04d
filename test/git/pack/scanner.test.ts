import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateSync, inflateSync, constants } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pakoInflate, PackScanner, type InflateFactory, type ScannedEntry } from '../../../main/git/index.ts';
import { cutAt, feedEveryWay, outcomeOf, seededRandom } from '../../support/feed.ts';
import { makeTempDir, removeTempDirs } from '../../support/temp.ts';
import { gitOut, makeRepository, runGit } from '../real-git.ts';
import { entry, entryHead, offsetVarint, pack } from './packs.ts';
import { threadMs } from '../../support/thread-time.ts';

type Format = 'sha1' | 'sha256';

/** The fast way for whole entries, as the platform would hand it in. */
function fastInflate(): InflateFactory {
  return {
    ...pakoInflate(),
    whole(input, sizeBytes) {
      try {
        const result = inflateSync(input, { info: true, maxOutputLength: sizeBytes + 1 }) as unknown as {
          buffer: Buffer;
          engine: { bytesWritten: number };
        };
        return { consumedBytes: result.engine.bytesWritten, producedBytes: result.buffer.length };
      } catch {
        return null;
      }
    },
  };
}

const inflaters: [string, () => InflateFactory][] = [
  ['pako alone', pakoInflate],
  ['with the fast way for whole entries', fastInflate],
];

function scan(
  chunks: readonly Uint8Array[],
  format: Format = 'sha1',
  inflate: InflateFactory = pakoInflate(),
) {
  const entries: ScannedEntry[] = [];
  const scanner = new PackScanner({ objectFormat: format, inflate, onEntry: (seen) => entries.push(seen) });
  const outcome = outcomeOf(() => {
    for (const chunk of chunks) scanner.push(chunk);
  });
  const { wholeBytes, declaredEntries, done, trailer } = scanner;
  expect(scanner.entries).toBe(entries.length);
  return { entries, wholeBytes, declaredEntries, done, trailer, fault: 'error' in outcome ? outcome : null };
}

describe('packs made by the real git', () => {
  const packs = new Map<string, { bytes: Uint8Array; format: Format; path: string }>();
  beforeAll(() => {
    for (const format of ['sha1', 'sha256'] as const) {
      const path = makeRepository(makeTempDir('pack'), format);
      const make = (name: string, args: string[], revs = 'main\nside\nv1\n') => {
        packs.set(`${format} ${name}`, {
          bytes: gitOut(path, ['pack-objects', '--stdout', '--revs', '-q', ...args], Buffer.from(revs)),
          format,
          path,
        });
      };
      make('ofs-delta', ['--delta-base-offset']);
      make('ref-delta', []);
      make('no deltas', ['--window=0']);
      make('thin', ['--thin', '--delta-base-offset'], 'main\n^main~3\n');
      make('stored', ['--delta-base-offset', '--no-reuse-object', '--compression=0']);
      make('empty', [], 'main\n^main\n');
    }
  });
  afterAll(removeTempDirs);

  const names = (['sha1', 'sha256'] as const).flatMap((format) =>
    ['ofs-delta', 'ref-delta', 'no deltas', 'thin', 'stored', 'empty'].map((name) => `${format} ${name}`),
  );
  const packNamed = (name: string) => {
    const found = packs.get(name);
    if (found === undefined) throw new Error(`There is no pack "${name}".`);
    return found;
  };

  describe.each(inflaters)('%s', (_, inflate) => {
    test.each(names)('%s: every entry where git verify-pack sees it, for every cutting', (name) => {
      const { bytes, format, path } = packNamed(name);
      const outcome = feedEveryWay(bytes, (chunks) => scan(chunks, format, inflate()));
      if ('error' in outcome) throw new Error(outcome.message);
      const { value } = outcome;
      expect(value).toMatchObject({
        done: true,
        fault: null,
        wholeBytes: bytes.length - (format === 'sha1' ? 20 : 32),
      });
      expect(value.trailer).toBe(
        createHash(format).update(bytes.subarray(0, value.wholeBytes)).digest('hex'),
      );
      if (name.endsWith('empty')) return expect(value.entries).toEqual([]);

      const file = join(makeTempDir('verify'), 'x.pack');
      let kept = bytes;
      if (name.endsWith('thin')) {
        // git completes a thin pack while it indexes it; its first entries stay where they were.
        gitOut(path, ['index-pack', '--fix-thin', '--stdin', file], bytes);
        kept = bytes.subarray(0, value.wholeBytes);
      } else {
        writeFileSync(file, bytes);
        gitOut(path, ['index-pack', file]);
      }
      const theirs = gitOut(path, ['verify-pack', '-v', `--object-format=${format}`, file])
        .toString()
        .split('\n')
        .map((line) => /^[0-9a-f]{40,64} (\w+) +(\d+) (\d+) (\d+)( \d+ [0-9a-f]+)?$/.exec(line))
        .filter((match) => match !== null)
        .map((match) => ({
          offset: Number(match[4]),
          sizeBytes: Number(match[2]),
          packedBytes: Number(match[3]),
          delta: match[5] !== undefined,
          type: match[1],
        }))
        .filter(({ offset }) => offset < kept.length)
        .sort((a, b) => a.offset - b.offset);
      expect(
        value.entries.map(({ offset, sizeBytes, packedBytes, type }) => ({
          offset,
          sizeBytes,
          packedBytes,
          delta: type.endsWith('delta'),
        })),
      ).toEqual(
        theirs.map(({ offset, sizeBytes, packedBytes, delta }) => ({
          offset,
          sizeBytes,
          packedBytes,
          delta,
        })),
      );
      for (const [i, seen] of value.entries.entries())
        if (seen.base === null) expect(seen.type).toBe(theirs[i]?.type);
      const starts = new Set(value.entries.map(({ offset }) => offset));
      for (const { base } of value.entries)
        if (base !== null && 'offset' in base) expect(starts.has(base.offset)).toBe(true);
    });
  });

  // What a drop leaves behind, for every place it may happen: as many entries as lay wholly before the cut.
  test('every truncation of a pack keeps exactly the whole entries', () => {
    const { bytes, path } = packNamed('sha1 thin');
    const whole = scan([bytes]);
    const ends = whole.entries.map(({ offset, packedBytes }) => offset + packedBytes);
    expect(ends.length).toBeGreaterThan(5);
    for (let length = 0; length <= bytes.length; length++) {
      const cut = scan([bytes.subarray(0, length)]);
      const expected = ends.filter((end) => end <= length);
      expect(cut.entries.length, String(length)).toBe(expected.length);
      expect(cut.wholeBytes).toBe(expected.at(-1) ?? (length < 12 ? 0 : 12));
      expect(cut).toMatchObject({ fault: null, done: length === bytes.length });
    }
    expect(runGit(path, ['cat-file', '-e', 'main']).code).toBe(0);
  });

  test('a pack cut after its last whole entry and closed again is one that git indexes', () => {
    const { bytes } = packNamed('sha1 ofs-delta');
    const random = seededRandom(5);
    for (let round = 0; round < 8; round++) {
      const cut = scan([bytes.subarray(0, Math.floor(random() * bytes.length))]);
      if (cut.entries.length === 0) continue;
      const head = Buffer.from(bytes.slice(0, cut.wholeBytes));
      head.writeUInt32BE(cut.entries.length, 8);
      const into = makeTempDir('salvage');
      gitOut(into, ['init', '-q', '--bare', '.']);
      const closed = Buffer.concat([head, createHash('sha1').update(head).digest()]);
      const { code, stderr } = runGit(into, ['index-pack', '--stdin'], closed);
      expect(code, stderr).toBe(0);
    }
  });

  test('fuzz: bytes changed at random never do more than fail, and never disturb what was whole', () => {
    const { bytes } = packNamed('sha1 thin');
    const whole = scan([bytes]);
    fc.assert(
      fc.property(
        fc.nat(bytes.length - 1),
        fc.integer({ min: 1, max: 255 }),
        fc.array(fc.nat(bytes.length), { maxLength: 5 }),
        (at, change, places) => {
          const changed = new Uint8Array(bytes);
          changed[at] = (changed[at] ?? 0) ^ change;
          const seen = scan([changed]);
          const untouched = whole.entries.filter(({ offset, packedBytes }) => offset + packedBytes <= at);
          expect(seen.entries.slice(0, untouched.length)).toEqual(untouched);
          const cut = scan(
            cutAt(
              changed,
              places.sort((a, b) => a - b),
            ),
          );
          expect({ ...cut, fault: cut.fault !== null }).toEqual({ ...seen, fault: seen.fault !== null });
        },
      ),
      { numRuns: 400 },
    );
  });
});

describe('hostile packs', () => {
  const text = Buffer.from('hello, world\n'.repeat(20));
  const good = entry('blob', text);

  // Stories: sizes believed before checked (GHSA-x494-mj8g-cj27), deflate bombs with a lying size, offsets that leave
  // the pack (git's t5309), a header that claims four thousand million objects (CVE-2026-109351).
  test.each<[string, Uint8Array, number, RegExp]>([
    ['not a pack', Buffer.from('<html>'), 0, /not a pack/],
    ['version 4', pack([good], { version: 4 }), 0, /version 4/],
    ['type 0', pack([good, entry(0, text)]), 1, /type 0/],
    ['type 5', pack([good, entry(5, text)]), 1, /type 5/],
    [
      'a size too small',
      pack([good, entry('blob', text, { claimed: text.length - 1 })]),
      1,
      /more than|claims/,
    ],
    ['a size too big', pack([good, entry('blob', text, { claimed: text.length + 1 })]), 1, /claims/],
    ['a size of 2^60', pack([good, entry('blob', text, { claimed: 2 ** 60 })]), 1, /beyond all bounds/],
    [
      'a bomb with a lying size',
      pack([good, entry('blob', Buffer.alloc(50_000_000), { claimed: 10 })]),
      1,
      /more than/,
    ],
    [
      'no zlib',
      pack([good, entry('blob', text, { zlib: Buffer.from('plain text where data should be') })]),
      1,
      /damaged/,
    ],
    [
      'a wrong checksum',
      pack([
        good,
        entry('blob', text, { zlib: Buffer.concat([deflateSync(text).subarray(0, -4), Buffer.alloc(4)]) }),
      ]),
      1,
      /damaged/,
    ],
    [
      'a preset dictionary',
      pack([good, entry('blob', text, { zlib: deflateSync(text, { dictionary: text }) })]),
      1,
      /damaged/,
    ],
    [
      'a base before the pack',
      pack([good, entry('ofs-delta', text, { base: offsetVarint(1_000_000) })]),
      1,
      /before the first/,
    ],
    [
      'a base in the header',
      pack([good, entry('ofs-delta', text, { base: offsetVarint(good.length + 1) })]),
      1,
      /before the first/,
    ],
    ['a delta on itself', pack([good, entry('ofs-delta', text, { base: [0] })]), 1, /itself/],
    ['bytes after the trailer', Buffer.concat([pack([good]), Buffer.from('x')]), 1, /follow/],
    ['too few declared', pack([good, good], { declared: 1 }), 1, /follow/],
  ])('%s', (_, bytes, entries, message) => {
    for (const [, inflate] of inflaters) {
      const outcome = feedEveryWay(bytes.length > 100_000 ? bytes.subarray(0, 100_000) : bytes, (chunks) => {
        const { fault, ...seen } = scan(chunks, 'sha1', inflate());
        return { ...seen, fault: fault?.reason ?? null };
      });
      expect(outcome).toMatchObject({ value: { fault: 'pack' } });
      const once = scan([bytes], 'sha1', inflate());
      expect(once.entries.length).toBe(entries);
      expect(once.fault?.message).toMatch(message);
      expect(once.fault?.message).toMatch(/at byte \d+ of the pack/);
    }
  });

  test('a count beyond what comes is only never done', () => {
    expect(scan([pack([good], { declared: 2 ** 32 - 1 }).subarray(0, 12 + good.length)])).toMatchObject({
      declaredEntries: 2 ** 32 - 1,
      done: false,
      fault: null,
      wholeBytes: 12 + good.length,
    });
  });

  test('throws again on every call after a failure', () => {
    const scanner = new PackScanner({ objectFormat: 'sha1', inflate: pakoInflate() });
    expect(() => scanner.push(Buffer.from('nothing'))).toThrow('not a pack');
    expect(() => scanner.push(pack([good]))).toThrow('not a pack');
  });

  test('legal rarities pass: version 3, no data, flushes in the data, several blocks', () => {
    const flushed = deflateSync(text, { finishFlush: constants.Z_FINISH, level: 0 });
    const bytes = pack(
      [
        entry('blob', Buffer.alloc(0)),
        entry('blob', text, { zlib: flushed }),
        entry('blob', Buffer.alloc(3_000_000)),
      ],
      { version: 3 },
    );
    for (const [, inflate] of inflaters) {
      expect(feedEveryWay(bytes, (chunks) => scan(chunks, 'sha1', inflate()))).toMatchObject({
        value: { done: true, fault: null, declaredEntries: 3 },
      });
    }
    expect(entryHead('blob', 0)).toEqual([0x30]);
  });

  test('memory does not grow with what an entry holds', () => {
    const bomb = pack([entry('blob', Buffer.alloc(100_000_000))]);
    const before = process.memoryUsage().rss;
    const start = threadMs();
    expect(scan([bomb])).toMatchObject({ done: true });
    expect(process.memoryUsage().rss - before).toBeLessThan(64 * 1024 * 1024);
    expect(threadMs() - start).toBeLessThan(10_000);
  });
});
