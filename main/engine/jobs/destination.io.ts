/** What a directory is to somebody who wants to clone into it. */

import type { Destination } from '../door.ts';
import type { Disk } from '../ports.ts';

/** Changes nothing on the disk. */
export async function checkDestination(
  disk: Disk,
  path: string,
  takenByJob: (path: string) => boolean,
): Promise<Destination> {
  const resolved = disk.resolve(path);
  const [kind, writable, freeBytes] = await Promise.all([
    disk.kindOf(resolved),
    disk.isWritable(disk.parentOf(resolved)),
    disk.freeBytes(resolved),
  ]);
  return { path: resolved, state: stateOf(kind, takenByJob(resolved)), writable, freeBytes };
}

function stateOf(kind: Awaited<ReturnType<Disk['kindOf']>>, taken: boolean): Destination['state'] {
  if (taken) return 'taken-by-job';
  switch (kind) {
    case 'nothing':
      return 'free';
    case 'empty-directory':
      return 'empty-directory';
    case 'directory':
      return 'not-empty';
    default:
      return 'file';
  }
}
