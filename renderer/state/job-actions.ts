/** What may be done with a job in each state; the engine has the last word. */

import type { JobState, JobView } from '../../main/contract/index.ts';

export type JobAction = 'pause' | 'resume' | 'retry' | 'update' | 'cancel' | 'remove';

const actionsOfState: Record<JobState, readonly JobAction[]> = {
  queued: ['pause', 'cancel'],
  probing: ['pause', 'cancel'],
  planning: ['pause', 'cancel'],
  downloading: ['pause', 'cancel'],
  paused: ['resume', 'cancel', 'remove'],
  'waiting-for-network': ['pause', 'cancel'],
  retrying: ['pause', 'cancel'],
  'needs-you': ['cancel'],
  indexing: ['pause', 'cancel'],
  connecting: ['pause', 'cancel'],
  'checking-out': ['pause', 'cancel'],
  done: ['update', 'remove'],
  failed: ['retry', 'remove'],
  cancelled: ['remove'],
};

export function actionsOf(state: JobState): readonly JobAction[] {
  return actionsOfState[state];
}

/** Those of `jobs` that can take `action`. */
export function takers(jobs: readonly JobView[], action: JobAction): JobView[] {
  return jobs.filter((job) => actionsOfState[job.state].includes(action));
}

/** What the space bar does: pause if anything chosen can be paused, else take up again. */
export function toggleOf(jobs: readonly JobView[]): 'pause' | 'resume' | null {
  if (takers(jobs, 'pause').length > 0) return 'pause';
  return takers(jobs, 'resume').length + takers(jobs, 'retry').length > 0 ? 'resume' : null;
}

/** Whether something that arrived would be thrown away by removing the job; a finished repository never is. */
export function losesData(job: JobView): boolean {
  return job.state !== 'done' && job.bytes.usefulBytes > 0;
}
