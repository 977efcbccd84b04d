/** Names of stages and states on a terminal. */

import type { JobState, JobView, StageName } from '../contract/index.ts';

export const stageLabels: Record<StageName, string> = {
  probe: 'Probe',
  download: 'Download',
  index: 'Index',
  connect: 'Check',
  checkout: 'Checkout',
};

export const stateLabels: Record<JobState, string> = {
  queued: 'queued',
  probing: 'asking the server',
  planning: 'planning',
  downloading: 'downloading',
  paused: 'paused',
  'waiting-for-network': 'waiting for the network',
  retrying: 'waiting to try again',
  'needs-you': 'needs you',
  indexing: 'indexing',
  connecting: 'checking',
  'checking-out': 'checking out',
  done: 'done',
  failed: 'failed',
  cancelled: 'cancelled',
};

/** States in which nothing more happens by itself. */
const stopped: ReadonlySet<JobState> = new Set<JobState>(['paused', 'done', 'failed', 'cancelled']);

export function isStopped(job: JobView): boolean {
  return stopped.has(job.state);
}

/** Ended for good: a new clone to the same place is a new job. */
export function isOver(job: JobView): boolean {
  return job.state === 'done' || job.state === 'cancelled';
}
