/** The filters of the rail and the orders of the list, as pure functions over job views. */

import type { JobState, JobView } from '../../main/contract/index.ts';

export const jobFilters = ['all', 'active', 'waiting', 'paused', 'done', 'failed'] as const;
export type JobFilter = (typeof jobFilters)[number];

export const jobSorts = ['queue', 'name', 'added', 'progress', 'rate'] as const;
export type JobSort = (typeof jobSorts)[number];

/** Which filter, besides `all`, a state belongs to. Cancelled jobs ended without a repository, as failed ones did. */
const filterOfState: Record<JobState, Exclude<JobFilter, 'all'>> = {
  queued: 'waiting',
  probing: 'active',
  planning: 'active',
  downloading: 'active',
  paused: 'paused',
  'waiting-for-network': 'waiting',
  retrying: 'waiting',
  'needs-you': 'waiting',
  indexing: 'active',
  connecting: 'active',
  'checking-out': 'active',
  done: 'done',
  failed: 'failed',
  cancelled: 'failed',
};

export function filterOf(state: JobState): Exclude<JobFilter, 'all'> {
  return filterOfState[state];
}

export function countByFilter(jobs: readonly JobView[]): Record<JobFilter, number> {
  const counts: Record<JobFilter, number> = {
    all: jobs.length,
    active: 0,
    waiting: 0,
    paused: 0,
    done: 0,
    failed: 0,
  };
  for (const job of jobs) counts[filterOfState[job.state]] += 1;
  return counts;
}

/** Every word of the search must occur in the name, the address or the folder. */
export function matches(job: JobView, search: string): boolean {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return true;
  const text = `${job.name} ${job.url} ${job.directory}`.toLowerCase();
  return words.every((word) => text.includes(word));
}

const names = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

const orders: Record<JobSort, (a: JobView, b: JobView) => number> = {
  queue: (a, b) => a.position - b.position,
  name: (a, b) => names.compare(a.name, b.name) || a.position - b.position,
  added: (a, b) => b.createdAtMs - a.createdAtMs || a.position - b.position,
  progress: (a, b) => (b.fraction ?? -1) - (a.fraction ?? -1) || a.position - b.position,
  rate: (a, b) => b.rateBytesPerSecond - a.rateBytesPerSecond || a.position - b.position,
};

export function arrange(
  jobs: readonly JobView[],
  filter: JobFilter,
  search: string,
  sort: JobSort,
): readonly JobView[] {
  return jobs
    .filter((job) => (filter === 'all' || filterOfState[job.state] === filter) && matches(job, search))
    .sort(orders[sort]);
}
