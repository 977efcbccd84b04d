import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { claimWorkspace, removeWorkspace, workspaceFor } from '../../../main/engine/repo/index.ts';
import { createDisk } from '../../../main/platform/index.ts';
import { makeTempDir, removeTempDirs } from '../../support/temp.ts';

afterAll(removeTempDirs);

const disk = createDisk();
const owner = { job: 'a', url: 'https://example.com/x.git' };

function workspace() {
  const space = workspaceFor(join(makeTempDir('claim'), 'clone'), false, disk);
  return { space, beside: () => readdirSync(dirname(space.root)) };
}

/** What a process leaves that ends while it claims: the directory, and perhaps a part of the owner's file. */
const unfinished: [string, string[]][] = [
  ['before anything is in it', []],
  ['while the owner is written', ['.owner.json.1a2b3c4d.tmp']],
  ['twice', ['.owner.json.1a2b3c4d.tmp', '.owner.json.99999999.tmp']],
];

describe('a workspace', () => {
  it('is taken where nothing is, and again by the same job, and by another for the same repository', async () => {
    const { space } = workspace();
    await claimWorkspace(disk, space, owner);
    await claimWorkspace(disk, space, { ...owner, url: 'https://example.com/moved.git' });
    await claimWorkspace(disk, space, { job: 'b', url: 'https://example.com/moved.git' });
    await expect(claimWorkspace(disk, space, owner)).rejects.toMatchObject({ code: 'target-exists' });
  });

  it.each(unfinished)("that a process left in the middle of its claim is nobody's: %s", async (_, files) => {
    for (const act of [claimWorkspace, removeWorkspace]) {
      const { space, beside } = workspace();
      mkdirSync(space.root);
      for (const file of files) writeFileSync(join(space.root, file), '{"pack');
      if (act === claimWorkspace) {
        await claimWorkspace(disk, space, owner);
        expect(readdirSync(space.root)).toEqual(['owner.json']);
      }
      await removeWorkspace(disk, space, owner.job);
      expect(beside()).toEqual([]);
    }
  });

  it.each([
    ['a file of somebody', ['notes.txt']],
    ['one beside an unfinished claim', ['.owner.json.1a2b3c4d.tmp', 'notes.txt']],
    ['an owner that cannot be read', ['owner.json']],
  ])('with %s in it is not touched', async (_, files) => {
    const { space } = workspace();
    mkdirSync(space.root);
    for (const file of files) writeFileSync(join(space.root, file), 'mine');
    await expect(claimWorkspace(disk, space, owner)).rejects.toMatchObject({
      code: 'target-exists',
      facts: { path: space.root },
    });
    await removeWorkspace(disk, space, owner.job);
    expect(readdirSync(space.root).sort()).toEqual([...files].sort());
  });
});
