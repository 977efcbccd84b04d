import { readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { EntrySizes, type ObjectFormat } from '../../../main/git/index.ts';
import { git } from '../../support/git.ts';
import { makeRandomRepo } from '../../support/random-repo.ts';
import { makeTempDir, removeTempDirs } from '../../support/temp.ts';

afterAll(removeTempDirs);

it.each(['sha1', 'sha256'] as const)(
  "knows each entry's bytes as git does: %s",
  async (format: ObjectFormat) => {
    const repo = await makeRandomRepo(makeTempDir('sizes'), { seed: 3, objectFormat: format, commits: 40 });
    await git(['-C', repo, 'repack', '-adfq']);
    const packs = join(await git(['-C', repo, 'rev-parse', '--absolute-git-dir']), 'objects', 'pack');
    const name = (await readdir(packs)).find((each) => each.endsWith('.idx'))!;
    const sizes = new EntrySizes(readFileSync(join(packs, name)), format);
    // <oid> <type> <size> <size in the pack> <offset> …
    const rows = (await git(['-C', repo, 'verify-pack', '-v', join(packs, name)]))
      .split('\n')
      .map((line) => line.split(/ +/))
      .filter((row) => row.length >= 5 && /^[0-9a-f]{40,}$/.test(row[0]!));
    expect(rows.length).toBeGreaterThan(100);
    const last = Math.max(...rows.map((row) => Number(row[4])));
    for (const [oid, , , packed, offset] of rows) {
      const expected = Number(offset) === last ? null : Number(packed);
      expect(sizes.of(Buffer.from(`00${oid}`, 'hex'), 1), oid).toBe(expected);
    }
    expect(sizes.of(Buffer.alloc(32, 0xab), 0)).toBeNull();
  },
);
