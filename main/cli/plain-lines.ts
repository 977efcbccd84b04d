/** Progress where nobody can redraw: one line when the stage changes or it waits, and at most one in ten seconds. */

import type { JobDetail, JobState, StageName, StageView } from '../contract/index.ts';
import { amountText, leftText, receivedText, speedText, waitingText } from './progress-words.ts';
import { stageLabels } from './stage-words.ts';
import { percentText } from './units.ts';

export const plainEveryMs = 10_000;

/** What was said last. */
export interface PlainMemory {
  stage: StageName | null;
  state: JobState | null;
  attempt: number | null;
  saidAtMs: number;
}

export const plainStart: PlainMemory = { stage: null, state: null, attempt: null, saidAtMs: 0 };

/** The lines to print for this report (often none), and what to remember. `nowMs` is wall-clock time. */
export function plainLines(
  memory: PlainMemory,
  detail: JobDetail,
  nowMs: number,
): { lines: string[]; memory: PlainMemory } {
  const { job } = detail;
  const waiting = waitingText(job, nowMs);
  const attempt = job.retry?.attempt ?? null;
  if (waiting !== '') {
    if (memory.state === job.state && memory.attempt === attempt) return { lines: [], memory };
    return { lines: [waiting], memory: { ...memory, state: job.state, attempt, saidAtMs: nowMs } };
  }
  const active = detail.stages.find((stage) => stage.state === 'active');
  if (active === undefined) return { lines: [], memory: { ...memory, state: job.state, attempt } };
  const waitedBefore = memory.attempt !== null || memory.state === 'queued' || memory.state === 'paused';
  const due = memory.stage !== active.name || waitedBefore || nowMs - memory.saidAtMs >= plainEveryMs;
  if (!due) return { lines: [], memory: { ...memory, state: job.state, attempt } };
  return {
    lines: [stageLine(active, detail)],
    memory: { stage: active.name, state: job.state, attempt, saidAtMs: nowMs },
  };
}

/** `Download: 62 %, 1.2 GiB of 1.9 GiB, 4.1 MiB/s, 3 min left` */
function stageLine(stage: StageView, detail: JobDetail): string {
  const parts = [
    stage.fraction === null ? '' : percentText(stage.fraction),
    amountText(stage),
    receivedText(stage, detail.job),
    stage.name === 'download' ? speedText(detail.job) : '',
    leftText(detail.job),
  ].filter((part) => part !== '');
  const label = stageLabels[stage.name];
  return parts.length === 0 ? `${label} …` : `${label}: ${parts.join(', ')}`;
}
