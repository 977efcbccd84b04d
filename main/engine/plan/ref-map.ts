/**
 * Which refs of the remote are wanted, what they are called here, and where HEAD shall point: the rules of
 * `git clone` (builtin/clone.c: wanted_peer_refs, guess_remote_head, update_head, write_refspec_config). Pure.
 */

import { EngineError } from '../errors.ts';
import type { CloneOptions } from '../jobs/records.ts';
import type { OfferedRef } from '../remote/index.ts';

/** A ref of the remote and its name here. */
export interface MappedRef {
  remoteName: string;
  localName: string;
  oid: string;
  peeled: string | null;
}

export type HeadPlan =
  /** Points to a branch that exists here; `upstream` is set unless bare. */
  | { kind: 'branch'; branch: string; oid: string }
  /** At a commit, or at a tag that still has to be peeled. */
  | { kind: 'detached'; oid: string }
  /** Points to a branch that does not exist yet; null: git's own default. */
  | { kind: 'unborn'; branch: string | null };

export interface RefMap {
  refs: MappedRef[];
  head: HeadPlan;
  /** The branch `refs/remotes/<origin>/HEAD` points to (full local name), or null for none. */
  remoteHeadTarget: string | null;
  /** Values of `remote.<origin>.fetch`. */
  refspecs: string[];
  /** Tags that are written only if what they name has arrived (`--single-branch`: include-tag). */
  tagsIfPresent: MappedRef[];
  /** Ids to ask for, each once. */
  wants: string[];
}

const branchPrefix = 'refs/heads/';
const tagPrefix = 'refs/tags/';

/** What `ls-refs` is asked for: `refs/` as a whole for a mirror, else HEAD, branches and tags. */
export function refPrefixes(options: CloneOptions): string[] {
  return options.mirror === true ? ['HEAD', 'refs/'] : ['HEAD', branchPrefix, tagPrefix];
}

/** `--depth` implies `--single-branch` unless that is switched off by name. */
export function isSingleBranch(options: CloneOptions): boolean {
  if (options.mirror === true) return false;
  return options.singleBranch ?? options.depth !== undefined;
}

const isBare = (options: CloneOptions): boolean => options.bare === true || options.mirror === true;

/** A branch's name here: as it is in a bare repository, else below refs/remotes/<origin>/. */
function localBranchName(name: string, options: CloneOptions, origin: string): string {
  return isBare(options) ? name : `refs/remotes/${origin}/${name.slice(branchPrefix.length)}`;
}

/** Which ref a detached or unnamed HEAD most likely means, as git guesses it (remote.c, guess_remote_head). */
function guessHead(
  head: OfferedRef | undefined,
  refs: readonly OfferedRef[],
  defaultBranch: string,
): OfferedRef | null {
  if (head === undefined) return null;
  if (head.symrefTarget !== null)
    return refs.find((ref) => ref.name === head.symrefTarget && ref.oid !== null) ?? null;
  if (head.oid === null) return null;
  for (const name of [branchPrefix + defaultBranch, `${branchPrefix}master`]) {
    const ref = refs.find((candidate) => candidate.name === name);
    if (ref?.oid === head.oid) return ref;
  }
  return refs.find((ref) => ref.name.startsWith(branchPrefix) && ref.oid === head.oid) ?? null;
}

/** The ref `--branch` names: a branch first, then a tag. Throws `branch-not-found`. */
function namedRef(branch: string, refs: readonly OfferedRef[]): OfferedRef {
  const found =
    refs.find((ref) => ref.name === branchPrefix + branch) ??
    refs.find((ref) => ref.name === tagPrefix + branch);
  if (found === undefined) throw new EngineError('branch-not-found', { branch });
  return found;
}

