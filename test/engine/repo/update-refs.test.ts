import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, it } from 'vitest';
import type { RefUpdate } from '../../../main/engine/jobs/records.ts';
import { ExistingRepository, findRepository, updateRefs } from '../../../main/engine/repo/index.ts';
import { createDisk, createGit } from '../../../main/platform/index.ts';
import { git } from '../../support/git.ts';
import { repo } from '../../support/repos.ts';
import { makeTempDir, removeTempDirs } from '../../support/temp.ts';

afterAll(removeTempDirs);

let directory: string;
let repository: ExistingRepository;
let ids: string[];

beforeEach(async () => {
  directory = join(makeTempDir('update-refs'), 'repository');
  await git(['clone', '--quiet', await repo('linear'), directory]);
  repository = new ExistingRepository(
    createGit(),
    await findRepository(createGit(), createDisk(), directory),
  );
  ids = (await git(['-C', directory, 'rev-list', 'origin/main'])).split('\n');
});

const update = (
  change: RefUpdate['change'],
  name: string,
  from: string | null,
  to: string | null,
): RefUpdate => ({
  change,
  remoteName: null,
  localName: `refs/remotes/origin/${name}`,
  from,
  to,
});
const at = (name: string) => git(['-C', directory, 'rev-parse', `refs/remotes/origin/${name}`]);
const newest = () => ids[0] ?? '';
const second = () => ids[1] ?? '';
const third = () => ids[2] ?? '';

it('makes room before it makes names, and writes git’s words into the logs', async () => {
  await updateRefs(repository, [update('new-branch', 'a/b', null, third())]);
  const done = await updateRefs(repository, [
    update('new-branch', 'a', null, newest()),
    update('deleted', 'a/b', third(), null),
    update('forced', 'main', newest(), second()),
  ]);
  expect(done.map(({ change }) => change)).toEqual(['new-branch', 'deleted', 'forced']);
  expect([await at('a'), await at('main')]).toEqual([newest(), second()]);
  expect(await git(['-C', directory, 'reflog', '-1', '--format=%gs', 'origin/a'])).toBe(
    'fetch: storing head',
  );
  expect(await git(['-C', directory, 'reflog', '-1', '--format=%gs', 'origin/main'])).toBe(
    'fetch: forced-update',
  );
});

it('moves a ref only from where it was seen, and all others nevertheless', async () => {
  writeFileSync(join(directory, '.git', 'refs', 'remotes', 'origin', 'locked.lock'), '');
  const done = await updateRefs(repository, [
    update('fast-forward', 'main', third(), second()),
    update('new-branch', 'locked', null, newest()),
    update('new-branch', 'one', null, newest()),
    update('new-branch', 'two', null, newest()),
    update('new-branch', 'main/below', null, newest()),
  ]);
  expect(done.map(({ change }) => change)).toEqual([
    'rejected',
    'rejected',
    'new-branch',
    'new-branch',
    'rejected',
  ]);
  expect([await at('main'), await at('one'), await at('two')]).toEqual([newest(), newest(), newest()]);
});

it('takes it for done when somebody else has moved a ref to the same place', async () => {
  const [only] = await updateRefs(repository, [update('fast-forward', 'main', third(), newest())]);
  expect(only?.change).toBe('fast-forward');
});
