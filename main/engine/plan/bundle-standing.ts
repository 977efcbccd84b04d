/** Where one bundle of a list stands: whether it may still be of use, judged by its header and by what is here. */

import {
  isSameFilter,
  safeText,
  type BundleHeader,
  type BundleList,
  type ListedBundle,
  type ObjectFormat,
} from '../../git/index.ts';

/** How far a bundle has come. One that was stopped is `listed` again, with what is known of it. */
export type BundleProgress =
  | { readonly at: 'listed' | 'downloading'; readonly header: BundleHeader | null }
  /** Whole, checked by nobody. */
  | { readonly at: 'here'; readonly header: BundleHeader }
  | { readonly at: 'unbundled' }
  /** Its address leads to another list, about which somebody else decides. */
  | { readonly at: 'list'; readonly outcome: 'open' | 'used' | 'useless' }
  /** Will not be tried again. `why` ends a sentence that begins with the bundle. */
  | { readonly at: 'failed'; readonly why: string };

export interface BundleSituation {
  readonly list: BundleList;
  readonly purpose: 'clone' | 'update';
  readonly objectFormat: ObjectFormat;
  /** Of the clone; null where nothing is left out. */
  readonly filter: string | null;
  /** `fetch.bundleCreationToken`, or what is remembered of this list; null for none. */
  readonly storedToken: bigint | null;
  /** By id; a bundle that is not in it is only listed. */
  readonly progress: ReadonlyMap<string, BundleProgress>;
  /** Whether an object is here with everything it reaches. */
  has(oid: string): boolean;
}

export interface BundleReason {
  readonly id: string;
  /** Ends a sentence that begins with the bundle. */
  readonly why: string;
}

/**
 * `open`: nothing is known of what it needs. `waiting`: it needs what is not here. `ready`: it needs nothing more.
 * `done`: what it brings is here. `useless`: it will never be of use.
 */
export interface Standing {
  readonly kind: 'open' | 'waiting' | 'ready' | 'done' | 'useless';
  readonly why: string;
}

function standingOfHeader(header: BundleHeader, situation: BundleSituation): Standing {
  if (header.objectFormat !== situation.objectFormat)
    return { kind: 'useless', why: `holds ${header.objectFormat} objects` };
  if (!isSameFilter(header.filter, situation.filter)) {
    const why =
      header.filter === null ? 'leaves out nothing' : `has the filter ${safeText(header.filter, 40)}`;
    return { kind: 'useless', why };
  }
  const tips = [...header.tips, ...header.refusedTips];
  if (tips.length === 0) return { kind: 'useless', why: 'names no refs' };
  if (tips.every(({ oid }) => situation.has(oid))) return { kind: 'done', why: 'brings nothing new' };
  const missing = header.prerequisites.filter(({ oid }) => !situation.has(oid)).length;
  if (missing === 0) return { kind: 'ready', why: 'needs nothing more' };
  return {
    kind: 'waiting',
    why: `needs ${missing === 1 ? 'a commit' : `${missing} commits`} that no other brought`,
  };
}

/** What is known of a bundle. */
export function standingOf({ id }: ListedBundle, situation: BundleSituation): Standing {
  const progress = situation.progress.get(id);
  if (progress === undefined) return { kind: 'open', why: 'was not tried' };
  switch (progress.at) {
    case 'failed':
      return { kind: 'useless', why: progress.why };
    case 'unbundled':
      return { kind: 'done', why: 'is here' };
    case 'list':
      // As git: what has tokens is no list of lists (bundle-uri.c, fetch_bundle_list_in_config_format).
      if (situation.list.heuristic !== null || progress.outcome === 'useless')
        return { kind: 'useless', why: 'is another list, and of no use' };
      return progress.outcome === 'used'
        ? { kind: 'done', why: 'is another list, which was used' }
        : { kind: 'open', why: 'is another list' };
    default:
      return progress.header === null
        ? { kind: 'open', why: 'was not tried' }
        : standingOfHeader(progress.header, situation);
  }
}
