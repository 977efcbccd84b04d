/** Where a clone goes, and whether a job for it is there already. */

import type { CloneOptions, JobView } from '../contract/index.ts';
import { isOver } from './stage-words.ts';

/** The unfinished job that this clone would be, newest first, or null. */
export function unfinishedJob(jobs: readonly JobView[], url: string, directory: string): JobView | null {
  const same = jobs.filter(
    (job) =>
      job.kind === 'clone' &&
      job.directory === directory &&
      !isOver(job) &&
      withoutSecrets(job.url) === withoutSecrets(url),
  );
  return same.reduce<JobView | null>((a, b) => (a === null || b.createdAtMs > a.createdAtMs ? b : a), null);
}

/** The address without user name and password, written as URLs are; what is no URL stays as it is. */
export function withoutSecrets(url: string): string {
  if (!URL.canParse(url)) return url;
  const parsed = new URL(url);
  parsed.username = '';
  parsed.password = '';
  return parsed.href.replace(/\/+$/, '');
}

/** Whether two sets of options ask for the same clone. */
export function sameOptions(a: CloneOptions, b: CloneOptions): boolean {
  const plain = (options: CloneOptions): string =>
    JSON.stringify(
      Object.entries(options)
        .filter(
          ([, value]) =>
            value !== undefined && value !== false && !(Array.isArray(value) && value.length === 0),
        )
        .sort(([x], [y]) => (x < y ? -1 : 1)),
    );
  return plain(a) === plain(b);
}
