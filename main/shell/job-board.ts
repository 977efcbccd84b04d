/** What the shell knows of the jobs: the last view of each, folded from the changes of the topic `jobs`. */

import type { JobId, JobsChange, JobState, JobView } from '../contract/index.ts';

export type JobBoard = ReadonlyMap<JobId, JobView>;

/** The board after a change: `all` replaces, then `changed` is laid over it, then `removed` is taken out. */
export function applyJobsChange(board: JobBoard, change: JobsChange): JobBoard {
  const next = new Map(change.all === undefined ? board : change.all.map((job) => [job.id, job]));
  for (const job of change.changed ?? []) next.set(job.id, job);
  for (const id of change.removed ?? []) next.delete(id);
  return next;
}

export type Liveliness = 'active' | 'waiting' | 'held' | 'needs-you' | 'ended';

const liveliness: Record<JobState, Liveliness> = {
  queued: 'waiting',
  probing: 'active',
  planning: 'active',
  downloading: 'active',
  paused: 'held',
  'waiting-for-network': 'waiting',
  retrying: 'waiting',
  'needs-you': 'needs-you',
  indexing: 'active',
  connecting: 'active',
  'checking-out': 'active',
  done: 'ended',
  failed: 'ended',
  cancelled: 'ended',
};

/** `active` uses the machine now; `waiting` goes on by itself; `held` and `needs-you` wait for a person. */
export function livelinessOf(job: JobView): Liveliness {
  return liveliness[job.state];
}

/** Jobs that are not over, in the order of the queue. */
export function openJobs(board: JobBoard): JobView[] {
  return [...board.values()]
    .filter((job) => livelinessOf(job) !== 'ended')
    .sort((a, b) => a.position - b.position || a.createdAtMs - b.createdAtMs);
}
