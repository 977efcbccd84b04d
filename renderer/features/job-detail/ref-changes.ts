/** What an update did to the refs, for reading. */

import type { RefUpdateView } from '../../../main/contract/index.ts';
import { words } from '../../words/index.ts';

/** What deserves a look comes first. */
const order: readonly RefUpdateView['change'][] = [
  'rejected',
  'forced',
  'tag-moved',
  'deleted',
  'fast-forward',
  'new-branch',
  'new-tag',
  'new-ref',
];

const shortOid = 8;
const short = (name: string) => name.replace(/^refs\/(?:heads|tags|remotes)\//, '');

/** `3 branches moved on, 1 forced, 2 new tags`; that all is up to date where nothing changed. */
export function changesInShort(updates: readonly RefUpdateView[]): string {
  if (updates.length === 0) return words.updates.none;
  return order
    .map((change) => [change, updates.filter((update) => update.change === change).length] as const)
    .filter(([, count]) => count > 0)
    .map(([change, count]) => words.updates.counts[change](count))
    .join(', ');
}

export interface RefChange {
  change: RefUpdateView['change'];
  /** Short name here. */
  name: string;
  /** Full name, for those who want to know. */
  fullName: string;
  /** `1a2b3c4d → 5e6f7081`, one of them, or why it was rejected. */
  what: string;
}

export function refChanges(updates: readonly RefUpdateView[]): RefChange[] {
  return updates
    .map(({ change, localName, from, to, reason }) => ({
      change,
      name: short(localName),
      fullName: localName,
      what: reason ?? [from, to].flatMap((oid) => (oid === null ? [] : [oid.slice(0, shortOid)])).join(' → '),
    }))
    .sort((a, b) => order.indexOf(a.change) - order.indexOf(b.change));
}
