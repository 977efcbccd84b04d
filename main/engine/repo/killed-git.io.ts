/**
 * What a `git clone` or `git fetch` leaves that was killed before it could tidy up: objects/pack/tmp_pack_XXXXXX holds the
 * beginning of the pack, short of the last bytes git still had in memory (builtin/index-pack.c: open_pack_file, flush).
 */

import { textOfBytes } from '../../git/index.ts';
import { EngineError } from '../errors.ts';
import type { CloneOptions } from '../jobs/records.ts';
import { parseRefspec } from '../plan/index.ts';
import type { Disk, Git } from '../ports.ts';
import { ExistingRepository, findRepository, type RepositoryPlace } from './existing.io.ts';

export interface KilledGit {
  /** `clone`: no ref was written yet. `fetch`: a repository with refs, and an unfinished pack in it. */
  kind: 'clone' | 'fetch';
  place: RepositoryPlace;
  repository: ExistingRepository;
  /** Name of the remote. */
  remote: string;
}

function refuse(path: string, detail: string): never {
  throw new EngineError('not-adoptable', { path, detail });
}

/** Packs that were not finished, by path with their bytes; for a killed clone also those whose refs were never written. */
export async function leftPacks(
  disk: Disk,
  kind: KilledGit['kind'],
  commonDir: string,
): Promise<Map<string, number>> {
  const directory = disk.join(commonDir, 'objects', 'pack');
  if ((await disk.kindOf(directory)) !== 'directory') return new Map();
  const wanted = kind === 'clone' ? /^(?:tmp_pack_\w+|pack-[0-9a-f]+\.pack)$/ : /^tmp_pack_\w+$/;
  const names = (await disk.list(directory)).filter((name) => wanted.test(name)).sort();
  const packs = new Map<string, number>();
  for (const path of names.map((name) => disk.join(directory, name))) {
    packs.set(path, (await disk.sizeOf(path)) ?? 0);
  }
  return packs;
}

/** Whether nothing is in the directory but what `git clone` makes before it writes the first ref. */
export async function isUnfinishedClone(
  disk: Disk,
  repository: Pick<ExistingRepository, 'place' | 'refs'>,
): Promise<boolean> {
  const { directory, gitDir } = repository.place;
  if (directory !== gitDir && (await disk.list(directory)).some((name) => name !== '.git')) return false;
  return (await repository.refs()).size === 0;
}

/**
 * Changes nothing.
 * @throws EngineError `not-a-repository`; `not-adoptable` with the reason; `remote-not-configured`
 */
export async function findKilledGit(git: Git, disk: Disk, directory: string): Promise<KilledGit> {
  const place = await findRepository(git, disk, directory);
  const repository = new ExistingRepository(git, place);
  const hasRefs = (await repository.refs()).size > 0;
  const kind = hasRefs ? 'fetch' : 'clone';
  if (!hasRefs && !(await isUnfinishedClone(disk, repository))) {
    refuse(place.directory, 'It holds files that a killed git clone would not have left');
  }
  if (!hasRefs && place.gitDir !== place.commonDir) {
    refuse(place.directory, 'It is a linked work tree of another repository');
  }
  if (hasRefs && (await leftPacks(disk, kind, place.commonDir)).size === 0) {
    refuse(place.directory, 'No download was interrupted in it; "packmule fetch" brings it up to date');
  }
  const remote = await repository.defaultRemote();
  await repository.remoteUrl(remote);
  return { kind, place, repository, remote };
}

/** Keys that every `git clone` sets by itself, or that follow from the options. */
const ownKeys =
  /^(?:core\.(?:repositoryformatversion|filemode|bare|logallrefupdates|ignorecase|precomposeunicode|symlinks|hidedotfiles)|extensions\..*|remote\..*|branch\..*)$/i;

/** The options the killed clone was begun with, as far as it had written them down. */
export async function optionsOfKilledClone({ repository, remote }: KilledGit): Promise<CloneOptions> {
  const { place } = repository;
  const options: CloneOptions = { origin: remote };
  if (place.directory === place.gitDir) options.bare = true;
  if ((await repository.flag(`remote.${remote}.mirror`)) === true) options.mirror = true;
  if ((await repository.settings(`remote.${remote}.tagOpt`)).at(-1) === '--no-tags') options.noTags = true;
  const filter = await repository.filter(remote);
  if (filter !== null) options.filter = filter;
  const refspecs = (await repository.settings(`remote.${remote}.fetch`)).map(parseRefspec);
  const [only, ...others] = refspecs;
  if (only?.pattern === false && others.length === 0 && only.source.startsWith('refs/heads/')) {
    options.singleBranch = true;
    options.branch = only.source.slice('refs/heads/'.length);
  }
  // A bare clone keeps no name for its remote but this one.
  if (options.bare === true && options.mirror !== true) delete options.origin;
  const { stdout } = await repository.run(['config', '--null', '--list', '--local']);
  const config = textOfBytes(stdout)
    .split('\0')
    .filter((entry) => entry !== '')
    .map((entry) => entry.replace('\n', '='))
    .filter((entry) => !ownKeys.test(entry.split('=')[0] ?? ''));
  if (config.length > 0) options.config = config;
  return options;
}
