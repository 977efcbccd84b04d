/** A repository that is here already: where its parts are, which refs it has, and how it wants to be updated. */

import { textOfBytes, type ObjectFormat } from '../../git/index.ts';
import { EngineError } from '../errors.ts';
import { parseRefspec, type FetchRules, type Refspec } from '../plan/index.ts';
import type { Disk, Git, GitOptions } from '../ports.ts';

export interface RepositoryPlace {
  /** The top of the work tree, or the repository itself when bare. */
  directory: string;
  /** Of this work tree. */
  gitDir: string;
  /** Of all its work trees together. */
  commonDir: string;
}

const lines = (stdout: Uint8Array): string[] => textOfBytes(stdout).split('\n');

/**
 * The repository that holds `directory`, as git finds it: by the person's own rules about whose directories are safe
 * (git-config(1), safe.directory).
 * @throws EngineError `not-a-repository`
 */
export async function findRepository(git: Git, disk: Disk, directory: string): Promise<RepositoryPlace> {
  const ask = async (...words: string[]) => {
    const { exitCode, stdout, stderr } = await git.run(['-C', directory, 'rev-parse', ...words], {
      configuration: 'as-user',
      expect: [0, 128],
    });
    if (exitCode === 0) return lines(stdout);
    const detail =
      stderr
        .trim()
        .split('\n')[0]
        ?.replace(/^fatal: /, '') ?? '';
    throw new EngineError('not-a-repository', { path: directory, detail });
  };
  if ((await disk.kindOf(directory)) !== 'directory') {
    throw new EngineError('not-a-repository', { path: directory, detail: 'There is no such folder' });
  }
  const [gitDir = '', bare] = await ask('--absolute-git-dir', '--is-bare-repository');
  const [common = ''] = await ask('--git-common-dir');
  const isInside = (await ask('--is-inside-work-tree'))[0] === 'true';
  const top = bare === 'true' || !isInside ? gitDir : ((await ask('--show-toplevel'))[0] ?? gitDir);
  // `--git-common-dir` may be relative to where it was asked.
  const commonDir = /^(?:\/|[A-Za-z]:[\\/])/.test(common) ? common : disk.join(directory, common);
  return { directory: disk.resolve(top), gitDir: disk.resolve(gitDir), commonDir: disk.resolve(commonDir) };
}

export interface LocalRef {
  oid: string;
  /** Full name it points to; null for an ordinary ref. */
  target: string | null;
  /** The work tree that has it checked out. */
  worktree: string | null;
}

/** What a repository knows about itself and one of its remotes. All of it by git, so that every rule of git's counts. */
export class ExistingRepository {
  readonly place: RepositoryPlace;
  readonly #git: Git;
  readonly #signal: AbortSignal | undefined;

  constructor(git: Git, place: RepositoryPlace, signal?: AbortSignal) {
    this.#git = git;
    this.place = place;
    this.#signal = signal;
  }

