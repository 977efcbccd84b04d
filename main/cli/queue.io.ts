/** `packmule pause`, `resume`, `cancel` and `remove`. */

import { resolve } from 'node:path';
import type { Client, JobId, JobState, JobView } from '../contract/index.ts';
import type { Command, JobsNamed } from './commands.ts';
import { print, say } from './context.ts';
import type { Context } from './context.ts';
import { exitCodes } from './exit-codes.ts';
import { followJob } from './follow.io.ts';
import type { Following } from './follow.io.ts';
import { jobNamed } from './job-name.ts';
import { createReporter } from './reporters.io.ts';
import { openSession, withSession } from './session.io.ts';
import type { Session } from './session.io.ts';
import { watchInterruption } from './signals.io.ts';
import { safeText } from './text.ts';
import { plural } from './units.ts';

export type QueueCommand = Extract<Command, JobsNamed>;

const doneWords: Record<QueueCommand['name'], string> = {
  pause: 'Paused',
  resume: 'Resumed',
  cancel: 'Cancelled',
  remove: 'Removed',
};

const resting: readonly JobState[] = ['paused', 'waiting-for-network', 'retrying', 'needs-you'];
const working: readonly JobState[] = [
  'probing',
  'planning',
  'downloading',
  'indexing',
  'connecting',
  'checking-out',
];

/** What `--all` means: never a job that somebody has cancelled, and no running one is swept off the list. */
const all: Record<QueueCommand['name'], ReadonlySet<JobState>> = {
  pause: new Set(['queued', ...working, 'waiting-for-network', 'retrying', 'needs-you']),
  resume: new Set([...resting, 'failed']),
  cancel: new Set(['queued', ...working, ...resting, 'failed']),
  remove: new Set(['paused', 'done', 'failed', 'cancelled']),
};

/** Exit code 1 when a named job could not be found, or not be changed in this way. */
export function changeQueue(command: QueueCommand, context: Context): Promise<number> {
  if (command.name === 'resume') return resumeJobs(command, context);
  return withSession(context.home, async ({ client }) => {
    const done = await change(command, client, context);
    return done === null ? exitCodes.failed : done.exitCode;
  });
}

interface Changed {
  ids: JobId[];
  exitCode: number;
}

/** Null when a name is not understood: then nothing is changed at all. */
async function change(command: QueueCommand, client: Client, context: Context): Promise<Changed | null> {
  const jobs = await client.ask('job.list', {});
  const selection = select(command, jobs, context);
  if (selection === null) return null;
  const { ids } = await ask(command, client, selection);
  const directories = new Map(jobs.map((job) => [job.id, job.directory]));
  if (ids.length === 0 && 'all' in command)
    print(context, [`${doneWords[command.name]} no job: none is in a state for it.`]);
  print(
    context,
    ids.map((id) => `${doneWords[command.name]} ${id} ${safeText(directories.get(id) ?? '')}`.trimEnd()),
  );
  // With --all, a job that moved on in the meantime is nobody's mistake.
  const left = 'all' in command ? [] : selection.ids.filter((id) => !ids.includes(id));
  const states = new Map(jobs.map((job) => [job.id, job.state]));
  say(
    context,
    left.map((id) => `packmule: ${id} is ${states.get(id) ?? 'gone'}; ${command.name} does nothing there.`),
  );
  return { ids, exitCode: left.length === 0 ? exitCodes.done : exitCodes.failed };
}

function select(command: QueueCommand, jobs: readonly JobView[], context: Context): { ids: JobId[] } | null {
  if ('all' in command)
    return { ids: jobs.filter((job) => all[command.name].has(job.state)).map((job) => job.id) };
  const found = command.jobs.map((name) => jobNamed(jobs, name, resolve(context.workingDirectory, name)));
  const problems = found.flatMap((one) => ('problem' in one ? [`packmule: ${one.problem}`] : []));
  say(context, problems);
  if (problems.length > 0) return null;
  return { ids: [...new Set(found.flatMap((one) => ('job' in one ? [one.job.id] : [])))] };
}

function ask(command: QueueCommand, client: Client, selection: { ids: JobId[] }): Promise<{ ids: JobId[] }> {
  switch (command.name) {
    case 'pause':
      return client.ask('job.pause', selection);
    case 'resume':
      return client.ask('job.resume', selection);
    case 'remove':
      return client.ask('job.remove', selection);
    case 'cancel':
      return client.ask('job.cancel', { ...selection, keepPartial: command.keepPartial });
  }
}

/**
 * Somebody has to run what is resumed. Where an engine is running already that is its business; where we had to start
 * one it would end with us, so we stay until the jobs end.
 */
async function resumeJobs(command: QueueCommand, context: Context): Promise<number> {
  const session = await openSession(context.home);
  try {
    const done = await change(command, session.client, context);
    if (done === null) return exitCodes.failed;
    if (!session.owner || done.ids.length === 0) return done.exitCode;
    return Math.max(done.exitCode, await stayWith(done.ids, session, context));
  } finally {
    // Where the engine was started again on the way, this one is gone already and says so at once.
    await session.end();
  }
}

async function stayWith(ids: readonly JobId[], session: Session, context: Context): Promise<number> {
  const reporter = createReporter(context, { quiet: false, verbose: false, json: false });
  const interruption = watchInterruption(() => reporter.abandon());
  const following: Following = { context, reporter, interruption, session, restarted: false };
  if (ids.length > 1) reporter.note(`Staying until ${plural(ids.length, 'job')} end; Ctrl-C pauses them.`);
  void interruption.asked
    .then(() => session.client.ask('job.pause', { ids: [...ids] }))
    .catch(() => undefined);
  let worst = 0;
  try {
    for (const id of ids) {
      const end = await followJob(following, id);
      reporter.end(end);
      worst = Math.max(worst, end.exitCode);
    }
    return worst;
  } finally {
    interruption.end();
    if (following.session !== session) await following.session.end();
  }
}
