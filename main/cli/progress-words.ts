/** How far a stage and a job are, in words: shared by the live display and the plain lines. */

import { failureWords } from '../contract/index.ts';
import type { Failure, JobView, StageView } from '../contract/index.ts';
import { safeText } from './text.ts';
import { bytesText, countText, durationText, rateText } from './units.ts';

/** `1.2 GiB of 1.9 GiB`, `12,345 of 50,000 objects`, `312.4 MiB`, or '' when nothing is known. */
export function amountText(stage: StageView): string {
  if (stage.done === null || stage.unit === null) return '';
  if (stage.unit === 'bytes') {
    const done = bytesText(stage.done);
    return stage.total === null || stage.state === 'done' ? done : `${done} of ${bytesText(stage.total)}`;
  }
  const done = countText(stage.done);
  const counted =
    stage.total === null || stage.state === 'done' ? done : `${done} of ${countText(stage.total)}`;
  return `${counted} ${stage.unit}`;
}

/** What has come over the wire, where the download counts something else; else ''. */
export function receivedText(stage: StageView, job: JobView): string {
  return stage.name === 'download' && stage.unit !== 'bytes' ? bytesText(job.bytes.wireBytes) : '';
}

/** Rate while bytes arrive, else ''. */
export function speedText(job: JobView): string {
  return job.state === 'downloading' ? rateText(job.rateBytesPerSecond) : '';
}

export function leftText(job: JobView): string {
  return job.etaSeconds === null ? '' : `${durationText(job.etaSeconds)} left`;
}

/** `the server closed the connection. Everything … is kept.`: what happened and what of it is not lost. */
export function troubleText(failure: Failure, arrived: boolean): string {
  const { what, kept } = failureWords(failure, arrived);
  return safeText([what, kept].filter((part) => part !== '').join(' '));
}

/** One line on why a job does not move, or '' while it does. */
export function waitingText(job: JobView, nowMs: number): string {
  if (job.retry !== null && (job.state === 'retrying' || job.state === 'waiting-for-network')) {
    const seconds = Math.max(0, (job.retry.atMs - nowMs) / 1000);
    const until = seconds > 0 ? `Trying again in ${durationText(seconds)}` : 'Trying again';
    return `${until}: ${troubleText(job.retry.failure, arrivedFor(job))}`;
  }
  if (job.state === 'queued') return 'Waiting for its turn behind other jobs.';
  if (job.state === 'paused') return 'Paused.';
  return '';
}

/** Whether anything of a job was downloaded: only then there is something to keep. */
export function arrivedFor(job: Pick<JobView, 'bytes'> | null | undefined): boolean {
  return (job?.bytes.usefulBytes ?? 0) > 0;
}

/** The failure as lines to read: what happened, what is kept, what to do. `arrived`: something was downloaded before it. */
export function failureLines(failure: Failure, arrived = false): string[] {
  const { title, what, kept, todo } = failureWords(failure, arrived);
  const detail = failure.facts.detail;
  const lines = [`${title}: ${what}`, kept, todo].map(safeText).filter((line) => line !== '');
  // The other side's own words, unless the sentence holds them already.
  if (detail !== undefined && !what.includes(detail)) {
    lines.push(...detail.split('\n').map((line) => `  ${safeText(line)}`));
  }
  return lines;
}
