/** `packmule list`, `status` and `probe`: what is there, printed once. */

import { resolve } from 'node:path';
import type { Client, TopicValue } from '../contract/index.ts';
import { print, printJson, say } from './context.ts';
import type { Context } from './context.ts';
import { exitCodes } from './exit-codes.ts';
import { jobNamed } from './job-name.ts';
import { helloLine, jobLine } from './json-lines.ts';
import { repositoryAddress } from './local-repository.io.ts';
import { withSession } from './session.io.ts';
import { detailLines, listLines, probeLines, totalsLines } from './tables.ts';

export function list(command: { json: boolean }, context: Context): Promise<number> {
  return withSession(context.home, async ({ client }) => {
    const jobs = await client.ask('job.list', {});
    if (command.json) printJson(context, [helloLine(context.version), ...jobs.map(jobLine)]);
    else print(context, listLines(jobs));
    return exitCodes.done;
  });
}

export function status(command: { job: string | null; json: boolean }, context: Context): Promise<number> {
  return withSession(context.home, async ({ client }) => {
    const jobs = await client.ask('job.list', {});
    if (command.job === null) {
      const totals = await firstTotals(client);
      if (command.json) printJson(context, [helloLine(context.version), { type: 'totals', ...totals }]);
      else print(context, totalsLines(totals, jobs));
      return exitCodes.done;
    }
    const found = jobNamed(jobs, command.job, resolve(context.workingDirectory, command.job));
    if ('problem' in found) {
      say(context, [`packmule: ${found.problem}`]);
      return exitCodes.failed;
    }
    const detail = await client.ask('job.get', { id: found.job.id });
    if (command.json) printJson(context, [helloLine(context.version), { type: 'detail', ...detail }]);
    else print(context, detailLines(detail, Date.now()));
    return exitCodes.done;
  });
}

function firstTotals(client: Client): Promise<TopicValue<'totals'>> {
  return new Promise((found, lost) => {
    const stop = client.follow(
      'totals',
      {},
      (totals) => {
        queueMicrotask(() => stop());
        found(totals);
      },
      (failure) => lost(new Error(failure.code)),
    );
  });
}

export function probe(command: { url: string; json: boolean }, context: Context): Promise<number> {
  return withSession(context.home, async ({ client }) => {
    const found = await client.ask('remote.probe', {
      url: repositoryAddress(command.url, context.workingDirectory),
    });
    if (command.json) printJson(context, [helloLine(context.version), { type: 'probe', ...found }]);
    else print(context, probeLines(found));
    return exitCodes.done;
  });
}
