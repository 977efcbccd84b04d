/** What the bar on the taskbar or dock icon shows, and the number on the badge. */

import { livelinessOf, openJobs, type JobBoard } from './job-board.ts';

export interface ProgressBar {
  /** 0…1; -1 takes the bar away and 2 shows one without an end (Electron, `BrowserWindow.setProgressBar`). */
  value: number;
  mode: 'none' | 'normal' | 'indeterminate' | 'paused' | 'error';
}

/**
 * One bar for all open jobs: the mean of their fractions, since a person waits for jobs, not for bytes. The colour tells
 * the most pressing thing: running beats a question, a question beats waiting.
 */
export function progressBar(board: JobBoard): ProgressBar {
  const open = openJobs(board);
  if (open.length === 0) return { value: -1, mode: 'none' };
  const known = open.filter((job) => job.fraction !== null);
  const mean = open.reduce((sum, job) => sum + (job.fraction ?? 0), 0) / open.length;
  const kinds = new Set(open.map(livelinessOf));
  if (kinds.has('active')) {
    return known.length === 0 ? { value: 2, mode: 'indeterminate' } : { value: mean, mode: 'normal' };
  }
  return { value: mean, mode: kinds.has('needs-you') ? 'error' : 'paused' };
}

/** How many jobs want a person: questions and failures. */
export function badgeCount(board: JobBoard): number {
  return [...board.values()].filter((job) => job.state === 'needs-you' || job.state === 'failed').length;
}
