/** `packmule clone`: adds a job, or takes up the one that was stopped, and stays until it ends. */

import { resolve } from 'node:path';
import { failureFrom } from '../contract/index.ts';
import type { Client, Failure, JobId } from '../contract/index.ts';
import { suggestedDirectory } from './clone-directory.ts';
import { repositoryAddress } from './local-repository.io.ts';
import { sameOptions, unfinishedJob } from './clone-target.ts';
import type { CloneCommand } from './commands.ts';
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

/** Resolves with the exit code; never rejects. */
export async function clone(command: CloneCommand, context: Context): Promise<number> {
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
    const end = await addAndFollow(command, following);
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

async function addAndFollow(command: CloneCommand, following: Following): Promise<JobEnd> {
  let id: JobId;
  try {
    id = await takeUp(command, following.session.client, following.reporter, following.context);
  } catch (error) {
    return notBegun(failureFrom(error));
  }
  return followJob(following, id);
}

/** The id of the job that this command is about. */
async function takeUp(
  command: CloneCommand,
  client: Client,
  reporter: Reporter,
  context: Context,
): Promise<JobId> {
  const name = command.directory ?? suggestedDirectory(command.url, command.options);
  // Whether the address makes sense at all is for the engine to say, with or without a directory.
  const directory = name === null ? undefined : resolve(context.workingDirectory, name);
  const { options } = command;
  const url = repositoryAddress(command.url, context.workingDirectory);
  const old =
    directory === undefined ? null : unfinishedJob(await client.ask('job.list', {}), url, directory);
  if (old === null) {
    const added = await client.ask('job.clone', { url, directory, options, start: 'now' });
    reporter.note(
      `${options.bare || options.mirror ? 'Cloning into bare repository' : 'Cloning into'} '${safeText(shortest(added.directory, name))}' …`,
    );
    return added.id;
  }
  const detail = await client.ask('job.get', { id: old.id });
  reporter.note(`Going on with the clone into '${safeText(shortest(old.directory, name))}' …`);
  if (!sameOptions(detail.options, options)) {
    reporter.note(
      'It goes on with the options it was begun with; "packmule remove" first to begin anew.',
      true,
    );
  }
  if (old.question !== null) {
    await client.ask('job.answer', { id: old.id, questionId: old.question.id, choice: 'retry' });
  } else if (old.state === 'paused' || old.state === 'failed') {
    await client.ask('job.resume', { ids: [old.id] });
  }
  return old.id;
}

/** As git says it: the name as it was typed or made up, not where that is. */
function shortest(directory: string, name: string | null): string {
  return name ?? directory;
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
