/** What becomes of a local ref when its remote one was fetched (builtin/fetch.c, update_local_ref, prune_refs). Pure. */

import type { RefUpdate } from '../jobs/records.ts';
import type { WantedRef } from './fetch-map.ts';

/** How two values of a ref are related. */
export interface Relation {
  /** Both are commits, or tags of commits. */
  commits: boolean;
  /** The new one has the old one among its ancestors. */
  fastForward: boolean;
}

/** A ref whose value here differs from the remote's. */
export interface DueRef {
  wanted: WantedRef & { localName: string };
  /** Null: the ref is new. */
  from: string | null;
}

/** Of what was fetched, that which changes something here. `localOids`: full names and ids of the refs that are here. */
export function dueRefs(wanted: readonly WantedRef[], localOids: ReadonlyMap<string, string>): DueRef[] {
  return wanted.flatMap((each) => {
    const { localName } = each;
    if (localName === null) return [];
    const from = localOids.get(localName) ?? null;
    return from === each.oid ? [] : [{ wanted: { ...each, localName }, from }];
  });
}

function creation(remoteName: string): RefUpdate['change'] {
  if (remoteName.startsWith('refs/tags/')) return 'new-tag';
  return remoteName.startsWith('refs/heads/') ? 'new-branch' : 'new-ref';
}

/** @param relation null for a new ref */
export function updateOf({ wanted, from }: DueRef, relation: Relation | null): RefUpdate {
  const { remoteName, localName, oid, force } = wanted;
  const update = { remoteName, localName, from, to: oid };
  const rejected = (reason: string): RefUpdate => ({ change: 'rejected', ...update, reason });
  if (from !== null && localName.startsWith('refs/tags/'))
    return force ? { change: 'tag-moved', ...update } : rejected('would clobber existing tag');
  if (from === null || relation?.commits !== true) return { change: creation(remoteName), ...update };
  if (relation.fastForward) return { change: 'fast-forward', ...update };
  return force ? { change: 'forced', ...update } : rejected('non-fast-forward');
}

export function deletionOf(localName: string, from: string): RefUpdate {
  return { change: 'deleted', remoteName: null, localName, from, to: null };
}

/** The subject of the reflog's line, as git writes it (builtin/fetch.c, s_update_ref). */
export const reflogSubjects: Record<Exclude<RefUpdate['change'], 'rejected'>, string> = {
  'fast-forward': 'fetch: fast-forward',
  forced: 'fetch: forced-update',
  'new-branch': 'fetch: storing head',
  'new-tag': 'fetch: storing tag',
  'new-ref': 'fetch: storing ref',
  'tag-moved': 'fetch: updating tag',
  deleted: 'fetch: prune',
};
