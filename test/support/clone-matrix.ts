/** What Packmule leaves is what `git clone` leaves: every shape of repository, every option that matters to it. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CloneOptions } from '../../main/contract/index.ts';
import { expectSameAsGitClone, leftovers } from './compare.ts';
import { startGitHttpServer, type GitHttpServer } from './git-http-server.ts';
import { git, tryGit } from './git.ts';
import { cloneWith, startEngine, type TestEngine } from './packmule.ts';
import { repo, reposRoot, type RepoShape } from './repos.ts';
import { makeTempDir, removeTempDirs } from './temp.ts';

/** The same wish in both languages. */
const wishes = {
  plain: [[], {}],
  bare: [['--bare'], { bare: true }],
  mirror: [['--mirror'], { mirror: true }],
  'no-checkout': [['--no-checkout'], { noCheckout: true }],
  'no-tags': [['--no-tags'], { noTags: true }],
  'single-branch': [['--single-branch'], { singleBranch: true }],
  'origin up': [['--origin', 'up'], { origin: 'up' }],
  'depth 1': [['--depth', '1'], { depth: 1 }],
  'depth 3': [['--depth', '3'], { depth: 3 }],
  'depth 3, all branches': [['--depth', '3', '--no-single-branch'], { depth: 3, singleBranch: false }],
  'depth 1000': [['--depth', '1000'], { depth: 1000 }],
  'depth 2, bare': [['--depth', '2', '--bare'], { depth: 2, bare: true }],
  'depth 2, no tags': [['--depth', '2', '--no-tags'], { depth: 2, noTags: true }],
  'blob:none': [['--filter=blob:none'], { filter: 'blob:none' }],
  'blob:none, bare': [['--filter=blob:none', '--bare'], { filter: 'blob:none', bare: true }],
  'blob:none, no checkout': [['--filter=blob:none', '-n'], { filter: 'blob:none', noCheckout: true }],
  'blob:none, depth 1': [['--filter=blob:none', '--depth', '1'], { filter: 'blob:none', depth: 1 }],
  'blob:limit=1k': [['--filter=blob:limit=1k'], { filter: 'blob:limit=1k' }],
  'tree:0': [['--filter=tree:0'], { filter: 'tree:0' }],
  'tree:0, bare': [['--filter=tree:0', '--bare'], { filter: 'tree:0', bare: true }],
  configured: [
    [
      '-c',
      'core.autocrlf=input',
      '-c',
      'remote.origin.fetch=+refs/notes/*:refs/notes/*',
      '-c',
      'user.name=Some Body',
    ],
    {
      config: [
        'core.autocrlf=input',
        'remote.origin.fetch=+refs/notes/*:refs/notes/*',
        'user.name=Some Body',
      ],
    },
  ],
  'branch topic': [['--branch', 'topic'], { branch: 'topic' }],
  'branch topic, single': [['-b', 'topic', '--single-branch'], { branch: 'topic', singleBranch: true }],
  'branch topic, bare': [['-b', 'topic', '--bare'], { branch: 'topic', bare: true }],
  'branch topic, depth 2': [['-b', 'topic', '--depth', '2'], { branch: 'topic', depth: 2 }],
  'tag v1': [['--branch', 'v1'], { branch: 'v1' }],
  'tag v1, single': [['-b', 'v1', '--single-branch'], { branch: 'v1', singleBranch: true }],
  'tag v1, depth 1': [['-b', 'v1', '--depth', '1'], { branch: 'v1', depth: 1 }],
  'branch a': [['-b', 'a'], { branch: 'a' }],
  'branch main': [['-b', 'main'], { branch: 'main' }],
  'branch missing': [['-b', 'no-such-branch'], { branch: 'no-such-branch' }],
  'branch same': [['-b', 'same'], { branch: 'same' }],
  'branch über': [['-b', 'über/ñandú'], { branch: 'über/ñandú' }],
  'branch alias': [['-b', 'alias', '--single-branch'], { branch: 'alias', singleBranch: true }],
  'tag nested': [['-b', 'nested'], { branch: 'nested' }],
} satisfies Record<string, [string[], CloneOptions]>;
type Wish = keyof typeof wishes;
/** What takes its time to build and says nothing about clones is for other tests. */
type MatrixShape = Exclude<RepoShape, 'middling'>;

const usual: Wish[] = ['plain', 'bare', 'mirror', 'no-checkout'];
const shallow: Wish[] = ['depth 1', 'depth 3', 'depth 3, all branches', 'depth 2, bare', 'depth 2, no tags'];
const partial: Wish[] = ['blob:none', 'blob:none, bare', 'blob:none, no checkout', 'tree:0', 'tree:0, bare'];

