export { checkConnectivity, walkFilter, type ClosureQuestion } from './connectivity.io.ts';
export { startIndexing, type Indexing, type IndexListener, type VerifiedPack } from './index-pack.io.ts';
export { readProgress, type GitProgress } from './index-progress.ts';
