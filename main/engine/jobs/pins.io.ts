/** The refs a clone was pinned to when its download began, kept beside it: later tries and stages go by them. */

import type { ObjectFormat } from '../../git/index.ts';
import { EngineError } from '../errors.ts';
import type { Disk } from '../ports.ts';
import type { OfferedRef } from '../remote/index.ts';
import type { Workspace } from '../repo/index.ts';
import type { CloneOptions } from './records.ts';

export interface Pins {
  refs: OfferedRef[];
  /** The remote's name in the new repository. */
  origin: string;
  /** The user's `init.defaultBranch` at the time. */
  defaultBranch: string;
  objectFormat: ObjectFormat;
}

export const isBare = (options: CloneOptions): boolean => options.bare === true || options.mirror === true;

export async function writePins(disk: Disk, workspace: Workspace, pins: Pins): Promise<void> {
  await disk.write(workspace.pinnedRefs, JSON.stringify(pins));
}

/** Null when there are none, or none that can be read: then nothing was begun that could be gone on with. */
export async function readPinsIfAny(disk: Disk, workspace: Workspace): Promise<Pins | null> {
  const bytes = await disk.read(workspace.pinnedRefs);
  if (bytes === null) return null;
  try {
    return JSON.parse(new TextDecoder().decode(bytes)) as Pins;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** Throws `disk-failed` when the file is gone or unreadable: somebody removed the workspace. */
export async function readPins(disk: Disk, workspace: Workspace): Promise<Pins> {
  const pins = await readPinsIfAny(disk, workspace);
  if (pins !== null) return pins;
  throw new EngineError('disk-failed', {
    path: workspace.pinnedRefs,
    detail: 'The file is gone or damaged.',
  });
}
