/**
 * A spool whose deltas lean on objects that nobody has: a sender's thin pack that was cut before a base, or made for
 * another repository. Those entries are of no use and go; the rest is kept.
 */

import type { ObjectFormat } from '../../git/index.ts';
import type { Disk, Git, KeptPack, PackTools } from '../ports.ts';
import { indexFailure } from './index-pack.io.ts';
import { missingObjects } from './read-objects.io.ts';

export interface ResolvableQuestion {
  git: Git;
  disk: Disk;
  packs: PackTools;
  gitDir: string;
  /** A sealed spool. */
  path: string;
  objectFormat: ObjectFormat;
  signal: AbortSignal;
}

/**
 * Finds out, round by round, which bases are here: in the repository, or among the objects that could be resolved in
 * the round before. Ids are git's own words.
 * @returns the pack of what can be resolved, not in the repository yet; null when that is nothing
 * @throws EngineError `pack-corrupt` when git refuses that too, `disk-full`, `git-failed`
 */
export async function keepResolvable(question: ResolvableQuestion): Promise<KeptPack | null> {
  const { disk, packs, path, objectFormat, signal } = question;
  const scratch = path.replace(/\.pack$/, '.resolvable');
  const known: string[] = [];
  try {
    await borrow(question, scratch);
    for (;;) {
      const kept = await packs.keepResolvable(path, objectFormat, known, signal);
      if (kept.entries > 0) await indexInto(question, scratch, kept.path);
      const here = await presentOf(question, scratch, kept.lacking);
      if (here.length > 0) known.push(...here);
      else if (kept.entries > 0) return kept;
      else {
        await disk.remove(kept.path);
        return null;
      }
    }
  } finally {
    await disk.remove(scratch);
  }
}

/** A scratch object directory that has the repository's objects too (gitrepository-layout(5), "objects/info/alternates"). */
async function borrow({ disk, gitDir }: ResolvableQuestion, scratch: string): Promise<void> {
  await disk.makeDirectory(disk.join(scratch, 'info'));
  await disk.makeDirectory(disk.join(scratch, 'pack'));
  await disk.write(disk.join(scratch, 'info', 'alternates'), `${disk.join(gitDir, 'objects')}\n`);
}

async function indexInto({ git, disk, gitDir, signal }: ResolvableQuestion, scratch: string, path: string) {
  const child = git.start(['index-pack', '--stdin', '--fix-thin'], {
    gitDir,
    env: { GIT_OBJECT_DIRECTORY: scratch },
    signal,
  });
  try {
    for await (const chunk of disk.stream(path)) await child.write(chunk);
    child.endInput();
  } catch {
    child.kill();
  }
  const { exitCode, stderr } = await child.ended;
  signal.throwIfAborted();
  if (exitCode !== 0) throw indexFailure(exitCode, stderr);
}

async function presentOf(
  { git, gitDir, objectFormat, signal }: ResolvableQuestion,
  scratch: string,
  oids: readonly string[],
): Promise<string[]> {
  const scratchGit: Pick<Git, 'run' | 'start'> = {
    run: (args, options) => git.run(args, { ...options, env: { GIT_OBJECT_DIRECTORY: scratch } }),
    start: (args, options) => git.start(args, { ...options, env: { GIT_OBJECT_DIRECTORY: scratch } }),
  };
  const reader = { git: { ...git, ...scratchGit }, gitDir, format: objectFormat, signal };
  const missing = new Set((await missingObjects(reader, oids)).hex());
  return oids.filter((oid) => !missing.has(oid));
}
