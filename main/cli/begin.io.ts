/** What commands that stay with a job have in common: the session, the display, Ctrl-C, and the end. */

import { failureFrom } from '../contract/index.ts';
import type { Client, Failure, JobId, JobView } from '../contract/index.ts';
import { EngineUnavailable } from '../launch-engine.ts';
import type { Context } from './context.ts';
import { exitCodeOf } from './exit-codes.ts';
import { followJob } from './follow.io.ts';
import type { Following } from './follow.io.ts';
import { failureLines } from './progress-words.ts';
import { createReporter } from './reporters.io.ts';
import type { JobEnd, Reporter } from './reporters.io.ts';
import { openSession } from './session.io.ts';
import { watchInterruption } from './signals.io.ts';
import { safeText } from './text.ts';

/**
 * Adds a job, or takes up one, and stays until it ends. Resolves with the exit code; never rejects.
 * @param takeUp answers with the id of the job this command is about
 */
export async function beginAndFollow(
  command: { quiet: boolean; verbose: boolean; json: boolean },
  context: Context,
  takeUp: (client: Client, reporter: Reporter) => Promise<JobId>,
): Promise<number> {
  const reporter = createReporter(context, command);
  const interruption = watchInterruption(() => reporter.abandon());
  try {
    const following: Following = {
      context,
      reporter,
      interruption,
      session: await openSession(context.home),
      restarted: false,
    };
    const end = await addAndFollow(following, takeUp);
    reporter.end(end);
    await following.session.end();
    return end.exitCode;
  } catch (error) {
    // No engine could be had. What else may go wrong has been told by followJob.
    const failure = failureFrom(error);
    const words =
      error instanceof EngineUnavailable ? [`packmule: ${safeText(error.message)}`] : failureLines(failure);
    const end: JobEnd = { ...notBegun(failure), words };
    reporter.end(end);
    return end.exitCode;
  } finally {
    interruption.end();
  }
}

async function addAndFollow(
  following: Following,
  takeUp: (client: Client, reporter: Reporter) => Promise<JobId>,
): Promise<JobEnd> {
  let id: JobId;
  try {
    id = await takeUp(following.session.client, following.reporter);
  } catch (error) {
    return notBegun(failureFrom(error));
  }
  return followJob(following, id);
}

/** A job that waits for a person goes on. */
export async function goOn(client: Client, old: JobView): Promise<void> {
  if (old.question !== null) {
    await client.ask('job.answer', { id: old.id, questionId: old.question.id, choice: 'retry' });
  } else if (old.state === 'paused' || old.state === 'failed') {
    await client.ask('job.resume', { ids: [old.id] });
  }
}

function notBegun(failure: Failure): JobEnd {
  return {
    detail: null,
    state: 'none',
    failure,
    exitCode: exitCodeOf(failure.code),
    words: failureLines(failure),
  };
}
