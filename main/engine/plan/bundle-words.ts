/** The choice among bundles in sentences for people. */

import { safeText } from '../../git/index.ts';
import type { BundleSituation } from './bundle-standing.ts';

/** "full clones", or the clones that have this filter. */
export function clonesWith(filter: string | null): string {
  return filter === null ? 'full clones' : `clones with the filter ${safeText(filter, 40)}`;
}

const bundlesOf = (count: number): string => (count === 1 ? 'The one bundle' : `The ${count} bundles`);

function endSentence(end: { complete: boolean }, fitting: number): string {
  if (!end.complete)
    return 'The bundles did not bring everything that was hoped for; the remote itself sends the rest.';
  if (fitting === 0) return 'The list has no newer bundles than those that were downloaded before.';
  return 'Everything that was needed of the list is here.';
}

/** What is done with the list, and why so. `fitting` bundles of it may be of use. */
export function choiceSentence(
  situation: BundleSituation,
  fitting: number,
  end: { complete: boolean } | null,
): string {
  const { list, purpose, filter } = situation;
  if (list.bundles.length === 0) return 'The list names no bundle that can be used.';
  if (fitting === 0 && end?.complete !== true)
    return `None of the bundles in the list is made for ${clonesWith(filter)}.`;
  if (end !== null) return endSentence(end, fitting);
  const are = fitting === 1 ? 'is' : 'are';
  if (list.heuristic === 'creationToken') {
    return purpose === 'clone'
      ? `${bundlesOf(fitting)} for this clone ${are} downloaded, newest first, and unbundled oldest first.`
      : 'New bundles are downloaded, newest first, until one needs nothing that is not here.';
  }
  if (list.mode === 'any') return 'One bundle of the list is enough; the first that works is taken.';
  return `${bundlesOf(fitting)} for this clone ${are} downloaded, and unbundled as soon as what they need is here.`;
}
