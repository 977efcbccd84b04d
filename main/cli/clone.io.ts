/** `packmule clone`: adds a job, or takes up the one that was stopped, and stays until it ends. */

import { resolve } from 'node:path';
import type { Client, JobId } from '../contract/index.ts';
import { beginAndFollow, goOn } from './begin.io.ts';
import { suggestedDirectory } from './clone-directory.ts';
import { repositoryAddress } from './local-repository.io.ts';
import { sameOptions, unfinishedJob } from './clone-target.ts';
import type { CloneCommand } from './commands.ts';
import type { Context } from './context.ts';
import type { Reporter } from './reporters.io.ts';
import { safeText } from './text.ts';

/** Resolves with the exit code; never rejects. */
export function clone(command: CloneCommand, context: Context): Promise<number> {
  return beginAndFollow(command, context, (client, reporter) => takeUp(command, client, reporter, context));
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
  await goOn(client, old);
  return old.id;
}

/** As git says it: the name as it was typed or made up, not where that is. */
function shortest(directory: string, name: string | null): string {
  return name ?? directory;
}
