export { ArrivingPack, type ArrivedPack } from './arriving-pack.io.ts';
export { consolidatePacks } from './consolidate.io.ts';
export { PackGathering } from './gathering.io.ts';
export { checkConnectivity, walkArguments, type ClosureQuestion } from './connectivity.io.ts';
export { HistoryWalkRun } from './history-walk.io.ts';
export { startIndexing, type Indexing, type IndexListener, type VerifiedPack } from './index-pack.io.ts';
export { havesByDate, type HavesQuestion } from './haves.io.ts';
export {
  checkNewObjects,
  isConnected,
  missingBehind,
  quarantinedIds,
  type NewObjects,
} from './new-objects.io.ts';
export { UpdateWalk } from './update-walk.io.ts';
export { readProgress, type GitProgress } from './index-progress.ts';
export { packContents, type OnPackEntry } from './pack-contents.io.ts';
export { readHistory, type HistoryListener } from './read-history.io.ts';
export { allObjects, missingObjects, readObjects, type ObjectReader } from './read-objects.io.ts';
export { keepResolvable } from './resolvable.io.ts';
export { indexOrphans, storePack, type SpooledPack } from './store-pack.io.ts';
export { wholeRoots, type WholeRoots } from './whole-roots.io.ts';
