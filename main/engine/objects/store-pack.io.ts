/** A spooled pack becomes part of the repository: indexed by git where it lies, then moved in. */

import { EngineError } from '../errors.ts';
import type { Disk, Git } from '../ports.ts';
import { indexFailure, startIndexing } from './index-pack.io.ts';

export interface SpooledPack {
  git: Git;
  disk: Disk;
  gitDir: string;
  /** Ends in ".pack"; a whole pack with a right checksum. */
  path: string;
  /** The pack's checksum (hex), when its index lies beside it already: made of git's own words while it arrived. */
  indexedAs?: string;
  promisor: boolean;
  /** It was asked for as a thin pack: deltas may lean on what is here. Found out where nobody knows. */
  thin?: boolean;
  signal: AbortSignal;
}

const packExtension = /\.pack$/;

/**
 * Makes the index beside the pack, and answers with the checksum by which git names it (git-index-pack(1)). Null when
 * deltas lean on what is not in the pack.
 */
async function indexPack({ git, gitDir, path, signal }: SpooledPack): Promise<string | null> {
  const { exitCode, stdout, stderr } = await git.run(['index-pack', path], {
    gitDir,
    expect: [0, 1, 128],
    signal,
  });
  // The sender knew what is here and leaned on it.
  if (exitCode !== 0 && /unresolved delta/.test(stderr)) return null;
  const hash = /^[0-9a-f]{40,64}$/m.exec(new TextDecoder().decode(stdout))?.[0];
  if (exitCode !== 0 || hash === undefined) throw indexFailure(exitCode, stderr);
  return hash;
}

/**
 * Git checks every object on the way. The index goes in last, because by it the pack becomes visible; a crash in
 * between leaves a pack without one, which `indexOrphans` finds.
 * Answers with the path of the index.
 * @throws EngineError `pack-corrupt` when git refuses it, `disk-full`, `git-failed`
 */
export async function storePack(pack: SpooledPack): Promise<string> {
  const { disk, gitDir, path, indexedAs } = pack;
  if (pack.thin === true) return storeThinPack(pack);
  const hash = indexedAs ?? (await indexPack(pack));
  if (hash === null) return storeThinPack(pack);
  const directory = disk.join(gitDir, 'objects', 'pack');
  await disk.makeDirectory(directory);
  const target = (extension: string) => disk.join(directory, `pack-${hash}.${extension}`);
  const source = (extension: string) => path.replace(packExtension, `.${extension}`);
  if (pack.promisor) await disk.write(target('promisor'), '');
  for (const extension of ['pack', 'rev', 'idx']) {
    if ((await disk.kindOf(source(extension))) !== 'file') continue;
    // The same bytes came twice: one copy is enough.
    if ((await disk.kindOf(target(extension))) === 'file') await disk.remove(source(extension));
    else await disk.rename(source(extension), target(extension));
  }
  await disk.remove(`${path}.marks`);
  return target('idx');
}

const nobody = { onObjects: () => undefined, onDeltas: () => undefined };

/** Git adds the objects that deltas lean on, which makes it another pack: written anew, and in one step visible. */
async function storeThinPack({ git, disk, gitDir, path, promisor, signal }: SpooledPack): Promise<string> {
  const options = { checkClosure: false, thin: true, promisor, listener: nobody, signal };
  const indexing = startIndexing(git, gitDir, options);
  try {
    for await (const chunk of disk.stream(path)) await indexing.write(chunk);
  } catch (error) {
    await indexing.abandon();
    throw error;
  }
  const { hash } = await indexing.finish();
  await disk.remove(path);
  await disk.remove(`${path}.marks`);
  return disk.join(gitDir, 'objects', 'pack', `pack-${hash}.idx`);
}

/** Gives an index to packs that a crash left without one. */
export async function indexOrphans(git: Git, disk: Disk, gitDir: string, signal: AbortSignal): Promise<void> {
  const directory = disk.join(gitDir, 'objects', 'pack');
  if ((await disk.kindOf(directory)) !== 'directory') return;
  const names = new Set(await disk.list(directory));
  for (const name of names) {
    if (!/^pack-[0-9a-f]+\.pack$/.test(name) || names.has(name.replace(packExtension, '.idx'))) continue;
    const { exitCode, stderr } = await git.run(['index-pack', disk.join(directory, name)], {
      gitDir,
      expect: [0, 1, 128],
      signal,
    });
    if (exitCode === 0) continue;
    const failure = indexFailure(exitCode, stderr);
    if (failure.code !== 'pack-corrupt') throw new EngineError(failure.code, failure.facts);
    // Git looked at every object when the pack came in, so this one was spoilt on the disk: its objects come again.
    await disk.remove(disk.join(directory, name));
  }
}
