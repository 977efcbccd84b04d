export { BatchSize, type BatchOutcome } from './batch-size.ts';
export { CommitGraph, type CommitFrontier } from './commit-graph.ts';
