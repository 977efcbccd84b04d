import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { mapRefs } from '../../../main/engine/plan/index.ts';
import type { OfferedRef } from '../../../main/engine/remote/index.ts';
import { workspaceFor, writeRefs } from '../../../main/engine/repo/index.ts';
import { createDisk, createGit } from '../../../main/platform/index.ts';
import { git } from '../../support/git.ts';
import { makeTempDir, removeTempDirs } from '../../support/temp.ts';

afterAll(removeTempDirs);

const disk = createDisk();
const emptyTree = '4b825dc642cb6eb9a060e54bf8d69288fbee4904';

/** Writes the refs of a remote whose HEAD is `branch` into a fresh repository, so many times. */
async function written(branch: string, times: number) {
  const workspace = workspaceFor(join(makeTempDir('write-refs'), 'clone'), false, disk);
  mkdirSync(workspace.repository, { recursive: true });
  await git(['init', '-q', '-b', 'main', workspace.repository]);
  const at = ['-C', workspace.repository];
  await git([...at, 'config', 'remote.origin.fetch', '+refs/notes/*:refs/notes/*']);
  await git([...at, 'hash-object', '-t', 'tree', '-w', '/dev/null']);
  const oid = await git([...at, 'commit-tree', '-m', 'one', emptyTree]);
  const ref = (name: string): OfferedRef => ({ name, oid, symrefTarget: null, peeled: null });
  const head = { ...ref('HEAD'), symrefTarget: `refs/heads/${branch}` };
  const options = {};
  const map = mapRefs([head, ref(`refs/heads/${branch}`)], options, 'origin', 'master');
  for (let time = 0; time < times; time++) {
    await writeRefs({
      ports: { git: createGit(), disk },
      workspace,
      map,
      options,
      origin: 'origin',
      url: 'https://example.com/x.git',
      defaultBranch: 'master',
      signal: new AbortController().signal,
    });
  }
  const read = (name: string) => readFileSync(join(workspace.gitDir, name), 'latin1');
  return { read, config: read('config'), head: read('HEAD'), remoteHead: read('refs/remotes/origin/HEAD') };
}

it('may be done again after an interruption, and says nothing twice', async () => {
  for (const branch of ['main', 'caf\udce9']) {
    const [once, twice] = [await written(branch, 1), await written(branch, 2)];
    expect(twice.config).toBe(once.config);
    expect(once.config.match(/fetch =/g)).toHaveLength(2);
  }
});

it('writes a branch that is no UTF-8 as the bytes it has', async () => {
  const { read, config, head, remoteHead } = await written('caf\udce9', 1);
  expect(head).toBe('ref: refs/heads/caf\xe9\n');
  expect(remoteHead).toBe('ref: refs/remotes/origin/caf\xe9\n');
  expect(read('packed-refs')).toContain(' refs/remotes/origin/caf\xe9\n');
  expect(read('logs/HEAD')).toContain('clone: from https://example.com/x.git');
  expect(config).toContain('[branch "caf\xe9"]\n\tmerge = "refs/heads/caf\xe9"\n');
});
