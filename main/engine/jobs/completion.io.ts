/**
 * Finishes a clone from whatever is here: first all commits, then all trees and blobs, in the order of paths. Nothing
 * about its progress is kept but the objects themselves: after any end of the process it starts by looking at what is
 * here, and asks for the rest.
 */

import { EngineError } from '../errors.ts';
import type { HistoryWalk } from '../ports.ts';
import type { GitConnection } from '../remote/index.ts';
import { Batches } from './batches.io.ts';
import { tooLarge } from './too-large.ts';
import type { WorkContext } from './work-context.ts';

/** Rounds of commits without a new one, before the server is taken at its word that it has no more. */
const idleRoundsMax = 2;

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
    await walk.begin();
    await completeCommits(context, batches, walk);
    await walk.startTrees();
    await batches.fetchMissing();
    const setAside = await walk.setAside();
    if (setAside.length > 0) throw tooLarge(context.address.host, setAside);
  } catch (error) {
    others.abort(error);
    throw error;
  } finally {
    // A pack may still be on its way into the repository when the work is stopped or fails.
    await batches.settle();
    await walk.close();
  }
}

async function completeCommits(context: WorkContext, batches: Batches, walk: HistoryWalk): Promise<void> {
  for (let idleRounds = 0; ;) {
    const { missing, shallow, haves, commits } = await walk.frontier();
    if (missing.length === 0) {
      const all = commits.toLocaleString('en');
      context.note('info', `All ${all} commits are here; now the folders and files that are missing.`);
      return;
    }
    const { objects, cut } = await batches.fetch({ wants: missing, shallow, haves, filter: 'tree:0' });
    if (objects === 0 && !cut) idleRounds++;
    if (idleRounds >= idleRoundsMax) {
      throw new EngineError('objects-missing', {
        host: context.address.host,
        detail: `The server did not send ${missing.length} commits or tags it was asked for.`,
      });
    }
  }
}
