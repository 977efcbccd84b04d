/** What an update has fetched, kept in its workspace until the refs have moved: later stages need no network for it. */

import { EngineError } from '../errors.ts';
import type { WantedRef } from '../plan/index.ts';
import type { WorkContext } from './work-context.ts';

export interface FetchedRefs {
  /** In the order of FETCH_HEAD. */
  refs: WantedRef[];
  /** Local refs whose source the remote has no more, when they are to go. */
  stale: string[];
}

export async function writeFetchedRefs(context: WorkContext, fetched: FetchedRefs): Promise<void> {
  const { disk } = context.ports;
  await disk.makeDirectory(context.workspace.root);
  await disk.write(context.workspace.pinnedRefs, JSON.stringify(fetched));
}

/** Throws `disk-failed` when the file is gone or damaged: somebody removed the workspace. */
export async function readFetchedRefs(context: WorkContext): Promise<FetchedRefs> {
  const path = context.workspace.pinnedRefs;
  const bytes = await context.ports.disk.read(path);
  try {
    if (bytes !== null) return JSON.parse(new TextDecoder().decode(bytes)) as FetchedRefs;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new EngineError('disk-failed', { path, detail: 'The file is gone or damaged.' });
}
