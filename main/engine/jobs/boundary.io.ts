/** Commits whose parents are left out on purpose: git's own file `shallow` (gitrepository-layout(5)). */

import type { WorkContext } from './work-context.ts';

function boundaryPath({ ports, workspace }: WorkContext): string {
  return ports.disk.join(workspace.gitDir, 'shallow');
}

export async function writeBoundary(context: WorkContext, shallow: readonly string[]): Promise<void> {
  if (shallow.length === 0) return;
  await context.ports.disk.write(boundaryPath(context), shallow.join('\n') + '\n');
}

export async function readBoundary(context: WorkContext): Promise<string[]> {
  const bytes = await context.ports.disk.read(boundaryPath(context));
  if (bytes === null) return [];
  return new TextDecoder()
    .decode(bytes)
    .split('\n')
    .filter((line) => line !== '');
}