/** The branches that are mapped, and the tags that are always taken. */
function chosenRefs(
  refs: readonly OfferedRef[],
  options: CloneOptions,
  only: OfferedRef | null,
): OfferedRef[] {
  if (options.mirror === true) return refs.filter((ref) => ref.name.startsWith('refs/'));
  if (isSingleBranch(options)) return only === null ? [] : [only];
  return refs.filter(
    (ref) => ref.name.startsWith(branchPrefix) || (options.noTags !== true && ref.name.startsWith(tagPrefix)),
  );
}

function configuredRefspecs(options: CloneOptions, origin: string, only: OfferedRef | null): string[] {
  if (options.mirror === true) return ['+refs/*:refs/*'];
  if (isBare(options)) return [];
  if (!isSingleBranch(options)) return [`+refs/heads/*:refs/remotes/${origin}/*`];
  // Without a branch to follow git writes no refspec: the next fetch then takes HEAD only.
  if (only === null) return [];
  if (only.name.startsWith(tagPrefix)) return [`+${only.name}:${only.name}`];
  return [`+${only.name}:${localBranchName(only.name, options, origin)}`];
}

function planHead(
  head: OfferedRef | undefined,
  guessed: OfferedRef | null,
  named: OfferedRef | null,
): HeadPlan {
  const ours = named ?? guessed;
  if (ours !== null && ours.oid !== null) {
    if (ours.name.startsWith(branchPrefix)) {
      return { kind: 'branch', branch: ours.name.slice(branchPrefix.length), oid: ours.oid };
    }
    return { kind: 'detached', oid: ours.peeled ?? ours.oid };
  }
  if (head?.oid != null) return { kind: 'detached', oid: head.oid };
  const target = head?.symrefTarget;
  if (target?.startsWith(branchPrefix) === true)
    return { kind: 'unborn', branch: target.slice(branchPrefix.length) };
  return { kind: 'unborn', branch: null };
}

/**
 * @param refs as offered; refs outside the asked prefixes are ignored
 * @param defaultBranch the user's `init.defaultBranch`, else "master" as git has it
 * @throws EngineError `branch-not-found` when `options.branch` is neither branch nor tag
 */
export function mapRefs(
  refs: readonly OfferedRef[],
  options: CloneOptions,
  origin: string,
  defaultBranch: string,
): RefMap {
  const head = refs.find((ref) => ref.name === 'HEAD');
  const guessed = guessHead(head, refs, defaultBranch);
  const named = options.branch === undefined ? null : namedRef(options.branch, refs);
  const only = named ?? guessed;

  const toLocal = (ref: OfferedRef): MappedRef | null => {
    if (ref.oid === null) return null;
    const keepsName = options.mirror === true || !ref.name.startsWith(branchPrefix);
    const localName = keepsName ? ref.name : localBranchName(ref.name, options, origin);
    return { remoteName: ref.name, localName, oid: ref.oid, peeled: ref.peeled };
  };
  const mapped = chosenRefs(refs, options, only)
    .map(toLocal)
    .filter((ref) => ref !== null);

  const single = isSingleBranch(options);
  const tagsIfPresent =
    single && options.noTags !== true
      ? refs
          .filter((ref) => ref.name.startsWith(tagPrefix))
          .map(toLocal)
          .filter((ref) => ref !== null)
      : [];

  const headPlan = planHead(head, guessed, named);
  const wants = new Set(mapped.map((ref) => ref.oid));
  // git asks for HEAD too, except when one named branch is all that is wanted.
  if (head?.oid != null && !(single && named !== null)) wants.add(head.oid);
  if (headPlan.kind === 'branch') wants.add(headPlan.oid);

  const remoteHead =
    guessed !== null && mapped.some((ref) => ref.remoteName === guessed.name) ? guessed : null;
  return {
    refs: mapped,
    head: headPlan,
    remoteHeadTarget:
      remoteHead === null || isBare(options) ? null : localBranchName(remoteHead.name, options, origin),
    refspecs: configuredRefspecs(options, origin, only),
    tagsIfPresent,
    wants: [...wants],
  };
}
