export { adviseBundles, type BundleAdvice, type BundleEnd } from './bundle-choice.ts';
export type { BundleProgress, BundleReason, BundleSituation } from './bundle-standing.ts';
export {
  completionWay,
  planClone,
  planObjects,
  planRefused,
  planRest,
  planSlices,
  resumability,
  type ClonePlan,
} from './clone-plan.ts';
export {
  isSingleBranch,
  mapRefs,
  refPrefixes,
  type HeadPlan,
  type MappedRef,
  type RefMap,
} from './ref-map.ts';
export { isUpdateCompletable, planFetch, type UpdatedRepository } from './fetch-plan.ts';
export { driftBetween, driftWords, type Drift } from './drift.ts';
export { checkRefspecs, parseRefspec, type Refspec } from './refspec.ts';
export {
  fetchPrefixes,
  followedTags,
  mapFetch,
  staleNames,
  type FetchRules,
  type WantedRef,
} from './fetch-map.ts';
export { fetchHeadFile } from './fetch-head.ts';
export { deletionOf, dueRefs, reflogSubjects, updateOf, type DueRef, type Relation } from './ref-updates.ts';
export { afterCut, afterWhole, isShortLived, readLine, type LineRecord } from './line.ts';
