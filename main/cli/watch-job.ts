/** Follows one job until it stops, and says why the following ended. */

import type { Client, Failure, JobDetail, JobId } from '../contract/index.ts';
import { isStopped } from './stage-words.ts';

export type WatchEnd =
  /** In a state in which nothing more happens by itself, or in which it asks something. */
  | { why: 'stopped'; detail: JobDetail }
  | { why: 'asks'; detail: JobDetail }
  /** Taken off the list by another client. */
  | { why: 'removed' }
  /** The engine hung up, or cannot tell any more. */
  | { why: 'lost'; failure: Failure };

/** Resolves at the first such moment; `onDetail` hears every report before it, and the last one too. */
export function watchJob(
  client: Client,
  id: JobId,
  onDetail: (detail: JobDetail) => void,
): Promise<WatchEnd> {
  return new Promise((resolve) => {
    const stops: (() => void)[] = [];
    const end = (how: WatchEnd): void => {
      // A first value may come before `follow` has returned: the stop functions are then called by the microtask.
      queueMicrotask(() => stops.forEach((stop) => stop()));
      resolve(how);
    };
    stops.push(
      client.follow(
        'job',
        { id },
        (detail) => {
          onDetail(detail);
          if (detail.job.state === 'needs-you' && detail.job.question !== null) end({ why: 'asks', detail });
          else if (isStopped(detail.job)) end({ why: 'stopped', detail });
        },
        (failure) => end(failure.code === 'job-not-found' ? { why: 'removed' } : { why: 'lost', failure }),
      ),
      client.follow('jobs', {}, (change) => {
        if (change.removed?.includes(id)) end({ why: 'removed' });
      }),
    );
  });
}
