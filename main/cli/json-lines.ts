/**
 * The lines of `--json`: one object each, documented in README.md. Members are only ever added within one format
 * number; a reader skips types and members it does not know.
 */

import { failureWords } from '../contract/index.ts';
import type { Failure, JobDetail, JobState, JobView, StageName } from '../contract/index.ts';

export const jsonFormat = 1;
export const progressEveryMs = 500;

export interface JsonMemory {
  state: JobState | null;
  stage: StageName | null;
  retryAtMs: number | null;
  question: string | null;
  progressAtMs: number;
}

export const jsonStart: JsonMemory = {
  state: null,
  stage: null,
  retryAtMs: null,
  question: null,
  progressAtMs: Number.NEGATIVE_INFINITY,
};

export function helloLine(version: string): object {
  return { type: 'hello', packmule: version, format: jsonFormat };
}

/** The lines for this report, in order: what changed of state, retry and question, then progress when it is due. */
export function jsonLines(
  memory: JsonMemory,
  detail: JobDetail,
  nowMs: number,
): { lines: object[]; memory: JsonMemory } {
  const { job } = detail;
  const lines: object[] = [];
  const next: JsonMemory = { ...memory, state: job.state, stage: activeStage(detail) };
  if (next.state !== memory.state || next.stage !== memory.stage) {
    lines.push({
      type: 'state',
      job: job.id,
      state: next.state,
      stage: next.stage,
      directory: job.directory,
    });
  }
  next.retryAtMs = job.retry?.atMs ?? null;
  if (job.retry !== null && next.retryAtMs !== memory.retryAtMs) {
    const { attempt, atMs, failure } = job.retry;
    lines.push({
      type: 'retry',
      job: job.id,
      attempt,
      atMs,
      failure: failureValue(failure, job.bytes.usefulBytes > 0),
    });
  }
  next.question = job.question?.id ?? null;
  if (job.question !== null && next.question !== memory.question) {
    const { id, kind, choices, failure } = job.question;
    lines.push({
      type: 'question',
      job: job.id,
      question: id,
      kind,
      choices,
      failure: failureValue(failure),
    });
  }
  if (nowMs - memory.progressAtMs >= progressEveryMs) {
    next.progressAtMs = nowMs;
    lines.push(progressLine(detail, next.stage));
  }
  return { lines, memory: next };
}

function progressLine(detail: JobDetail, stage: StageName | null): object {
  const { job } = detail;
  return {
    type: 'progress',
    job: job.id,
    stage,
    fraction: job.fraction,
    rateBytesPerSecond: job.rateBytesPerSecond,
    etaSeconds: job.etaSeconds,
    ...job.bytes,
    cutCostBytes: detail.cutCostBytes,
    stages: detail.stages,
  };
}

/** The last line of `clone` and `fetch`. Figures are null when no job came to be. */
export function resultLine(
  detail: JobDetail | null,
  end: { state: JobState | 'none'; failure: Failure | null; exitCode: number },
): object {
  const job = detail?.job ?? null;
  return {
    type: 'result',
    job: job?.id ?? null,
    state: end.state,
    directory: job?.directory ?? null,
    wireBytes: job?.bytes.wireBytes ?? null,
    usefulBytes: job?.bytes.usefulBytes ?? null,
    wastedBytes: job?.bytes.wastedBytes ?? null,
    savedBytes: job?.bytes.savedBytes ?? null,
    uploadedBytes: job?.bytes.uploadedBytes ?? null,
    requests: job?.requests ?? null,
    drops: job?.drops ?? null,
    seconds: job?.activeSeconds ?? null,
    strategy: detail?.plan?.strategy ?? null,
    ...(detail?.updates === undefined ? {} : { updates: detail.updates }),
    failure: end.failure === null ? null : failureValue(end.failure, (job?.bytes.usefulBytes ?? 0) > 0),
    exitCode: end.exitCode,
  };
}

/** Code and facts for programs, words for people. */
export function failureValue(failure: Failure, arrived = false): object {
  const { title, what, kept, todo } = failureWords(failure, arrived);
  return { code: failure.code, facts: failure.facts, title, what, kept, todo };
}

export function jobLine(job: JobView): object {
  return { type: 'job', ...job };
}

function activeStage(detail: JobDetail): StageName | null {
  return detail.stages.find((stage) => stage.state === 'active')?.name ?? detail.job.stage;
}
