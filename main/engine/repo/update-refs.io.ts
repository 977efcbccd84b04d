/** Moves refs of a repository that others use at the same time: only from the values they were seen with. */

import { bytesOfText } from '../../git/index.ts';
import type { RefUpdate } from '../jobs/records.ts';
import { reflogSubjects } from '../plan/index.ts';
import type { ExistingRepository } from './existing.io.ts';

/** One line of `git update-ref --stdin`. */
function commandOf({ localName, from, to }: RefUpdate): string {
  if (to === null) return `delete ${localName} ${from ?? ''}\n`;
  // `create` also checks that nobody else made it.
  return from === null ? `create ${localName} ${to}\n` : `update ${localName} ${to} ${from}\n`;
}

/**
 * One transaction; when git refuses it, two of half the size, so that a ref which somebody else has changed or locked
 * keeps no other from moving. Answers with what was refused.
 */
async function move(
  repository: ExistingRepository,
  updates: readonly RefUpdate[],
  subject: string,
): Promise<RefUpdate[]> {
  if (updates.length === 0) return [];
  const { exitCode } = await repository.run(['update-ref', '--stdin', '-m', subject], {
    input: bytesOfText(updates.map((update) => commandOf(update)).join('')),
    expect: [0, 1, 128],
  });
  if (exitCode === 0) return [];
  if (updates.length === 1) return [...updates];
  const middle = updates.length >> 1;
  return [
    ...(await move(repository, updates.slice(0, middle), subject)),
    ...(await move(repository, updates.slice(middle), subject)),
  ];
}

const isHere = (oid: string | null, found: string | undefined) => (oid ?? undefined) === found;

/**
 * What is gone goes first, so that its name may become a folder (`a` before `a/b`); then, for each kind of change, all
 * refs in one transaction with its own line for the reflog. Answers with the updates as they turned out, in the same
 * order; those that could not be made are `rejected`.
 */
export async function updateRefs(
  repository: ExistingRepository,
  updates: readonly RefUpdate[],
): Promise<RefUpdate[]> {
  const refused = new Set<RefUpdate>();
  for (const change of [
    'deleted',
    'fast-forward',
    'forced',
    'tag-moved',
    'new-branch',
    'new-tag',
    'new-ref',
  ] as const) {
    const due = updates.filter((update) => update.change === change);
    for (const update of await move(repository, due, reflogSubjects[change])) refused.add(update);
  }
  if (refused.size === 0) return [...updates];
  // Somebody else may have brought a ref to the same place meanwhile.
  const now = await repository.refs();
  return updates.map((update) => {
    if (!refused.has(update) || isHere(update.to, now.get(update.localName)?.oid)) return update;
    return { ...update, change: 'rejected', reason: 'unable to update local ref' };
  });
}
