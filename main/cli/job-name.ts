/** Which job a person means. */

import { basename } from 'node:path';
import type { JobView } from '../contract/index.ts';
import { safeText } from './text.ts';

export type NamedJob = { job: JobView } | { problem: string };

/**
 * A job by its id, by its directory (`directory` is `name` made absolute), by the last part of its directory, or by the
 * beginning of its id; in this order. Among jobs for one directory the newest is meant: the others have ended. What
 * fits several otherwise is a problem, told with their ids.
 */
export function jobNamed(jobs: readonly JobView[], name: string, directory: string): NamedJob {
  const exact = jobs.find((job) => job.id === name);
  if (exact !== undefined) return { job: exact };
  const ways = [
    newestPerDirectory(jobs.filter((job) => job.directory === directory)),
    newestPerDirectory(jobs.filter((job) => basename(job.directory) === name)),
    name === '' ? [] : jobs.filter((job) => job.id.startsWith(name)),
  ];
  const fits = ways.find((found) => found.length > 0) ?? [];
  const [only] = fits;
  if (only === undefined)
    return { problem: `There is no job "${safeText(name)}". "packmule list" shows all of them.` };
  if (fits.length === 1) return { job: only };
  const candidates = fits.map((job) => `${job.id} (${safeText(job.directory)})`).join(', ');
  return { problem: `"${safeText(name)}" may mean ${candidates}. Use the id.` };
}

function newestPerDirectory(jobs: readonly JobView[]): JobView[] {
  const newest = new Map<string, JobView>();
  for (const job of jobs) {
    const other = newest.get(job.directory);
    if (other === undefined || job.createdAtMs > other.createdAtMs) newest.set(job.directory, job);
  }
  return [...newest.values()];
}
