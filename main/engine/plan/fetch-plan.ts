/** How an update will go, in words and values. Pure. */

import type { RemoteOffer } from '../remote/index.ts';
import type { ClonePlan } from './clone-plan.ts';

/** What of a repository decides whether a cut update can be completed by object id. */
export interface UpdatedRepository {
  /** Commits whose parents were left out on purpose. */
  shallow: readonly string[];
  /** The filter of a partial clone. */
  filter: string | null;
}

/** Whether what arrived of an interrupted update is kept, and the rest asked for by object id. */
export function isUpdateCompletable(offer: RemoteOffer, repository: UpdatedRepository): boolean {
  return repository.filter === null && repository.shallow.length === 0 && offer.capabilities.filter;
}

export function planFetch(offer: RemoteOffer, repository: UpdatedRepository, host: string): ClonePlan {
  if (isUpdateCompletable(offer, repository)) {
    return {
      strategy: 'plain',
      sentence: `${host} sends what is new as one pack; after a cut only what is missing is fetched, object by object.`,
      cutCosts: 'one-entry',
    };
  }
  const why = offer.capabilities.filter
    ? 'because this repository holds only a part of the history'
    : 'because it offers no filters';
  return {
    strategy: 'plain',
    sentence: `${host} sends what is new as one pack; after a cut the download starts again, ${why}.`,
    cutCosts: 'whole-pack',
  };
}
