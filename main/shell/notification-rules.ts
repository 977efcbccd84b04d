/** Which changes of the jobs a person is told of outside the window. */

import { failureWords, type JobId, type JobView } from '../contract/index.ts';
import type { JobBoard } from './job-board.ts';

export interface Notice {
  kind: 'done' | 'failed' | 'needs-you' | 'several';
  title: string;
  body: string;
  /** The job to select on a click; null when there are several. */
  jobId: JobId | null;
}

type Kind = Exclude<Notice['kind'], 'several'>;

/** More than this at once become one notice. */
const singleNoticesMax = 3;

/**
 * The notices for the step from one board to the next. `before` is null for the first board after the start: what was
 * done or failed then is old news. A question that replaces another one is news.
 */
export function noticesFor(before: JobBoard | null, after: JobBoard, wanted: boolean): Notice[] {
  if (before === null || !wanted) return [];
  const news = [...after.values()].flatMap((job) => {
    const kind = newsOf(before.get(job.id), job);
    return kind === null ? [] : [{ kind, job }];
  });
  if (news.length > singleNoticesMax) return [severalNotice(news.map((item) => item.kind))];
  return news.map(({ kind, job }) => singleNotice(kind, job));
}

function newsOf(before: JobView | undefined, now: JobView): Kind | null {
  if (now.state !== 'done' && now.state !== 'failed' && now.state !== 'needs-you') return null;
  if (before?.state !== now.state) return now.state;
  return now.state === 'needs-you' && before.question?.id !== now.question?.id ? now.state : null;
}

function singleNotice(kind: Kind, job: JobView): Notice {
  switch (kind) {
    case 'done':
      return { kind, jobId: job.id, title: `${job.name} is cloned`, body: `It is in ${job.directory}.` };
    case 'failed':
      return { kind, jobId: job.id, title: `${job.name} could not be cloned`, body: said(job.failure) };
    case 'needs-you':
      return {
        kind,
        jobId: job.id,
        title: `${job.name} needs you`,
        body: said(job.question?.failure ?? null),
      };
  }
}

function said(failure: JobView['failure']): string {
  if (failure === null) return 'Open Packmule to see why.';
  const words = failureWords(failure);
  return `${words.what} ${words.todo}`;
}

function severalNotice(kinds: readonly Kind[]): Notice {
  const count = (kind: Kind): number => kinds.filter((one) => one === kind).length;
  const parts = [
    [count('needs-you'), 'waiting for you'],
    [count('failed'), 'failed'],
    [count('done'), 'done'],
  ] as const;
  const body = parts.flatMap(([n, word]) => (n === 0 ? [] : [`${n} ${word}`])).join(', ');
  return { kind: 'several', jobId: null, title: `${kinds.length} clones have news`, body: `${body}.` };
}
