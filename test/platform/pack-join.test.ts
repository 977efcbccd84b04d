/** Packs of real git, joined, against what git thinks of the result. */

import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, renameSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { BegunJoin } from '../../main/engine/ports.ts';
import { appendPack } from '../../main/platform/joined-file.ts';
import { joinPacks } from '../../main/platform/pack-join.ts';
import { seededFractions } from '../support/noise.ts';
import { makeTempDir, removeTempDirs } from '../support/temp.ts';

afterAll(removeTempDirs);

const run = (gitDir: string, args: string[], input?: string) =>
  execFileSync('git', ['--git-dir', gitDir, ...args], { input, stdio: ['pipe', 'pipe', 'pipe'] })
    .toString()
    .trim();

/** A repository whose blobs are versions of a few texts, so that packs are full of deltas. */
function repository(seed: number, objectFormat = 'sha1'): { gitDir: string; ids: string[] } {
  const gitDir = join(makeTempDir('join'), 'repo.git');
  execFileSync('git', ['init', '-q', '--bare', `--object-format=${objectFormat}`, gitDir]);
  const fraction = seededFractions(seed);
  const lines = Array.from({ length: 400 }, () => fraction().toString(36));
  const ids = Array.from({ length: 60 }, (_, n) => {
    lines[Math.floor(fraction() * lines.length)] = `version ${n}`;
    return run(gitDir, ['hash-object', '-w', '--stdin'], lines.join('\n'));
  });
  return { gitDir, ids };
}

/** Packs the ids (in `base` form: deltas by distance), and answers with the pack's path. */
function packOf(gitDir: string, ids: readonly string[]): string {
  const prefix = join(gitDir, 'objects/pack/pack');
  const hash = run(gitDir, ['pack-objects', '-q', '--delta-base-offset', prefix], ids.join('\n') + '\n');
  return `${prefix}-${hash}.pack`;
}

/** The joined pack alone in a repository of its own. */
function alone(
  packPaths: readonly string[],
  objectFormat: 'sha1' | 'sha256' = 'sha1',
  begun: BegunJoin | null = null,
) {
  const gitDir = join(makeTempDir('joined'), 'repo.git');
  execFileSync('git', ['init', '-q', '--bare', `--object-format=${objectFormat}`, gitDir]);
  const directory = join(gitDir, 'objects', 'pack');
  mkdirSync(directory, { recursive: true });
  const joined = joinPacks(packPaths, join(directory, 'tmp.pack'), objectFormat, begun);
  if (joined === null) return null;
  for (const extension of ['pack', 'idx'])
    renameSync(join(directory, `tmp.${extension}`), join(directory, `pack-${joined.hash}.${extension}`));
  return { gitDir, path: join(directory, `pack-${joined.hash}.pack`), ...joined };
}

const objectsIn = (gitDir: string) =>
  run(gitDir, ['cat-file', '--batch-all-objects', '--batch-check']).split('\n').sort();

