/**
 * Which refs of the remote are wanted, what they are called here, and where HEAD shall point: the rules of
 * `git clone` (builtin/clone.c: wanted_peer_refs, guess_remote_head, update_head, write_refspec_config). Pure.
 */

import { shownName } from '../../git/index.ts';
import { EngineError } from '../errors.ts';
import type { CloneOptions } from '../jobs/records.ts';
import type { OfferedRef } from '../remote/index.ts';
import {
  configuredRefspecs,
  fetchedBy,
  isExcluded,
  sourcePrefixes,
  type FetchedRef,
  type Refspec,
} from './refspec.ts';

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
  /** Values of `remote.<origin>.fetch`, but for those among the options: they are configured from the start. */
  refspecs: string[];
  /** Tags that are written only if what they name has arrived (`--single-branch`: include-tag). */
  tagsIfPresent: MappedRef[];
  /** Ids to ask for, each once. */
  wants: string[];
}

const branchPrefix = 'refs/heads/';
const tagPrefix = 'refs/tags/';

/**
 * What `ls-refs` is asked for: `refs/` as a whole for a mirror, else HEAD, branches and tags, and what refspecs among
 * the options name. @throws EngineError `option-conflict` for a refspec that cannot be read
 */
export function refPrefixes(options: CloneOptions): string[] {
  const usual = options.mirror === true ? ['HEAD', 'refs/'] : ['HEAD', branchPrefix, tagPrefix];
  // The remote's own name may be known only later; prefixes are no more than a hint.
  const named = sourcePrefixes(configuredRefspecs(options, options.origin ?? null));
  return [...new Set([...usual, ...named])];
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
    refs.find((ref) => ref.name === tagPrefix + branch) ??
    // A name that is no text, given as it was shown.
    refs.find((ref) => shownName(ref.name) === branchPrefix + branch) ??
    refs.find((ref) => shownName(ref.name) === tagPrefix + branch);
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

/** Values of `remote.<origin>.fetch` that a clone writes by itself. */
function ownRefspecs(options: CloneOptions, origin: string, only: OfferedRef | null): string[] {
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
 * What refspecs among the options bring: of all refs, or with `--single-branch` of that one branch only (builtin/clone.c,
 * wanted_peer_refs).
 */
function configuredRefs(
  refspecs: readonly Refspec[],
  refs: readonly OfferedRef[],
  options: CloneOptions,
  only: OfferedRef | null,
): FetchedRef[] {
  // An empty repository is cloned whatever is configured.
  if (!refs.some((ref) => ref.oid !== null)) return [];
  const pool = isSingleBranch(options) ? refs.filter((ref) => ref === only) : refs;
  return refspecs.flatMap((refspec) => fetchedBy(refspec, pool));
}

/** Each local name once. Throws `option-conflict` when it would be two things (fetch-pack's "Cannot fetch both"). */
function withoutRepeats(refs: readonly MappedRef[]): MappedRef[] {
  const byName = new Map<string, MappedRef>();
  for (const ref of refs) {
    const other = byName.get(ref.localName);
    if (other === undefined) byName.set(ref.localName, ref);
    else if (other.remoteName !== ref.remoteName) {
      const [one, two, local] = [other.remoteName, ref.remoteName, ref.localName].map(shownName);
      throw new EngineError('option-conflict', {
        option: '-c remote.<name>.fetch',
        detail: `Both ${one} and ${two} would be written to ${local}.`,
      });
    }
  }
  return [...byName.values()];
}

/**
 * Refspecs among the options count from the first fetch (git-clone(1), `--config`), negative ones too (git-fetch(1)):
 * there `git clone` itself is behind its word and takes excluded refs until the next fetch.
 *
 * @param refs as offered; refs outside the asked prefixes are ignored
 * @param defaultBranch the user's `init.defaultBranch`, else "master" as git has it
 * @throws EngineError `branch-not-found` when `options.branch` is neither branch nor tag, or a refspec names a ref that is
 * not there; `option-conflict` for refspecs that cannot be read or contradict one another
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
  const refspecs = configuredRefspecs(options, origin);
  const isWanted = (ref: MappedRef | null): ref is MappedRef =>
    ref !== null && !isExcluded(refspecs, ref.remoteName);
  const usual = chosenRefs(refs, options, only).map(toLocal).filter(isWanted);
  const added = configuredRefs(refspecs, refs, options, only).filter(
    ({ ref }) => !isExcluded(refspecs, ref.name),
  );
  const addedHere = added.flatMap(({ ref, localName }): MappedRef[] =>
    ref.oid === null || localName === null
      ? []
      : [{ remoteName: ref.name, localName, oid: ref.oid, peeled: ref.peeled }],
  );
  const mapped = withoutRepeats([...usual, ...addedHere]);

  const single = isSingleBranch(options);
  const tagsIfPresent =
    single && options.noTags !== true
      ? refs
          .filter((ref) => ref.name.startsWith(tagPrefix))
          .map(toLocal)
          .filter(isWanted)
      : [];

  const headPlan = planHead(head, guessed, named);
  const wants = new Set(mapped.map((ref) => ref.oid));
  for (const { ref } of added) if (ref.oid !== null) wants.add(ref.oid);
  // git asks for HEAD too, except when one named branch is all that is wanted.
  if (head?.oid != null && !(single && named !== null)) wants.add(head.oid);
  if (headPlan.kind === 'branch') wants.add(headPlan.oid);

  const remoteHead =
    guessed !== null && usual.some((ref) => ref.remoteName === guessed.name) ? guessed : null;
  return {
    refs: mapped,
    head: headPlan,
    remoteHeadTarget:
      remoteHead === null || isBare(options) ? null : localBranchName(remoteHead.name, options, origin),
    refspecs: ownRefspecs(options, origin, only),
    tagsIfPresent,
    wants: [...wants],
  };
}
