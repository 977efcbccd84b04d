/** What of a job's log a person should not have to look for: refs that moved, what was left out, what was damaged. */

import type { ActivityLine } from '../../../main/contract/index.ts';

const noticesMax = 3;

/** The newest first; the same sentence only once. `more`: how many others the log has. */
export function noticesOf(activity: readonly ActivityLine[]): { shown: ActivityLine[]; more: number } {
  const told = new Map<string, ActivityLine>();
  for (const line of activity.toReversed()) {
    if (line.level !== 'info' && !told.has(line.text)) told.set(line.text, line);
  }
  const all = [...told.values()];
  return { shown: all.slice(0, noticesMax), more: Math.max(0, all.length - noticesMax) };
}