const rows: Record<MatrixShape, Wish[]> = {
  linear: [
    ...usual,
    ...shallow,
    ...partial,
    ...([
      'no-tags',
      'single-branch',
      'origin up',
      'depth 1000',
      'blob:none, depth 1',
      'blob:limit=1k',
    ] as const),
    ...([
      'configured',
      'branch topic',
      'branch topic, single',
      'branch topic, bare',
      'branch topic, depth 2',
    ] as const),
    ...(['tag v1', 'tag v1, single', 'tag v1, depth 1', 'branch missing'] as const),
  ],
  merges: [...usual, ...shallow, 'blob:none', 'single-branch', 'branch a'],
  tags: [...usual, ...shallow, ...partial, 'no-tags', 'single-branch', 'tag nested'],
  empty: [...usual, 'depth 1', 'single-branch', 'blob:none', 'branch main', 'origin up'],
  unbornHead: [...usual, 'depth 1', 'single-branch', 'blob:none', 'branch main'],
  detachedHead: [...usual, 'depth 1', 'depth 3, all branches', 'single-branch', 'branch main', 'blob:none'],
  detachedHeadOffside: [...usual, 'depth 1', 'single-branch', 'blob:none'],
  manyRefs: ['plain', 'mirror', 'no-tags', 'single-branch', 'depth 1'],
  oddRefs: [...usual, 'single-branch', 'branch same', 'branch über', 'branch alias', 'depth 1', 'configured'],
  latinRefs: [...usual],
  latinHead: [...usual, 'single-branch', 'depth 1', 'blob:none'],
  latinPaths: [...usual, 'blob:none'],
  oddPaths: [...usual, 'blob:none', 'tree:0'],
  sha256: [...usual, ...shallow, 'blob:none', 'single-branch', 'tag v1'],
  sha256Empty: [...usual],
  submodules: [...usual, 'depth 1', 'blob:none', 'tree:0'],
  modes: [...usual, 'blob:none'],
  manyFiles: ['plain', 'bare', 'depth 1', 'blob:none'],
  largeFile: ['plain', 'bare'],
};

/** Shapes of histories; what is left is about names, paths, files and sizes. Two files, so that two workers share them. */
const histories: readonly MatrixShape[] = [
  ...(['linear', 'merges', 'tags', 'empty', 'unbornHead', 'detachedHead', 'detachedHeadOffside'] as const),
  ...(['sha256', 'sha256Empty'] as const),
];

export interface Matrix {
  server: GitHttpServer;
  engine: TestEngine;
}

/** Declares the tests of one half. What it returns is filled before the first test runs. */
export function cloneMatrix(half: 'histories' | 'contents'): Matrix {
  const matrix = {} as Matrix;
  beforeAll(async () => {
    matrix.server = await startGitHttpServer({ root: reposRoot() });
    matrix.engine = await startEngine();
  });
  afterAll(async () => {
    await matrix.engine.quit();
    await matrix.server.close();
    removeTempDirs();
  });
  for (const [shape, names] of Object.entries(rows) as [MatrixShape, Wish[]][]) {
    if (histories.includes(shape) !== (half === 'histories')) continue;
    describe(shape, () => {
      test.each(names)('%s', (name) => cloneBothWays(matrix, shape, name));
    });
  }
  return matrix;
}

async function cloneBothWays({ server, engine }: Matrix, shape: MatrixShape, name: Wish): Promise<void> {
  await repo(shape);
  const [words, options] = wishes[name];
  const dir = makeTempDir('matrix');
  const url = `${server.url}/${shape}.git`;
  const ours = join(dir, 'ours', 'clone');
  const theirs = join(dir, 'theirs', 'clone');
  const [detail, stock] = await Promise.all([
    cloneWith(engine.client, { url, directory: ours, options }),
    tryGit(['clone', '--quiet', ...words, url, theirs]),
  ]);
  if (stock.code !== 0) {
    expect(detail.job.state, `git refused: ${stock.stderr}`).toBe('failed');
    expect(existsSync(ours)).toBe(false);
    expect(await leftovers(ours)).toEqual([]);
    return;
  }
  expect(detail.job.failure).toBeNull();
  expect(detail.job.state).toBe('done');
  await expectSameAsGitClone(ours, theirs, {
    spareTags: 'noTags' in options,
    // Older gits make an empty clone SHA-1 whatever the server says.
    ignoreConfig: shape === 'sha256Empty' ? ['core.repositoryformatversion', 'extensions.objectformat'] : [],
  });
  const format = await git(['-C', ours, 'rev-parse', '--show-object-format']);
  expect(format).toBe(shape.startsWith('sha256') ? 'sha256' : 'sha1');
}