describe('packs that become one', () => {
  it.each([
    ['sha1', 1],
    ['sha256', 2],
  ] as const)('hold every object once, and git finds nothing wrong (%s)', (format, seed) => {
    const { gitDir, ids } = repository(seed, format);
    const paths = [
      packOf(gitDir, ids.slice(0, 20)),
      packOf(gitDir, ids.slice(20, 41)),
      packOf(gitDir, ids.slice(41)),
    ];
    const joined = alone(paths, format);
    expect(joined?.objects).toBe(new Set(ids).size);
    const verified = run(joined?.gitDir ?? '', ['verify-pack', '-v', joined?.path ?? '']);
    expect(verified).toContain('chain length');
    expect(run(joined?.gitDir ?? '', ['fsck', '--full', '--strict'])).not.toMatch(/error|corrupt|missing/);
    expect(objectsIn(joined?.gitDir ?? '')).toEqual(
      run(gitDir, ['cat-file', '--batch-check'], [...new Set(ids)].join('\n'))
        .split('\n')
        .sort(),
    );
  });

  it('have the index git itself would make', () => {
    const { gitDir, ids } = repository(3);
    const joined = alone([packOf(gitDir, ids.slice(0, 30)), packOf(gitDir, ids.slice(10))]);
    const again = join(makeTempDir('again'), 'x.idx');
    run(gitDir, ['index-pack', '-o', again, joined?.path ?? '']);
    const bytes = (path: string) => execFileSync('sha256sum', [path]).toString().slice(0, 64);
    expect(bytes((joined?.path ?? '').replace(/pack$/, 'idx'))).toBe(bytes(again));
  });

  it.each([11, 12, 13, 14])('may overlap in any way (seed %i)', (seed) => {
    const { gitDir, ids } = repository(seed);
    const fraction = seededFractions(seed * 7);
    const paths = [ids, ids, ids, ids].map((all, n) =>
      packOf(gitDir, n === 0 ? all.slice(0, 15) : all.filter(() => fraction() < 0.5)),
    );
    const joined = alone(paths);
    expect(run(joined?.gitDir ?? '', ['verify-pack', joined?.path ?? ''])).toBe('');
    expect(run(joined?.gitDir ?? '', ['fsck', '--full', '--strict'])).not.toMatch(/error|corrupt|missing/);
    const objects = objectsIn(joined?.gitDir ?? '');
    expect(new Set(objects).size).toBe(objects.length);
    expect(joined?.objects).toBe(objects.length);
  });

  /** These packs, put together as if they had come one by one. */
  function begunWith(packPaths: readonly string[], objectFormat: 'sha1' | 'sha256'): BegunJoin {
    const path = join(makeTempDir('begun'), 'gathered.part');
    let lengthBytes = 0;
    for (const each of packPaths) lengthBytes = appendPack(each, path, objectFormat);
    return { path, packPaths, lengthBytes };
  }

  it.each([
    ['sha1', 21],
    ['sha256', 22],
  ] as const)('go on with what was put together while they came (%s)', (format, seed) => {
    const { gitDir, ids } = repository(seed, format);
    const apart = [ids.slice(30, 45), ids.slice(0, 20)].map((each) => packOf(gitDir, each));
    const others = [packOf(gitDir, ids.slice(40)), packOf(gitDir, ids.slice(15, 33))];
    const begun = begunWith(apart, format);
    const joined = alone([...others, ...apart], format, begun);
    expect(joined?.objects).toBe(new Set(ids).size);
    expect(run(joined?.gitDir ?? '', ['verify-pack', joined?.path ?? ''])).toBe('');
    expect(run(joined?.gitDir ?? '', ['fsck', '--full', '--strict'])).not.toMatch(/error|corrupt|missing/);
    const again = join(makeTempDir('again'), 'x.idx');
    run(joined?.gitDir ?? '', ['index-pack', '-o', again, joined?.path ?? '']);
    const bytes = (path: string) => execFileSync('sha256sum', [path]).toString().slice(0, 64);
    expect(bytes((joined?.path ?? '').replace(/pack$/, 'idx'))).toBe(bytes(again));
  });

  it('begin anew where what was put together is not as it was said', () => {
    const { gitDir, ids } = repository(23);
    const paths = [packOf(gitDir, ids.slice(0, 25)), packOf(gitDir, ids.slice(20))];
    // Cut off; gone; with objects twice; of a pack that is not among them.
    const cut = begunWith(paths.slice(0, 1), 'sha1');
    truncateSync(cut.path, cut.lengthBytes - 1);
    const foreign = begunWith([packOf(gitDir, ids.slice(3, 9))], 'sha1');
    const wrong = [cut, { ...cut, path: `${cut.path}.none` }, begunWith(paths, 'sha1'), foreign];
    for (const begun of wrong) {
      const joined = alone(paths, 'sha1', begun);
      expect(joined?.objects).toBe(new Set(ids).size);
      expect(run(joined?.gitDir ?? '', ['verify-pack', joined?.path ?? ''])).toBe('');
      expect(run(joined?.gitDir ?? '', ['fsck', '--full', '--strict'])).not.toMatch(/error|corrupt|missing/);
    }
  });

  it('with an index that is damaged are left to git, and nothing is thrown', () => {
    const { gitDir, ids } = repository(5);
    const path = packOf(gitDir, ids);
    const index = path.replace(/pack$/, 'idx');
    execFileSync('chmod', ['u+w', index]);
    writeFileSync(index, 'not an index at all');
    expect(alone([path, packOf(gitDir, ids.slice(0, 9))])).toBeNull();
    expect(readdirSync(join(gitDir, 'objects', 'pack'))).not.toContain('tmp.pack');
  });
});
