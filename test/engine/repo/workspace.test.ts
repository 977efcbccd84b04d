import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import {
  claimWorkspace,
  ownerText,
  removeWorkspace,
  readOwner,
  workspaceFor,
} from '../../../main/engine/repo/index.ts';
import { createDisk } from '../../../main/platform/index.ts';
import { makeTempDir, removeTempDirs } from '../../support/temp.ts';

const disk = createDisk();
afterAll(removeTempDirs);

describe('a workspace', () => {
  it('lies hidden beside the target, under a name that says whose it is', () => {
    const workspace = workspaceFor('/home/x/repo', false, disk);
    expect(workspace.root).toBe('/home/x/.repo.packmule');
    expect(workspace.gitDir).toBe('/home/x/.repo.packmule/repository/.git');
    expect(workspaceFor('/home/x/repo', true, disk).gitDir).toBe('/home/x/.repo.packmule/repository');
  });

  it('is claimed anew by the same job, and by another of the same repository', async () => {
    const workspace = workspaceFor(join(makeTempDir('claim'), 'repo'), false, disk);
    await claimWorkspace(disk, workspace, { job: 'a', url: 'https://h/r' });
    await claimWorkspace(disk, workspace, { job: 'a', url: 'https://h/r' });
    await claimWorkspace(disk, workspace, { job: 'b', url: 'https://h/r' });
    expect(readOwner(readFileSync(workspace.owner, 'utf8'))).toEqual({ job: 'b', url: 'https://h/r' });
  });

  it('of another download, or of somebody else, is left as it is', async () => {
    const workspace = workspaceFor(join(makeTempDir('claim'), 'repo'), false, disk);
    await claimWorkspace(disk, workspace, { job: 'a', url: 'https://h/r' });
    const refusal = expect.objectContaining({ code: 'target-exists', facts: { path: workspace.root } });
    await expect(claimWorkspace(disk, workspace, { job: 'b', url: 'https://h/other' })).rejects.toThrow(
      refusal,
    );
    expect(readOwner(readFileSync(workspace.owner, 'utf8'))?.job).toBe('a');

    const foreign = workspaceFor(join(makeTempDir('claim'), 'repo'), false, disk);
    mkdirSync(foreign.root);
    writeFileSync(join(foreign.root, 'thesis.txt'), 'years of work');
    await expect(claimWorkspace(disk, foreign, { job: 'a', url: 'u' })).rejects.toThrow(
      expect.objectContaining({ code: 'target-exists' }),
    );
    expect(readFileSync(join(foreign.root, 'thesis.txt'), 'utf8')).toBe('years of work');
  });

  it('is removed only by the job it belongs to', async () => {
    const workspace = workspaceFor(join(makeTempDir('claim'), 'repo'), false, disk);
    await removeWorkspace(disk, workspace, 'a');
    await claimWorkspace(disk, workspace, { job: 'a', url: 'u' });
    await removeWorkspace(disk, workspace, 'b');
    expect(existsSync(workspace.owner)).toBe(true);
    await removeWorkspace(disk, workspace, 'a');
    expect(existsSync(workspace.root)).toBe(false);
  });

  it.each(['', 'null', '7', '{}', '{"job":1,"url":"x"}', '{"job":"a"'])('owner file %j is nobody', (text) => {
    expect(readOwner(text)).toBeNull();
  });

  it('owner files are read as they are written', () => {
    expect(readOwner(ownerText({ job: 'a', url: 'u' }))).toEqual({ job: 'a', url: 'u' });
  });
});
