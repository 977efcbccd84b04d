/**
 * Refs, HEAD and the remote's configuration, as `git clone` leaves them. Only after the connectivity check; the
 * repository is still hidden, so the order within does not matter to anybody.
 */

import { isRefName } from '../../git/index.ts';
import type { CloneOptions } from '../jobs/records.ts';
import type { GitOptions, Ports } from '../ports.ts';
import type { HeadPlan, MappedRef, RefMap } from '../plan/index.ts';
import { packedRefsFile, withoutConflicts } from './packed-refs.ts';
import { configLines, isArgument, symbolicRefFile, withLines } from './raw-files.ts';
import type { Workspace } from './workspace.ts';

export interface RefsToWrite {
  ports: Pick<Ports, 'git' | 'disk'>;
  workspace: Workspace;
  map: RefMap;
  options: CloneOptions;
  origin: string;
  url: string;
  /** The user's `init.defaultBranch`, for a remote that does not name its own. */
  defaultBranch: string;
  signal: AbortSignal;
}

const isBare = (options: CloneOptions): boolean => options.bare === true || options.mirror === true;

/** Of the tags that come only with their objects, those that came. */
async function tagsThatCame(wish: RefsToWrite): Promise<MappedRef[]> {
  const { tagsIfPresent } = wish.map;
  if (tagsIfPresent.length === 0) return [];
  const { stdout } = await wish.ports.git.run(['cat-file', '--batch-check=%(objectname)', '--buffer'], {
    gitDir: wish.workspace.gitDir,
    input: tagsIfPresent.map((tag) => tag.oid).join('\n') + '\n',
    signal: wish.signal,
  });
  const lines = new TextDecoder().decode(stdout).split('\n');
  return tagsIfPresent.filter((_, i) => lines[i]?.endsWith(' missing') === false);
}

/** `name`, below the git directory, becomes a symbolic ref to `target`. `message` is for its log. */
async function writeSymbolicRef(wish: RefsToWrite, name: string, target: string, message?: string) {
  const { ports, workspace, signal } = wish;
  if (isArgument(target)) {
    const log = message === undefined ? [] : ['-m', message];
    await ports.git.run(['symbolic-ref', ...log, name, target], { gitDir: workspace.gitDir, signal });
    return;
  }
  // As the file it is. Its log stays empty: git could be told of this target only by argument.
  const file = ports.disk.join(workspace.gitDir, ...name.split('/'));
  await ports.disk.makeDirectory(ports.disk.parentOf(file));
  await ports.disk.write(file, symbolicRefFile(target));
}

async function writeConfig(wish: RefsToWrite, key: string, value: string): Promise<void> {
  const { ports, workspace, signal } = wish;
  if (isArgument(key, value)) {
    // Beside other refspecs, and not twice when the work is taken up again: what has this very value is replaced.
    const same = key.endsWith('.fetch') ? [`^${value.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`] : [];
    await ports.git.run(['config', '--replace-all', key, value, ...same], {
      gitDir: workspace.gitDir,
      signal,
    });
    return;
  }
  const path = ports.disk.join(workspace.gitDir, 'config');
  const file = withLines((await ports.disk.read(path)) ?? new Uint8Array(), configLines(key, value));
  if (file !== null) await ports.disk.write(path, file);
}

async function writeHead(wish: RefsToWrite, run: (args: string[]) => Promise<unknown>): Promise<void> {
  const head: HeadPlan = wish.map.head;
  const message = `clone: from ${wish.url}`;
  switch (head.kind) {
    case 'branch': {
      const ref = `refs/heads/${head.branch}`;
      await writeSymbolicRef(wish, 'HEAD', ref);
      if (!isBare(wish.options)) await run(['update-ref', '-m', message, 'HEAD', head.oid]);
      return;
    }
    case 'detached':
      // A tag of a tag is peeled by git; HEAD must name a commit.
      await run(['update-ref', '--no-deref', '-m', message, 'HEAD', await peelToCommit(wish, head.oid)]);
      return;
    case 'unborn':
      await writeSymbolicRef(wish, 'HEAD', `refs/heads/${head.branch ?? wish.defaultBranch}`);
      return;
  }
}

async function peelToCommit(wish: RefsToWrite, oid: string): Promise<string> {
  const { stdout } = await wish.ports.git.run(
    ['rev-parse', '--verify', '--quiet', '--end-of-options', `${oid}^{commit}`],
    {
      gitDir: wish.workspace.gitDir,
      signal: wish.signal,
    },
  );
  return new TextDecoder().decode(stdout).trim();
}

/** `[remote]` and `[branch]` sections (builtin/clone.c; partial-clone.adoc for the promisor's). */
function configuration(wish: RefsToWrite): [key: string, value: string][] {
  const { options, origin, map } = wish;
  const entries: [string, string][] = [[`remote.${origin}.url`, wish.url]];
  for (const refspec of map.refspecs) entries.push([`remote.${origin}.fetch`, refspec]);
  if (options.mirror === true) entries.push([`remote.${origin}.mirror`, 'true']);
  if (options.noTags === true) entries.push([`remote.${origin}.tagOpt`, '--no-tags']);
  if (options.filter !== undefined) {
    entries.push(
      ['core.repositoryformatversion', '1'],
      [`remote.${origin}.promisor`, 'true'],
      [`remote.${origin}.partialclonefilter`, options.filter],
    );
  }
  const branch = map.head.kind === 'detached' ? null : map.head.branch;
  if (branch !== null && !isBare(options)) {
    entries.push([`branch.${branch}.remote`, origin], [`branch.${branch}.merge`, `refs/heads/${branch}`]);
  }
  return entries;
}

/**
 * Writes everything. Returns the names that could not be kept beside others (`a` beside `a/b`).
 */
export async function writeRefs(wish: RefsToWrite): Promise<{ droppedNames: string[] }> {
  const { ports, workspace, map, signal } = wish;
  const options: GitOptions = { gitDir: workspace.gitDir, signal };
  const run = (args: string[]) => ports.git.run(args, options);

  const refs = [...map.refs, ...(await tagsThatCame(wish))];
  const byName = new Map(refs.map((ref) => [ref.localName, ref]));
  const wellNamed = [...byName.values()]
    .filter((ref) => isRefName(ref.localName))
    .map((ref) => ({ name: ref.localName, oid: ref.oid, peeled: ref.peeled }));
  const { kept, dropped } = withoutConflicts(wellNamed);
  if (kept.length > 0) {
    await ports.disk.write(ports.disk.join(workspace.gitDir, 'packed-refs'), packedRefsFile(kept));
  }
  for (const [key, value] of configuration(wish)) await writeConfig(wish, key, value);
  await writeHead(wish, run);
  if (map.remoteHeadTarget !== null) {
    const name = `refs/remotes/${wish.origin}/HEAD`;
    await writeSymbolicRef(wish, name, map.remoteHeadTarget, `clone: from ${wish.url}`);
  }
  return { droppedNames: dropped };
}
