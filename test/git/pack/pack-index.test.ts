import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import {
  EntryIds,
  PackIndexReader,
  packIndexParts,
  reverseIndexParts,
  type ObjectFormat,
  type SortedEntries,
} from '../../../main/git/index.ts';
import { makeTempDir, removeTempDirs } from '../../support/temp.ts';

afterAll(removeTempDirs);

function withChecksum(parts: Iterable<Uint8Array>, format: ObjectFormat): Buffer {
  const bytes = Buffer.concat([...parts]);
  return Buffer.concat([bytes, createHash(format).update(bytes).digest()]);
}

/** Puts what a reader knows in the order of the pack, and sorts it back by ids. */
function composeAgain(reader: PackIndexReader, format: ObjectFormat) {
  const oidBytes = format === 'sha1' ? 20 : 32;
  const byOffset = Array.from({ length: reader.length }, (_, place) => place).sort(
    (a, b) => reader.entry(a).offset - reader.entry(b).offset,
  );
  const ids = new EntryIds(oidBytes);
  for (const [entry, place] of byOffset.entries()) ids.set(entry, reader.bytes, reader.oidAt(place));
  const order = ids.sorted();
  const entries: SortedEntries = {
    length: order.length,
    oidOf: (place) => ids.bytesOf(order[place] ?? 0),
    entryOf: (place) => reader.entry(byOffset[order[place] ?? 0] ?? 0),
  };
  return { entries, order };
}

describe.each(['sha1', 'sha256'] as const)('with %s', (format) => {
  const dir = makeTempDir('index');
  const git = (args: string[], input?: string | Buffer) =>
    execFileSync('git', ['--git-dir', join(dir, 'repo.git'), ...args], { input, maxBuffer: 1 << 26 });
  git(['init', '-q', '--bare', `--object-format=${format}`, join(dir, 'repo.git')]);
  let stream = '';
  for (let n = 0; n < 3000; n++) {
    const text = `blob ${n} ${'x'.repeat(n % 50)}`;
    stream += `blob\ndata ${text.length}\n${text}\n`;
  }
  git(['fast-import', '--quiet'], stream);
  const names = git(['cat-file', '--batch-all-objects', '--batch-check=%(objectname)']);
  writeFileSync(join(dir, 'a.pack'), git(['pack-objects', '--stdout', '-q'], names));

  it.each([
    ['offsets in the table of small ones', []],
    ['offsets in the table of large ones', ['--index-version=2,0x40']],
  ])('composes what git index-pack writes: %s', (_name, args) => {
    git(['index-pack', '--rev-index', ...args, '-o', join(dir, 'b.idx'), join(dir, 'a.pack')]);
    const expected = readFileSync(join(dir, 'b.idx'));
    const reader = new PackIndexReader(expected, format);
    expect(reader.length).toBe(3000);
    const { entries, order } = composeAgain(reader, format);
    const composed = withChecksum(packIndexParts(entries, reader.packChecksum), format);
    // Git was told to do as if these offsets were large; to us they are not, and everything else is the same.
    if (args.length === 0) expect(composed.equals(expected)).toBe(true);
    const shown = (bytes: Buffer) => git(['show-index', `--object-format=${format}`], bytes).toString();
    expect(shown(composed)).toBe(shown(expected));
    const reverse = withChecksum(reverseIndexParts(order, reader.packChecksum, format), format);
    expect(reverse.equals(readFileSync(join(dir, 'b.rev')))).toBe(true);
  });

  it('writes offsets of more than 31 bits as git reads them', () => {
    const ids = new EntryIds(format === 'sha1' ? 20 : 32);
    const offsets = [12, 2 ** 31 - 1, 2 ** 31, 2 ** 32 + 5, 2 ** 40 + 1];
    for (const entry of offsets.keys()) {
      ids.set(entry, createHash(format).update(String(entry)).digest(), 0);
    }
    const order = ids.sorted();
    const checksum = createHash(format).digest();
    const entries: SortedEntries = {
      length: offsets.length,
      oidOf: (place) => ids.bytesOf(order[place] ?? 0),
      entryOf: (place) => ({ offset: offsets[order[place] ?? 0] ?? 0, crc: place }),
    };
    const bytes = withChecksum(packIndexParts(entries, checksum), format);
    const shown = git(['show-index', `--object-format=${format}`], bytes).toString();
    const lines = [...order].map((entry, place) => `${offsets[entry]} ${ids.hexOf(entry)} (0000000${place})`);
    expect(shown.trim().split('\n')).toEqual(lines);
    const reader = new PackIndexReader(bytes, format);
    expect([...order.keys()].map((place) => reader.entry(place).offset)).toEqual(
      [...order].map((entry) => offsets[entry]),
    );
  });
});

it('refuses what is no index, and one that is cut', () => {
  expect(() => new PackIndexReader(new Uint8Array(2000), 'sha1')).toThrow(/no index of version 2/);
  const cut = new Uint8Array(2000);
  cut.set([0xff, 0x74, 0x4f, 0x63, 0, 0, 0, 2]);
  cut[8 + 255 * 4 + 2] = 1;
  expect(() => new PackIndexReader(cut, 'sha1')).toThrow(/shorter/);
});

it('knows an id that came twice', () => {
  const ids = new EntryIds(20);
  const id = createHash('sha1').digest();
  expect([ids.set(0, id, 0), ids.set(1, id, 0)]).toEqual([true, false]);
  expect(ids.size).toBe(1);
});
