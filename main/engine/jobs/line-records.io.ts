/** What is known of the lines to hosts, kept in the database: it outlives jobs. */

import { afterCut, afterWhole, readLine, type LineRecord } from '../plan/index.ts';
import type { WorkContext } from './work-context.ts';

const keyOf = (context: WorkContext): string => `line:${context.address.host}`;

export function lineTo(context: WorkContext): LineRecord | null {
  return readLine(context.ports.store.loadSetting(keyOf(context)));
}

/** An answer of so many bytes came whole, or was cut off. */
export function learnLine(context: WorkContext, bytes: number, cut: boolean): void {
  const { store, clock } = context.ports;
  // Cut before the first byte: that says nothing about lengths.
  if (bytes === 0) return;
  const before = lineTo(context);
  const after = cut ? afterCut(before, bytes, clock.nowMs()) : afterWhole(before, bytes);
  if (after === before) return;
  store.loosely(() => store.saveSetting(keyOf(context), after === null ? '' : JSON.stringify(after)));
}