  /** With the person's configuration, as `git fetch` has it. */
  async run(args: readonly string[], options: GitOptions = {}) {
    return this.#git.run(args, {
      gitDir: this.place.gitDir,
      configuration: 'as-user',
      ...(this.#signal === undefined ? {} : { signal: this.#signal }),
      ...options,
    });
  }

  async objectFormat(): Promise<ObjectFormat> {
    const [format] = lines((await this.run(['rev-parse', '--show-object-format'])).stdout);
    return format === 'sha256' ? 'sha256' : 'sha1';
  }

  /** All values of a key, in order; empty when it is not set. */
  async settings(key: string): Promise<string[]> {
    const { stdout } = await this.run(['config', '--null', '--get-all', key], { expect: [0, 1] });
    return textOfBytes(stdout).split('\0').slice(0, -1);
  }

  /** The last value of a yes-or-no key. */
  async flag(key: string): Promise<boolean | null> {
    const { stdout } = await this.run(['config', '--type=bool', '--get', key], { expect: [0, 1] });
    const [value = ''] = lines(stdout);
    return value === '' ? null : value === 'true';
  }

  /** Short name of the branch HEAD is at; null when detached. */
  async currentBranch(): Promise<string | null> {
    const { stdout } = await this.run(['symbolic-ref', '--quiet', 'HEAD'], { expect: [0, 1] });
    const [name = ''] = lines(stdout);
    return name.startsWith('refs/heads/') ? name.slice('refs/heads/'.length) : null;
  }

  /** The remote a fetch means when none is named (remote.c, remotes_remote_for_branch). */
  async defaultRemote(): Promise<string> {
    const branch = await this.currentBranch();
    const [followed] = branch === null ? [] : (await this.settings(`branch.${branch}.remote`)).slice(-1);
    if (followed !== undefined && followed !== '.') return followed;
    const words = ['--null', '--name-only', '--get-regexp', '^remote\\..*\\.url$'];
    const { stdout } = await this.run(['config', ...words], { expect: [0, 1] });
    const keys = new Set(textOfBytes(stdout).split('\0').slice(0, -1));
    const [only, ...others] = [...keys].map((key) => key.slice('remote.'.length, -'.url'.length));
    return only !== undefined && others.length === 0 ? only : 'origin';
  }

  /**
   * The address to fetch from, after `url.<base>.insteadOf`.
   * @throws EngineError `remote-not-configured`
   */
  async remoteUrl(remote: string): Promise<string> {
    const missing = new EngineError('remote-not-configured', { option: remote, path: this.place.directory });
    if (remote.startsWith('-')) throw missing;
    if ((await this.settings(`remote.${remote}.url`)).length === 0) throw missing;
    const [url = ''] = lines((await this.run(['ls-remote', '--get-url', remote])).stdout);
    if (url === '') throw missing;
    return url;
  }

  /** @throws EngineError `option-conflict` for a configured refspec that git itself would refuse */
  async fetchRules(remote: string, tags: 'all' | 'none' | undefined): Promise<FetchRules> {
    const refspecs = (await this.settings(`remote.${remote}.fetch`)).map((value): Refspec => {
      const refspec = parseRefspec(value);
      if (refspec !== null) return refspec;
      const detail = `"${value}" is not a refspec that git fetch understands.`;
      throw new EngineError('option-conflict', { option: `remote.${remote}.fetch`, detail });
    });
    const branch = await this.currentBranch();
    const follows = branch !== null && (await this.settings(`branch.${branch}.remote`)).at(-1) === remote;
    const mergeNames = follows ? await this.settings(`branch.${branch}.merge`) : [];
    const tagOption = (await this.settings(`remote.${remote}.tagOpt`)).at(-1);
    const configured = tagOption === '--tags' ? 'all' : tagOption === '--no-tags' ? 'none' : 'follow';
    return { refspecs, mergeNames, tags: tags ?? configured };
  }

  /** Whether refs of branches that are gone shall go here too (git-fetch(1), "Pruning"). */
  async prunes(remote: string): Promise<boolean> {
    return (await this.flag(`remote.${remote}.prune`)) ?? (await this.flag('fetch.prune')) ?? false;
  }

  /** The filter of a partial clone from this remote; null for a whole repository (partial-clone.adoc). */
  async filter(remote: string): Promise<string | null> {
    if ((await this.flag(`remote.${remote}.promisor`)) !== true) return null;
    return (await this.settings(`remote.${remote}.partialclonefilter`)).at(-1) ?? null;
  }

  /** Commits whose parents were left out on purpose. */
  async shallow(disk: Disk): Promise<string[]> {
    const file = await disk.read(disk.join(this.place.commonDir, 'shallow'));
    return file === null ? [] : lines(file).filter((line) => line !== '');
  }

  /** By full name. */
  async refs(): Promise<Map<string, LocalRef>> {
    const format = '%(refname)%00%(objectname)%00%(symref)%00%(worktreepath)';
    const { stdout } = await this.run(['for-each-ref', `--format=${format}`]);
    const found = new Map<string, LocalRef>();
    for (const line of lines(stdout)) {
      const [name, oid, target = '', worktree = ''] = line.split('\0');
      if (name === undefined || oid === undefined) continue;
      found.set(name, {
        oid,
        target: target === '' ? null : target,
        // A bare repository's HEAD names a branch that nobody works on.
        worktree: worktree === '' || worktree === this.place.commonDir ? null : worktree,
      });
    }
    return found;
  }
}
