/**
 * Refs, HEAD and the remote's configuration, as `git clone` leaves them. Only after the connectivity check; the
 * repository is still hidden, so the order within does not matter to anybody.
 */

import { isRefName } from '../../git/index.ts';
import type { CloneOptions } from '../jobs/records.ts';
import type { GitOptions, Ports } from '../ports.ts';
import type { HeadPlan, MappedRef, RefMap } from '../plan/index.ts';
import { packedRefsFile, withoutConflicts } from './packed-refs.ts';
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

async function writeHead(wish: RefsToWrite, run: (args: string[]) => Promise<unknown>): Promise<void> {
  const head: HeadPlan = wish.map.head;
  const message = `clone: from ${wish.url}`;
  switch (head.kind) {
    case 'branch': {
      const ref = `refs/heads/${head.branch}`;
      await run(['symbolic-ref', 'HEAD', ref]);
      if (!isBare(wish.options)) await run(['update-ref', '-m', message, 'HEAD', head.oid]);
      return;
    }
    case 'detached':
      // A tag of a tag is peeled by git; HEAD must name a commit.
      await run(['update-ref', '--no-deref', '-m', message, 'HEAD', await peelToCommit(wish, head.oid)]);
      return;
    case 'unborn':
      await run(['symbolic-ref', 'HEAD', `refs/heads/${head.branch ?? wish.defaultBranch}`]);
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
  for (const [key, value] of configuration(wish)) {
    const single = key.endsWith('.fetch') ? '--add' : '--replace-all';
    await run(['config', single, key, value]);
  }
  await writeHead(wish, run);
  if (map.remoteHeadTarget !== null) {
    await run([
      'symbolic-ref',
      '-m',
      `clone: from ${wish.url}`,
      `refs/remotes/${wish.origin}/HEAD`,
      map.remoteHeadTarget,
    ]);
  }
  return { droppedNames: dropped };
}
