/** `packmule fetch`: adds an update of a repository, or takes up the one that was stopped, and stays until it ends. */

import { resolve } from 'node:path';
import { ContractFailure } from '../contract/index.ts';
import type { Client, JobId, JobView } from '../contract/index.ts';
import { beginAndFollow, goOn } from './begin.io.ts';
import type { FetchCommand } from './commands.ts';
import type { Context } from './context.ts';
import type { Reporter } from './reporters.io.ts';
import { safeText } from './text.ts';

/** Resolves with the exit code; never rejects. */
export function fetch(command: FetchCommand, context: Context): Promise<number> {
  return beginAndFollow(command, context, (client, reporter) => takeUp(command, client, reporter, context));
}

async function takeUp(
  command: FetchCommand,
  client: Client,
  reporter: Reporter,
  context: Context,
): Promise<JobId> {
  const directory = resolve(context.workingDirectory, command.directory ?? '.');
  try {
    const added = await client.ask('job.fetch', { directory, options: command.options, start: 'now' });
    reporter.note(`Fetching into '${safeText(added.directory)}' …`);
    return added.id;
  } catch (error) {
    const old = await jobInTheWay(client, error);
    if (old?.kind !== 'fetch') throw error;
    reporter.note(`Going on with the update of '${safeText(old.directory)}' …`);
    await goOn(client, old);
    return old.id;
  }
}

/** The unfinished job for the same place, when that is why there can be no other. */
export async function jobInTheWay(client: Client, error: unknown): Promise<JobView | null> {
  if (!(error instanceof ContractFailure) || error.failure.code !== 'target-taken-by-job') return null;
  const { jobId } = error.failure.facts;
  return (await client.ask('job.list', {})).find(({ id }) => id === jobId) ?? null;
}
