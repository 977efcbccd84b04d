import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { isRevealed, reveal, workspaceFor } from '../../../main/engine/repo/index.ts';
import { createDisk } from '../../../main/platform/index.ts';
import { makeTempDir, removeTempDirs } from '../../support/temp.ts';

afterAll(removeTempDirs);

it('shows nothing of what a killed process was just writing', async () => {
  const disk = createDisk();
  const directory = join(makeTempDir('reveal'), 'clone');
  const workspace = workspaceFor(directory, false, disk);
  const origin = join(workspace.gitDir, 'refs', 'remotes', 'origin');
  const packs = join(workspace.gitDir, 'objects', 'pack');
  for (const each of [origin, packs]) mkdirSync(each, { recursive: true });
  const kept = ['.gitignore.tmp', 'packed-refs', '.notes'];
  for (const name of [...kept, '.packed-refs.860bae0a.tmp']) writeFileSync(join(workspace.gitDir, name), '');
  for (const name of ['HEAD', '.HEAD.00000001.tmp']) writeFileSync(join(origin, name), '');
  for (const name of ['pack-1.pack', 'tmp_pack_x']) writeFileSync(join(packs, name), '');

  await reveal(disk, workspace, directory);

  const at = (...parts: string[]) => readdirSync(join(directory, '.git', ...parts)).sort();
  expect(at()).toEqual([...kept, 'objects', 'refs'].sort());
  expect(at('refs', 'remotes', 'origin')).toEqual(['HEAD']);
  expect(at('objects', 'pack')).toEqual(['pack-1.pack']);
  expect(readdirSync(join(directory, '..'))).toEqual(['clone']);
});

it.each([false, true])(
  'is known to have happened whenever the process ends after it, bare: %s',
  async (bare) => {
    const disk = createDisk();
    const directory = join(makeTempDir('revealed'), 'clone');
    const workspace = workspaceFor(directory, bare, disk);
    mkdirSync(workspace.gitDir, { recursive: true });
    writeFileSync(join(workspace.gitDir, 'HEAD'), 'ref: refs/heads/main\n');
    expect(await isRevealed(disk, workspace, directory), 'before it').toBe(false);
    await disk.rename(workspace.repository, directory);
    expect(await isRevealed(disk, workspace, directory), 'the workspace is still there').toBe(true);
    await disk.remove(workspace.root);
    expect(await isRevealed(disk, workspace, directory), 'nothing is left but the note').toBe(true);
    await disk.remove(directory);
    expect(await isRevealed(disk, workspace, directory), 'somebody took it away').toBe(false);
  },
);
