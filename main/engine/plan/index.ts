export { isCompletable, planClone, planObjects, resumability, type ClonePlan } from './clone-plan.ts';
export {
  isSingleBranch,
  mapRefs,
  refPrefixes,
  type HeadPlan,
  type MappedRef,
  type RefMap,
} from './ref-map.ts';
export { driftBetween, driftSentence, type Drift } from './drift.ts';
export { checkRefspecs } from './refspec.ts';
