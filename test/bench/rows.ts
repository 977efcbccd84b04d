/** The rows by their names on the command line, cheap ones first. */

import type { Bench } from './bench.ts';
import { cutTargets, measureCuts, measureNoFilter } from './cuts.ts';
import type { Row } from './figures.ts';
import { measureMemory, measureTenTimes } from './memory.ts';
import { measureLoopback, measureThrottled } from './uncut.ts';

export interface NamedRows {
  name: string;
  /** One word for several. */
  group: string;
  measure(bench: Bench): Promise<Row[]>;
}

/** Half of a round trip of 80 ms. */
const longDelayMs = 40;

export const namedRows: readonly NamedRows[] = [
  { name: 'loopback', group: 'uncut', measure: measureLoopback },
  ...cutTargets.map((target) => ({
    name: `cuts-${target.afterBytes >= 1_000_000 ? `${target.afterBytes / 1_000_000}mb` : `${target.afterBytes / 1000}kb`}`,
    group: 'cuts',
    measure: (bench: Bench) => measureCuts(bench, target),
  })),
  { name: 'throttled', group: 'line', measure: (bench) => measureThrottled(bench, 0) },
  { name: 'throttled-far', group: 'line', measure: (bench) => measureThrottled(bench, longDelayMs) },
  { name: 'no-filter', group: 'cuts', measure: measureNoFilter },
  { name: 'memory', group: 'peak', measure: measureMemory },
  { name: 'ten-times', group: 'peak', measure: measureTenTimes },
];

/**
 * What a list such as "cuts,throttled" names, in the table's order; everything without one.
 * @throws Error naming what there is, for a word that is neither a row nor a group
 */
export function chosenRows(list: string | undefined, rows: readonly NamedRows[] = namedRows): NamedRows[] {
  if (list === undefined) return [...rows];
  const words = list.split(',').map((word) => word.trim());
  for (const word of words) {
    if (rows.some((row) => row.name === word || row.group === word)) continue;
    const known = [...new Set(rows.flatMap((row) => [row.group, row.name]))].join(', ');
    throw new Error(`There is no row "${word}". There are: ${known}.`);
  }
  return rows.filter((row) => words.includes(row.name) || words.includes(row.group));
}
