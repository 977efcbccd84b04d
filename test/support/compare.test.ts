/** The witness must neither invent differences nor overlook them. */

import { appendFileSync, chmodSync, mkdirSync, unlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectSameAsGitClone } from './compare.ts';
import { git } from './git.ts';
import { startGitHttpServer, type GitHttpServer } from './git-http-server.ts';
import { repo, reposRoot, type RepoShape } from './repos.ts';
import { makeTempDir, removeTempDirs } from './temp.ts';

let server: GitHttpServer;

beforeAll(async () => {
  server = await startGitHttpServer({ root: reposRoot() });
});

afterAll(async () => {
  await server.close();
  removeTempDirs();
});

async function clone(shape: RepoShape, ...words: string[]): Promise<string> {
  await repo(shape);
  const path = join(makeTempDir('compare'), 'clone');
  await git(['clone', '--quiet', ...words, `${server.url}/${shape}.git`, path]);
  return path;
}

describe('two clones by git are the same', () => {
  test.each<[RepoShape, string[]]>([
    ['linear', []],
    ['linear', ['--depth', '2']],
    ['linear', ['--filter=tree:0', '--no-checkout']],
    ['linear', ['--filter=blob:none']],
    ['oddPaths', []],
    ['latinPaths', []],
    ['latinRefs', ['--mirror']],
    ['modes', []],
    ['submodules', []],
    ['empty', []],
    ['sha256', []],
    ['detachedHeadOffside', []],
    ['unbornHead', []],
  ])('%s %j', async (shape, words) => {
    await expectSameAsGitClone(await clone(shape, ...words), await clone(shape, ...words));
  });
});

describe('a difference is seen', () => {
  test.each<[string, (path: string) => unknown]>([
    ['a missing ref', (path) => git(['-C', path, 'update-ref', '-d', 'refs/remotes/origin/topic'])],
    ['a missing symbolic ref', (path) => git(['-C', path, 'symbolic-ref', '-d', 'refs/remotes/origin/HEAD'])],
    ['another branch', (path) => git(['-C', path, 'switch', '-q', '-c', 'other'])],
    ['an object too many', (path) => git(['-C', path, 'hash-object', '-w', '--stdin'], { input: 'stray\n' })],
    ['a setting', (path) => git(['-C', path, 'config', 'core.autocrlf', 'input'])],
    ['changed content', (path) => appendFileSync(join(path, 'README'), 'more')],
    ['an executable bit', (path) => chmodSync(join(path, 'README'), 0o755)],
    ['a missing file', (path) => unlinkSync(join(path, 'README'))],
    ['an untracked file', (path) => writeFileSync(join(path, 'new'), 'new')],
    ['another index', (path) => git(['-C', path, 'rm', '-q', '--cached', 'README'])],
    [
      'a shallow file',
      async (path) =>
        writeFileSync(join(path, '.git', 'shallow'), await git(['-C', path, 'rev-parse', 'HEAD~2'])),
    ],
    ['a file of ours inside', (path) => writeFileSync(join(path, '.git', 'packmule-state'), '')],
    ['a directory of ours beside', (path) => mkdirSync(join(dirname(path), '.clone.packmule'))],
  ])('%s', async (_name, change) => {
    const changed = await clone('linear');
    await change(changed);
    await expect(expectSameAsGitClone(changed, await clone('linear'))).rejects.toThrow(
      /as git clone|only we leave|nothing of ours|is clean/,
    );
  });

  test('a pack with a hole', async () => {
    const [full, holed] = [await clone('linear'), await clone('linear', '--filter=blob:none')];
    await expect(expectSameAsGitClone(holed, full)).rejects.toThrow();
  });
});
