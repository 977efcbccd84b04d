import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { LocalProtocolError } from '../../../main/git/errors.ts';
import { oidBytesLength } from '../../../main/git/oid.ts';
import { packIndexOids } from '../../../main/git/pack/index-file.ts';
import { noise } from '../../support/noise.ts';
import { hexOids } from '../../support/random-oids.ts';
import { makeTempDir, removeTempDirs } from '../../support/temp.ts';
import { gitOut, makeRepository } from '../real-git.ts';

afterAll(removeTempDirs);

/** The index git makes of a pack of everything, of these objects, or of none. */
function indexOf(path: string, ids: Uint8Array | null, config: string[] = []): Buffer {
  const base = join(makeTempDir('index'), 'pack');
  const revs = ids === null ? ['--all'] : [];
  gitOut(path, [...config, 'pack-objects', '-q', ...revs, base], ids ?? undefined);
  const file = readdirSync(join(base, '..')).find((name) => name.endsWith('.idx'));
  return readFileSync(join(base, '..', file!));
}

describe('the ids in the index of a pack', () => {
  it.each(['sha1', 'sha256'] as const)('are those that git shows, %s', (format) => {
    const path = makeRepository(makeTempDir('index-file'), format);
    const one = gitOut(path, ['rev-parse', 'main']);
    for (const ids of [null, one, new Uint8Array(0)]) {
      const index = indexOf(path, ids);
      const shown = gitOut(path, ['show-index', `--object-format=${format}`], index);
      const oids = [...shown.toString().matchAll(/^\d+ ([0-9a-f]+)/gm)].map((match) => match[1]);
      // A view into memory that begins somewhere else must be read from its own beginning.
      const shifted = Buffer.concat([noise(13), index]).subarray(13);
      expect(hexOids(packIndexOids(shifted, format), oidBytesLength(format))).toEqual(oids);
      if (ids === null) expect(oids.length).toBeGreaterThan(100);
    }
  });

  it('are refused of an index of version 1, of other files, and wherever it is cut', () => {
    const path = makeRepository(makeTempDir('index-file'));
    const old = indexOf(path, null, ['-c', 'pack.indexVersion=1']);
    expect(() => packIndexOids(old, 'sha1')).toThrow(LocalProtocolError);
    for (const none of [new Uint8Array(0), noise(5_000), bytesOfPack(path)]) {
      expect(() => packIndexOids(none, 'sha1')).toThrow(LocalProtocolError);
    }
    const index = indexOf(path, null);
    expect(index.subarray(0, 4).toString('latin1')).toBe('\xfftOc');
    for (let cut = 0; cut < index.length; cut += 97) {
      expect(() => packIndexOids(index.subarray(0, cut), 'sha1'), `cut at ${cut}`).toThrow(
        LocalProtocolError,
      );
    }
    expect(() => packIndexOids(index.subarray(0, -1), 'sha1')).toThrow(LocalProtocolError);
  });
});

function bytesOfPack(path: string): Buffer {
  return gitOut(path, ['pack-objects', '-q', '--all', '--stdout']);
}
