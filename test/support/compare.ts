/** Whether a clone is what `git clone` would have made, asked of git itself. */

import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, readdir, readFile, readlink } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { expect } from 'vitest';
import { tryGit } from './git.ts';

/** Everything about a repository that a person or a program could notice, as plain values. */
export interface RepositoryFacts {
  bare: boolean;
  head: string;
  refs: string[];
  shallow: string[];
  /** What is reached from the refs; ids that are promised but absent begin with `?`. */
  reachable: string[];
  /** Every object in the store, reached or not, with its type and size. */
  objects: string[];
  index: string[];
  status: string;
  config: string[];
  /** Path, kind, executable bit and content of everything in the working tree. */
  tree: string[];
  /** The exit code, then what it said. */
  fsck: string[];
  /** Files of the git directory, names of packs made equal. */
  gitFiles: string[];
  promisorPacks: boolean;
}

/** Reads a repository without changing it: no missing object is fetched, no index is refreshed on disk. */
export async function repositoryFacts(path: string): Promise<RepositoryFacts> {
  const run = async (...args: string[]) => {
    const { code, stdout, stderr } = await tryGit(
      ['--no-optional-locks', '-c', 'core.quotePath=true', ...args],
      {
        cwd: path,
        env: { GIT_NO_LAZY_FETCH: '1', GIT_ALLOW_PROTOCOL: 'none' },
      },
    );
    return { code, text: stdout.toString('latin1'), stderr };
  };
  const lines = async (...args: string[]) => {
    const { code, text, stderr } = await run(...args);
    return code === 0
      ? text
          .split('\n')
          .filter((line) => line !== '')
          .sort()
      : [`exit ${code}: ${stderr}`];
  };
  const gitDir = join(path, (await run('rev-parse', '--git-dir')).text.trim());
  const bare = (await run('rev-parse', '--is-bare-repository')).text.trim() === 'true';
  const gitFiles = await gitDirectoryNames(gitDir);
  const config = (await run('config', '--list', '--local', '-z')).text
    .split('\0')
    .filter((entry) => entry !== '')
    .sort();
  const fsck = await run('fsck', '--full', '--no-progress');
  return {
    bare,
    head: await readFile(join(gitDir, 'HEAD'), 'latin1'),
    refs: await lines('for-each-ref', '--format=%(refname) %(objectname) %(objecttype) %(symref)'),
    shallow: (await readFile(join(gitDir, 'shallow'), 'latin1').catch(() => '')).split('\n').sort(),
    reachable: await lines('rev-list', '--objects', '--no-object-names', '--missing=print', '--all'),
    objects: await lines('cat-file', '--batch-all-objects', '--batch-check', '--unordered'),
    index: bare ? [] : await lines('ls-files', '--stage'),
    status: bare ? '' : (await run('status', '--porcelain=v2', '--branch')).text,
    config,
    tree: bare ? [] : await workingTree(path),
    fsck: [
      `exit ${fsck.code}`,
      ...`${fsck.text}${fsck.stderr}`
        .split('\n')
        .filter((line) => line !== '')
        .sort(),
    ],
    gitFiles,
    promisorPacks: gitFiles.some((name) => name.endsWith('.promisor')),
  };
}

export interface CompareOptions {
  /** Config keys that may differ, because the URLs did. */
  ignoreConfig?: readonly string[];
  /**
   * Git's clone may hold tag objects that no ref of it reaches: with `--no-tags` and one branch, git asks for them all the
   * same (`include-tag`, gitprotocol-v2(5)) and then has no use for them. We need not.
   */
  spareTags?: boolean;
}

/**
 * Fails the test unless the repository at `ours` equals the one `git clone` made at `theirs`, is sound by itself, and
 * nothing of Packmule's is left inside or beside it.
 */
