/**
 * Finishes an update that was cut off: all new commits first, then, level by level, whatever they hold that is not here.
 * Nothing about its progress is kept but the objects themselves.
 */

import type { ObjectFormat } from '../../git/index.ts';
import { UpdateWalk, type NewObjects } from '../objects/index.ts';
import type { GitConnection } from '../remote/index.ts';
import { completeFrom } from './completion.io.ts';
import type { WorkContext } from './work-context.ts';

export interface UnfinishedUpdate {
  objects: NewObjects;
  format: ObjectFormat;
  /** Ids that must be here in the end, with everything behind them. */
  wants: readonly string[];
  /** Ids that are here whole, some of them likely at the server too. */
  common: readonly string[];
}

/** As `completeUpdate`, but for the commits and tags alone. */
export function completeUpdateCommits(
  context: WorkContext,
  connection: GitConnection,
  { objects, format, wants, common }: UnfinishedUpdate,
): Promise<void> {
  return completeFrom(
    context,
    connection,
    format,
    (signal) => new UpdateWalk({ ...objects, signal }, format, wants, common, 'commits'),
  );
}

/**
 * @throws EngineErrors as the connection, the server and git have them; `objects-missing` when the server stops sending
 * what it is asked for; the signal's reason when stopped
 */
export function completeUpdate(
  context: WorkContext,
  connection: GitConnection,
  { objects, format, wants, common }: UnfinishedUpdate,
): Promise<void> {
  return completeFrom(
    context,
    connection,
    format,
    (signal) => new UpdateWalk({ ...objects, signal }, format, wants, common),
  );
}
