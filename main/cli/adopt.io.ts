/** `packmule adopt`: goes on with what a killed git left, and stays until that ends. */

import { resolve } from 'node:path';
import type { Client, JobId } from '../contract/index.ts';
import { beginAndFollow, goOn } from './begin.io.ts';
import { jobInTheWay } from './fetch.io.ts';
import type { AdoptCommand } from './commands.ts';
import type { Context } from './context.ts';
import type { Reporter } from './reporters.io.ts';
import { safeText } from './text.ts';

/** Resolves with the exit code; never rejects. */
export function adopt(command: AdoptCommand, context: Context): Promise<number> {
  return beginAndFollow(command, context, (client, reporter) => takeUp(command, client, reporter, context));
}

async function takeUp(
  command: AdoptCommand,
  client: Client,
  reporter: Reporter,
  context: Context,
): Promise<JobId> {
  const directory = resolve(context.workingDirectory, command.directory);
  try {
    const { id, kind } = await client.ask('job.adopt', { directory, start: 'now' });
    reporter.note(`Going on with the ${kind} that git began in '${safeText(command.directory)}' …`);
    return id;
  } catch (error) {
    const old = await jobInTheWay(client, error);
    if (old === null) throw error;
    reporter.note(`Going on with '${safeText(old.directory)}' …`);
    await goOn(client, old);
    return old.id;
  }
}
