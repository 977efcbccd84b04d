/** A job as the shell is shown it, for tests. */

import type { JobView, TotalsView } from '../../main/contract/index.ts';
import { jobStates } from '../../main/contract/index.ts';
import type { JobBoard } from '../../main/shell/job-board.ts';

export function jobView(over: Partial<JobView> & { id: string }): JobView {
  return {
    kind: 'clone',
    name: over.id,
    url: `https://example.com/${over.id}.git`,
    host: 'example.com',
    directory: `/src/${over.id}`,
    state: 'downloading',
    stage: 'download',
    position: 1,
    fraction: null,
    bytes: { wireBytes: 0, usefulBytes: 0, wastedBytes: 0, savedBytes: 0, uploadedBytes: 0 },
    rateBytesPerSecond: 0,
    etaSeconds: null,
    retry: null,
    failure: null,
    question: null,
    requests: 0,
    drops: 0,
    activeSeconds: 0,
    createdAtMs: 0,
    finishedAtMs: null,
    ...over,
  };
}

export function boardOf(...jobs: JobView[]): JobBoard {
  return new Map(jobs.map((job) => [job.id, job]));
}

export function totalsView(over: Partial<TotalsView> = {}): TotalsView {
  const counts = Object.fromEntries(jobStates.map((state) => [state, 0])) as TotalsView['counts'];
  return { rateBytesPerSecond: 0, rateHistory: [], counts, held: false, ...over };
}
