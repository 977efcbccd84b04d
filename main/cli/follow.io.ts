/**
 * Stays with a job until it ends or stops: shows it, asks its questions, pauses it at Ctrl-C, and starts the engine
 * again, once, if it dies on the way. The job itself is in the database: whatever happens here loses nothing.
 */

import { failureFrom } from '../contract/index.ts';
import type { Failure, JobDetail, JobId, QuestionView } from '../contract/index.ts';
import type { Context } from './context.ts';
import { exitCodeOf, exitCodes } from './exit-codes.ts';
import type { ExitCode } from './exit-codes.ts';
import { arrivedFor, failureLines } from './progress-words.ts';
import { askQuestion } from './question.io.ts';
import type { TypedAnswer } from './question.io.ts';
import { refTable } from './ref-table.ts';
import type { JobEnd, Reporter } from './reporters.io.ts';
import { openSession } from './session.io.ts';
import type { Session } from './session.io.ts';
import type { Interruption } from './signals.io.ts';
import { safeText } from './text.ts';
import { watchJob } from './watch-job.ts';

/** How long a pause may take before we leave without having seen it; the engine itself has one second for it. */
const pauseMsMax = 3_000;

export interface Following {
  context: Context;
  reporter: Reporter;
  interruption: Interruption;
  /** The session in use now; replaced when the engine had to be started again. */
  session: Session;
  restarted: boolean;
}

/** Resolves with the end of the job as far as this command goes; reports nothing itself. Never rejects. */
export async function followJob(following: Following, id: JobId): Promise<JobEnd> {
  let last: JobDetail | null = null;
  try {
    for (;;) {
      const { client } = following.session;
      const watching = watchJob(client, id, (detail) => {
        last = detail;
        if (detail.job.state !== 'needs-you') following.reporter.update(detail);
      });
      const interrupted = following.interruption.asked.then(() => ({ why: 'interrupted' }) as const);
      const end = await Promise.race([watching, interrupted]);
      switch (end.why) {
        case 'stopped':
          return stoppedEnd(end.detail);
        case 'removed':
          return removedEnd(last);
        case 'interrupted':
          return await pauseAndLeave(following, id, watching, () => last);
        case 'asks': {
          const over = await answerOrLeave(following, end.detail);
          if (over !== null) return over;
          break;
        }
        case 'lost':
          if (following.restarted || end.failure.code !== 'engine-stopped') return lostEnd(last, end.failure);
          following.restarted = true;
          following.reporter.note('The engine has stopped. Starting it again …');
          await following.session.end();
          following.session = await openSession(following.context.home);
          break;
      }
    }
  } catch (error) {
    return lostEnd(last, failureFrom(error));
  }
}

/** At Ctrl-C: the job is paused, and its last report waited for. */
async function pauseAndLeave(
  following: Following,
  id: JobId,
  watching: ReturnType<typeof watchJob>,
  last: () => JobDetail | null,
): Promise<JobEnd> {
  following.reporter.note('Pausing …');
  const { client } = following.session;
  const paused = client.ask('job.pause', { ids: [id] }).then(() => watching);
  const waited = new Promise<null>((resolve) => setTimeout(resolve, pauseMsMax, null).unref());
  const end = await Promise.race([paused, waited]);
  if (end?.why === 'stopped') return stoppedEnd(end.detail);
  const detail = last();
  return {
    detail,
    state: detail?.job.state ?? 'none',
    failure: null,
    exitCode: exitCodes.resumable,
    words: resumeWords(id),
  };
}

/** Null when the question is answered and the job may be watched again. */
async function answerOrLeave(following: Following, detail: JobDetail): Promise<JobEnd | null> {
  const { job } = detail;
  const question = job.question;
  if (question === null) return null;
  const { context, reporter, interruption, session } = following;
  // JSON readers get the question as a line of its own.
  reporter.update(detail);
  if (!reporter.canAsk) {
    const words = [...failureLines(question.failure, arrivedFor(job)), ...resumeWords(job.id)];
    return { detail, state: job.state, failure: question.failure, exitCode: exitCodes.resumable, words };
  }
  reporter.stepAside();
  const moot = new AbortController();
  const stopWatching = session.client.follow(
    'job',
    { id: job.id },
    (now) => {
      if (now.job.question?.id !== question.id) moot.abort();
    },
    () => moot.abort(),
  );
  void interruption.asked.then(() => moot.abort());
  const typed = await askQuestion(context, question, moot.signal, () => interruption.ask());
  stopWatching();
  if (typed !== null) await answer(following, job.id, question, typed);
  else if (!moot.signal.aborted) {
    // The terminal is gone: nobody is there to answer.
    return {
      detail,
      state: job.state,
      failure: question.failure,
      exitCode: exitCodes.resumable,
      words: resumeWords(job.id),
    };
  }
  return null;
}

async function answer(
  following: Following,
  id: JobId,
  question: QuestionView,
  typed: TypedAnswer,
): Promise<void> {
  await following.session.client.ask('job.answer', { id, questionId: question.id, ...typed });
}

function stoppedEnd(detail: JobDetail): JobEnd {
  const { job } = detail;
  const end = (exitCode: ExitCode, words: string[]): JobEnd => ({
    detail,
    state: job.state,
    failure: job.failure,
    exitCode,
    words,
  });
  if (job.state === 'done' && detail.updates !== undefined) {
    const rejected = detail.updates.some(({ change }) => change === 'rejected');
    return end(rejected ? exitCodes.failed : exitCodes.done, refTable(job.url, detail.updates));
  }
  if (job.state === 'done') return end(exitCodes.done, [`Done: ${safeText(job.directory)}`]);
  if (job.state === 'paused') return end(exitCodes.resumable, resumeWords(job.id));
  if (job.state === 'cancelled')
    return end(exitCodes.failed, [
      job.kind === 'fetch' ? 'The update was cancelled.' : 'The clone was cancelled.',
    ]);
  const failure = job.failure ?? { code: 'internal', facts: {} };
  return end(exitCodeOf(failure.code), failureLines(failure, arrivedFor(job)));
}

function removedEnd(last: JobDetail | null): JobEnd {
  const words = ['The job was taken off the list by another window or command.'];
  return { detail: last, state: 'none', failure: null, exitCode: exitCodes.failed, words };
}

function lostEnd(last: JobDetail | null, failure: Failure): JobEnd {
  const id = last?.job.id;
  return {
    detail: last,
    state: last?.job.state ?? 'none',
    failure,
    exitCode: failure.code === 'engine-stopped' ? exitCodes.resumable : exitCodeOf(failure.code),
    words: [...failureLines(failure, arrivedFor(last?.job)), ...(id === undefined ? [] : resumeWords(id))],
  };
}

function resumeWords(id: JobId): string[] {
  return [
    `Stopped; nothing that arrived is lost. Go on with "packmule resume ${id}" or the same command again.`,
  ];
}
