/**
 * Finishes a clone from whatever is here: all commits and beside them their root trees, then everything below these, in the order of paths.
 * about its progress is kept but the objects themselves: after any end of the process it starts by looking at what is
 * here, and asks for the rest.
 */

import { EngineError } from '../errors.ts';
import { CommitWants } from '../pieces/index.ts';
import type { HistoryWalk } from '../ports.ts';
import type { GitConnection } from '../remote/index.ts';
import { Batches } from './batches.io.ts';
import { refusedFailure, setAsideFailure } from './set-aside.ts';
import type { WorkContext } from './work-context.ts';

/** Rounds of commits without a new one, before the server is taken at its word that it has no more. */
const idleRoundsMax = 2;
/** Refusals of one commit, before the server is taken at its word that it does not have it. */
const refusalsMax = 6;

/**
 * @param wants ids of refs; everything they reach is here when it resolves
 * @throws EngineErrors as the connection, the server and git have them; `object-too-large` when everything is here but
 * what no connection carries; the signal's reason when stopped
 */
export function completeByIds(
  context: WorkContext,
  connection: GitConnection,
  format: 'sha1' | 'sha256',
  wants: readonly string[],
): Promise<void> {
  const { ports, workspace } = context;
  return completeFrom(context, connection, format, (signal) =>
    ports.openHistoryWalk(workspace.gitDir, format, wants, signal),
  );
}

/**
 * Everything a walk finds missing.
 * @throws as `completeByIds`
 */
export async function completeFrom(
  context: WorkContext,
  connection: GitConnection,
  format: 'sha1' | 'sha256',
  openWalk: (signal: AbortSignal) => HistoryWalk,
): Promise<void> {
  // When one request fails for good the others end as well.
  const others = new AbortController();
  const signal = AbortSignal.any([context.signal, others.signal]);
  const walk = openWalk(signal);
  const batches = new Batches({ ...context, signal }, connection, format, walk);
  try {
    await batches.begin();
    // A server thinks long about commits: meanwhile it can send the trees of those that are here.
    const commits = completeCommits(context, batches, walk).then(() => walk.startTrees());
    await Promise.all([commits, batches.fetchMissing()]);
    const setAside = await walk.setAside();
    if (setAside.length > 0) throw setAsideFailure(context.address.host, setAside);
    context.gathered = await batches.gathered();
  } catch (error) {
    await batches.end(error).catch(() => {});
    others.abort(error);
    throw error;
  } finally {
    // A pack may still be on its way into the repository when the work is stopped or fails.
    await batches.settle();
    await walk.close();
  }
}

async function completeCommits(context: WorkContext, batches: Batches, walk: HistoryWalk): Promise<void> {
  const { host } = context.address;
  const refusals = new Map<string, number>();
  const most = new CommitWants();
  for (let idleRounds = 0; ;) {
    // A server may have forgotten a history that nobody wants any more: after a refusal only what is surely needed.
    const goal = refusals.size > 0 ? null : batches.bytesGoal;
    const stretch = goal === null ? null : { wantsMax: most.most };
    const { missing, shallow, haves, commits } = await walk.frontier(refusals.size === 0, stretch);
    if (missing.length === 0) {
      const all = commits.toLocaleString('en');
      context.note('info', `All ${all} commits are here; now the folders and files that are missing.`);
      return;
    }
    // What was refused is asked for again when nothing else is missing: another server may answer then.
    const others = missing.filter((oid) => !refusals.has(oid));
    const wants = others.length > 0 ? others : missing;
    const { objects, bytes, cut, refused } = await batches.fetch({ wants, shallow, haves });
    if (goal !== null) most.learn(wants.length, { bytes, cut }, goal);
    if (refused === 'again') continue;
    if (refused !== null) {
      const times = (refusals.get(refused.oid) ?? 0) + 1;
      refusals.set(refused.oid, times);
      if (times >= refusalsMax || !wants.includes(refused.oid))
        throw refusedFailure(host, refused, refusals.size);
      continue;
    }
    if (objects === 0 && !cut) idleRounds++;
    if (idleRounds >= idleRoundsMax) {
      throw new EngineError('objects-missing', {
        host,
        detail: `The server did not send ${wants.length} commits or tags it was asked for.`,
      });
    }
  }
}
