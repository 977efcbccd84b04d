import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { packContents, storePack } from '../../../main/engine/objects/index.ts';
import { createDisk } from '../../../main/platform/index.ts';
import { gitEnvironment } from '../../support/git.ts';
import { makeObjectStore } from '../../support/object-store.ts';
import { makeTempDir, removeTempDirs } from '../../support/temp.ts';

afterAll(removeTempDirs);

const text = (last: string) => Array.from({ length: 200 }, (_, i) => `line ${i} ${i * i}\n`).join('') + last;

/** A thin pack of a new version of a file, and a repository that has, or lacks, the old one. */
function thinPack(hasBase: boolean) {
  const sender = makeObjectStore();
  const base = sender.blob(text('old'));
  const one = sender.commit(sender.tree({ file: base }));
  const fresh = sender.blob(text('new'));
  const two = sender.commit(sender.tree({ file: fresh }), one);
  const bytes = execFileSync(
    'git',
    ['--git-dir', sender.gitDir, 'pack-objects', '--revs', '--thin', '--stdout', '-q'],
    { input: `${two}\n^${one}\n`, env: gitEnvironment },
  );
  const receiver = makeObjectStore();
  if (hasBase) receiver.blob(text('old'));
  const path = join(makeTempDir('spool'), 'thin.pack');
  writeFileSync(path, bytes);
  const { git, gitDir, signal } = receiver.reader;
  const pack = {
    git,
    gitDir,
    signal,
    disk: createDisk(),
    path,
    promisor: false,
  };
  return { pack, receiver, base, fresh, bytes };
}

describe('a thin pack', () => {
  it.each([true, undefined])('is completed from the repository (known to be thin: %s)', async (thin) => {
    const { pack, receiver, base, fresh, bytes } = thinPack(true);
    const index = await storePack({ ...pack, ...(thin === undefined ? {} : { thin }) });
    expect(receiver.run(['cat-file', '-t', fresh])).toBe('blob');
    expect(existsSync(pack.path)).toBe(false);
    const contents = async (endBytes: number) => {
      const entries: { oid: string; bytes: number }[] = [];
      await packContents(pack.disk, 'sha1', { index, endBytes }, (ids, at, size) =>
        entries.push({ oid: Buffer.from(ids.subarray(at, at + 20)).toString('hex'), bytes: size }),
      );
      return entries;
    };
    const sent = await contents(bytes.length - 20);
    // Three objects were sent; the base that was put in lies behind them.
    expect(sent).toHaveLength(3);
    expect(sent.map(({ oid }) => oid)).not.toContain(base);
    expect(sent.reduce((sum, entry) => sum + entry.bytes, 0)).toBe(bytes.length - 20 - 12);
    expect((await contents(Number.MAX_SAFE_INTEGER)).map(({ oid }) => oid)).toContain(base);
  });

  it('without its base is damaged, and leaves nothing in the repository', async () => {
    const { pack, receiver } = thinPack(false);
    await expect(storePack({ ...pack, thin: true })).rejects.toMatchObject({ code: 'pack-corrupt' });
    const left = readdirSync(join(receiver.gitDir, 'objects', 'pack'));
    expect(left.filter((name) => /\.(pack|idx)$/.test(name))).toEqual([]);
  });
});
