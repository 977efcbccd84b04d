export { BatchSize, tellingBytesMin, type BatchKind, type BatchOutcome } from './batch-size.ts';
export { CommitGraph, type CommitFrontier } from './commit-graph.ts';
export { FilterMenu, type FilterUse } from './filter-menu.ts';
export { History } from './history.ts';
export { InFlight } from './in-flight.ts';
export { isTooLarge, Narrowing, type NarrowedPart, type Suspect, type TriedAlone } from './narrowing.ts';
export { SliceSize, type SliceOutcome } from './slice-size.ts';
export { here, met, TreeFrontier } from './tree-frontier.ts';
export { filterWishes, pathOfWish, splitWishes, WishQueue, withoutWish, type Wishes } from './wish-queue.ts';
