/** The refs a clone was pinned to when it was downloaded, kept beside it: later stages need no network. */

import { EngineError } from '../errors.ts';
import type { Disk } from '../ports.ts';
import type { OfferedRef } from '../remote/index.ts';
import type { Workspace } from '../repo/index.ts';

export interface Pins {
  refs: OfferedRef[];
  /** The remote's name in the new repository. */
  origin: string;
  /** The user's `init.defaultBranch` at the time. */
  defaultBranch: string;
}

export async function writePins(disk: Disk, workspace: Workspace, pins: Pins): Promise<void> {
  const { refs, origin, defaultBranch } = pins;
  await disk.write(workspace.pinnedRefs, JSON.stringify({ refs, origin, defaultBranch }));
}

/** Throws `disk-failed` when the file is gone or unreadable: somebody removed the workspace. */
export async function readPins(disk: Disk, workspace: Workspace): Promise<Pins> {
  const bytes = await disk.read(workspace.pinnedRefs);
  try {
    if (bytes !== null) return JSON.parse(new TextDecoder().decode(bytes)) as Pins;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new EngineError('disk-failed', {
    path: workspace.pinnedRefs,
    detail: 'The file is gone or damaged.',
  });
}
