/**
 * Which refs of a remote an update brings, under which names, and which of them `git merge FETCH_HEAD` would take: the
 * rules of `git fetch` without refspecs on its command line (builtin/fetch.c: get_ref_map, add_merge_config,
 * find_non_local_tags, get_stale_heads). Pure.
 */

import { shownName } from '../../git/index.ts';
import { EngineError } from '../errors.ts';
import type { OfferedRef } from '../remote/index.ts';
import { fetchedBy, isExcluded, sourcePrefixes, sourcesOf, type Refspec } from './refspec.ts';

/** How the repository wants to be updated from one remote. */
export interface FetchRules {
  /** `remote.<name>.fetch`, in order. */
  refspecs: readonly Refspec[];
  /** `branch.<current>.merge` where that branch follows this remote. */
  mergeNames: readonly string[];
  /** `follow`: tags of what is here, or comes. */
  tags: 'all' | 'none' | 'follow';
}

/** A ref that is fetched. */
export interface WantedRef {
  remoteName: string;
  oid: string;
  peeled: string | null;
  /** Null: written nowhere but to FETCH_HEAD. */
  localName: string | null;
  force: boolean;
  forMerge: boolean;
}

const tagPrefix = 'refs/tags/';
const allTags: Refspec = {
  negative: false,
  force: false,
  pattern: true,
  source: 'refs/tags/*',
  destination: 'refs/tags/*',
};

/** What `ls-refs` is asked for (builtin/fetch.c, do_fetch: ref_prefixes). */
export function fetchPrefixes(rules: FetchRules): string[] {
  const named = sourcePrefixes([
    ...rules.refspecs,
    ...rules.mergeNames.map((source) => ({ ...allTags, pattern: false, source })),
  ]);
  const head = rules.refspecs.length === 0 && rules.mergeNames.length === 0 ? ['HEAD'] : [];
  const tags = rules.tags === 'none' ? [] : [tagPrefix];
  return [...new Set([...head, ...named, ...tags])];
}

/** Tags come by themselves only where a refspec writes something. */
export function followsTags(rules: FetchRules): boolean {
  return rules.tags === 'follow' && rules.refspecs.some(({ destination }) => destination !== null);
}

function taken(refspec: Refspec, refs: readonly OfferedRef[], forMerge: boolean): WantedRef[] {
  return fetchedBy(refspec, refs).flatMap(({ ref: { name, oid, peeled }, localName }) =>
    oid === null ? [] : [{ remoteName: name, oid, peeled, localName, force: refspec.force, forMerge }],
  );
}

/** Marks what the current branch merges; what no refspec brings is added (builtin/fetch.c, add_merge_config). */
function withMergeNames(wanted: WantedRef[], rules: FetchRules, refs: readonly OfferedRef[]): WantedRef[] {
  const all = wanted.map((ref) => ({ ...ref }));
  for (const source of rules.mergeNames) {
    const named = { ...allTags, pattern: false, source, destination: null };
    // A branch the remote has no more is no reason to fail.
    const names = sourcePrefixes([named]);
    const isThere = refs.some(({ name, oid }) => oid !== null && names.includes(name));
    const [found] = isThere ? taken(named, refs, true) : [];
    if (found === undefined) continue;
    const same = all.find(({ remoteName }) => remoteName === found.remoteName);
    if (same !== undefined) same.forMerge = true;
    else all.push(found);
  }
  return all;
}

/** Each local name once (remote.c, ref_remove_duplicates). */
function withoutRepeats(refs: readonly WantedRef[]): WantedRef[] {
  const byName = new Map<string, WantedRef>();
  return refs.filter((ref) => {
    if (ref.localName === null) return true;
    const other = byName.get(ref.localName);
    byName.set(ref.localName, other ?? ref);
    if (other === undefined) return true;
    if (other.remoteName === ref.remoteName) return false;
    const [one, two, local] = [other.remoteName, ref.remoteName, ref.localName].map(shownName);
    throw new EngineError('option-conflict', {
      option: 'remote.<name>.fetch',
      detail: `Both ${one} and ${two} would be written to ${local}.`,
    });
  });
}

/**
 * Everything but the tags that come by themselves.
 * @throws EngineError `branch-not-found` when a refspec names a ref that is not there, `option-conflict` when two would
 * become one
 */
export function mapFetch(refs: readonly OfferedRef[], rules: FetchRules): WantedRef[] {
  const { refspecs, mergeNames, tags } = rules;
  if (refspecs.length === 0 && mergeNames.length === 0) {
    const head = refs.find(({ name, oid }) => name === 'HEAD' && oid !== null);
    // Of an empty repository nothing is wanted; git calls that an error.
    if (head === undefined) return [];
    return taken({ ...allTags, pattern: false, source: 'HEAD', destination: null }, refs, true);
  }
  const configured = refspecs.flatMap((refspec, place) => {
    // The first one is for merging when nothing says otherwise.
    const forMerge = place === 0 && mergeNames.length === 0 && !refspec.pattern;
    return taken(refspec, refs, forMerge);
  });
  const wanted = withMergeNames(configured, rules, refs);
  if (tags === 'all') wanted.push(...taken(allTags, refs, false));
  return withoutRepeats(wanted.filter(({ remoteName }) => !isExcluded(refspecs, remoteName)));
}

/**
 * Tags that come because what they name is here or comes; those whose name is in use here stay as they are.
 * @param isHere whether an object is here, or on its way
 */
export function followedTags(
  refs: readonly OfferedRef[],
  rules: FetchRules,
  usedNames: ReadonlySet<string>,
  isHere: (oid: string) => boolean,
): WantedRef[] {
  if (!followsTags(rules)) return [];
  return refs.flatMap(({ name, oid, peeled }) => {
    if (oid === null || !name.startsWith(tagPrefix) || usedNames.has(name)) return [];
    if (!isHere(oid) && (peeled === null || !isHere(peeled))) return [];
    if (isExcluded(rules.refspecs, name)) return [];
    return [{ remoteName: name, oid, peeled, localName: name, force: false, forMerge: false }];
  });
}

/** Of the local names those whose source the remote has no more (remote.c, get_stale_heads). */
export function staleNames(
  rules: FetchRules,
  wanted: readonly WantedRef[],
  localNames: Iterable<string>,
): string[] {
  const there = new Set(wanted.map(({ remoteName }) => remoteName));
  return [...localNames].filter((name) => {
    const sources = sourcesOf(rules.refspecs, name);
    return sources !== null && !sources.some((source) => there.has(source));
  });
}
