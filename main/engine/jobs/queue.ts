/** Which queued jobs may start now. Pure. */

import type { JobState } from './states.ts';

export interface QueueEntry {
  id: string;
  state: JobState;
  position: number;
  /** Still letting go of sockets and files, whatever its state says. */
  busy: boolean;
}

/** Ids to start, in the order of the queue, so that at most `concurrent` jobs are busy. */
export function admitted(entries: readonly QueueEntry[], concurrent: number, held: boolean): string[] {
  if (held) return [];
  const busy = entries.filter((entry) => entry.busy).length;
  const places = Math.max(0, concurrent - busy);
  return entries
    .filter((entry) => entry.state === 'queued' && !entry.busy)
    .sort((a, b) => a.position - b.position)
    .slice(0, places)
    .map((entry) => entry.id);
}

/** New positions after moving one entry before another (null: to the end): whole numbers from 1. */
export function reordered(
  entries: readonly { id: string; position: number }[],
  id: string,
  before: string | null,
): { id: string; position: number }[] {
  const ids = [...entries].sort((a, b) => a.position - b.position).map((entry) => entry.id);
  if (before === id) return ids.map((other, i) => ({ id: other, position: i + 1 }));
  const rest = ids.filter((other) => other !== id);
  const at = before === null ? rest.length : rest.indexOf(before);
  rest.splice(at === -1 ? rest.length : at, 0, id);
  return rest.map((other, i) => ({ id: other, position: i + 1 }));
}
