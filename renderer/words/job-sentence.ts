/** The state of a job in one line of plain words. */

import {
  failureWords,
  type Failure,
  type JobState,
  type JobView,
  type StageName,
} from '../../main/contract/index.ts';
import {
  formatBytes,
  formatDuration,
  formatElapsed,
  formatPercent,
  formatRate,
  secondsUntil,
} from '../format/index.ts';

/** How a state is coloured; never the only way it is told. */
export type Tone = 'active' | 'good' | 'warn' | 'bad' | 'idle';

export const stateTitles: Record<JobState, string> = {
  queued: 'Queued',
  probing: 'Asking the server',
  planning: 'Choosing a way',
  downloading: 'Downloading',
  paused: 'Paused',
  'waiting-for-network': 'Waiting for the network',
  retrying: 'Waiting to try again',
  'needs-you': 'Needs you',
  indexing: 'Indexing',
  connecting: 'Checking',
  'checking-out': 'Checking out files',
  done: 'Done',
  failed: 'Failed',
  cancelled: 'Cancelled',
};

export const stateTones: Record<JobState, Tone> = {
  queued: 'idle',
  probing: 'active',
  planning: 'active',
  downloading: 'active',
  paused: 'idle',
  'waiting-for-network': 'warn',
  retrying: 'warn',
  'needs-you': 'warn',
  indexing: 'active',
  connecting: 'active',
  'checking-out': 'active',
  done: 'good',
  failed: 'bad',
  cancelled: 'idle',
};

export const stageTitles: Record<StageName, string> = {
  probe: 'Ask the server',
  download: 'Download',
  index: 'Index',
  connect: 'Check',
  checkout: 'Check out files',
};

const dot = ' · ';

/** A sentence as a part of a longer one: no full stop, and no capital unless it starts with a name. */
function asClause(sentence: string): string {
  const bare = sentence.replace(/\.$/, '');
  return /^(The|This|What|There|No|A|You) /.test(bare) ? bare.charAt(0).toLowerCase() + bare.slice(1) : bare;
}

function waiting(job: JobView, nowMs: number): string {
  if (!job.retry) return stateTitles[job.state];
  const reason = asClause(failureWords(job.retry.failure).what);
  const seconds = secondsUntil(job.retry.atMs, nowMs);
  const lead = seconds > 0 ? `Waiting ${formatDuration(seconds)}` : 'Trying again';
  // Only where something arrived is there something to reassure about.
  return `${lead}: ${reason}${job.bytes.usefulBytes > 0 ? '; what arrived is kept' : ''}`;
}

function working(job: JobView): string {
  const parts = [stateTitles[job.state]];
  if (job.fraction !== null) parts.push(formatPercent(job.fraction));
  if (job.state === 'downloading') {
    if (job.rateBytesPerSecond > 0) parts.push(formatRate(job.rateBytesPerSecond));
    // In the first moments there is no rate yet, and nothing to worry about.
    else if (job.activeSeconds >= 2) parts.push('waiting for data');
  }
  if (job.etaSeconds !== null) parts.push(`${formatDuration(job.etaSeconds)} left`);
  return parts.join(dot);
}

function failed(failure: Failure | null): string {
  if (!failure) return stateTitles.failed;
  const { title, what } = failureWords(failure);
  return `${title}: ${asClause(what)}`;
}

/** One line about the job as it is at `nowMs` (wall clock). */
export function jobSentence(job: JobView, nowMs: number): string {
  switch (job.state) {
    case 'queued':
      return 'Queued: waiting for its turn';
    case 'paused':
      return job.fraction !== null && job.fraction > 0
        ? `Paused${dot}${formatPercent(job.fraction)} here`
        : 'Paused';
    case 'waiting-for-network':
    case 'retrying':
      return waiting(job, nowMs);
    case 'needs-you':
      return job.question ? failed(job.question.failure) : stateTitles['needs-you'];
    case 'done':
      return `${job.kind === 'fetch' ? 'Updated' : 'Done'}${dot}${formatBytes(job.bytes.wireBytes)} in ${formatElapsed(job.activeSeconds)}`;
    case 'failed':
      return failed(job.failure);
    case 'cancelled':
      return 'Cancelled';
    case 'probing':
    case 'planning':
    case 'downloading':
    case 'indexing':
    case 'connecting':
    case 'checking-out':
      return working(job);
  }
}