export async function expectSameAsGitClone(
  ours: string,
  theirs: string,
  options: CompareOptions = {},
): Promise<void> {
  const [our, their] = await Promise.all([repositoryFacts(ours), repositoryFacts(theirs)]);
  if (options.spareTags === true) forgetSpareTags(their);
  const ignored = options.ignoreConfig ?? [];
  const settings = (facts: RepositoryFacts) =>
    facts.config.filter((entry) => !ignored.some((key) => entry.startsWith(`${key.toLowerCase()}\n`)));
  for (const key of ['bare', 'head', 'status', 'fsck', 'promisorPacks'] as const) {
    expect(our[key], `${key} as git clone leaves it`).toEqual(their[key]);
  }
  for (const key of ['refs', 'shallow', 'reachable', 'objects', 'index', 'tree'] as const) {
    expect(difference(our[key], their[key]), `${key} as git clone leaves them`).toEqual({
      onlyOurs: [],
      onlyGits: [],
    });
  }
  expect(difference(settings(our), settings(their)), 'local configuration as git clone leaves it').toEqual({
    onlyOurs: [],
    onlyGits: [],
  });
  expect(our.fsck[0], `git fsck is clean: ${our.fsck.join('; ')}`).toBe('exit 0');
  expect(
    difference(our.gitFiles, their.gitFiles).onlyOurs,
    'files only we leave in the git directory',
  ).toEqual([]);
  expect(await leftovers(ours), 'nothing of ours beside the clone').toEqual([]);
}

/** Takes tag objects that no ref reaches out of the facts. */
function forgetSpareTags(facts: RepositoryFacts): void {
  const reached = new Set(facts.reachable);
  facts.fsck = facts.fsck.filter((line) => !line.startsWith('dangling tag '));
  facts.objects = facts.objects.filter((line) => {
    const [id, type] = line.split(' ');
    return type !== 'tag' || reached.has(id!);
  });
}

/** What Packmule left beside a target that does, or does not, exist. */
export async function leftovers(target: string): Promise<string[]> {
  const name = basename(target);
  const beside = await readdir(dirname(target)).catch(() => []);
  return beside.filter((entry) => entry !== name && entry.includes(name) && entry.includes('packmule'));
}

/** At most twenty on each side: enough to see what is wrong. */
function difference(ours: readonly string[], theirs: readonly string[]) {
  const ourSet = new Set(ours);
  const theirSet = new Set(theirs);
  return {
    onlyOurs: ours.filter((line) => !theirSet.has(line)).slice(0, 20),
    onlyGits: theirs.filter((line) => !ourSet.has(line)).slice(0, 20),
  };
}

/** Loose objects, logs and loose-or-packed refs are git's to arrange; how the packs are called is chance. */
async function gitDirectoryNames(gitDir: string): Promise<string[]> {
  const names = new Set<string>();
  for await (const entry of walk(Buffer.from(gitDir))) {
    const name = relative(gitDir, entry.toString('latin1'));
    if (/^(refs|logs|hooks)(\/|$)/.test(name) || /^objects\/[0-9a-f]{2}(\/|$)/.test(name)) continue;
    names.add(name.replace(/pack-[0-9a-f]{40,64}/, 'pack-*'));
  }
  names.delete('packed-refs');
  return [...names].sort();
}

async function workingTree(path: string): Promise<string[]> {
  const found: string[] = [];
  const root = Buffer.from(`${path}/`);
  for await (const entry of walk(Buffer.from(path), '.git')) {
    const name = entry.subarray(root.length).toString('latin1');
    const stat = await lstat(entry);
    if (stat.isSymbolicLink())
      found.push(`${name} -> ${(await readlink(entry, 'buffer')).toString('latin1')}`);
    else if (stat.isDirectory()) found.push(`${name}/`);
    else found.push(`${name} ${stat.mode & 0o100 ? 'x' : '-'} ${stat.size} ${await contentHash(entry)}`);
  }
  return found.sort();
}

async function contentHash(path: Buffer): Promise<string> {
  const hash = createHash('sha1');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

/** Names as bytes: a path need not be text. */
async function* walk(directory: Buffer, except?: string): AsyncGenerator<Buffer> {
  for (const entry of await readdir(directory, { withFileTypes: true, encoding: 'buffer' })) {
    if (except !== undefined && entry.name.toString('latin1') === except) continue;
    const path = Buffer.concat([directory, Buffer.from('/'), entry.name]);
    yield path;
    if (entry.isDirectory()) yield* walk(path);
  }
}
