/** Plays what the choice among bundles advises: servers, headers and unbundling are pretended, one event at a time. */

import { expect } from 'vitest';
import {
  adviseBundles,
  type BundleEnd,
  type BundleProgress,
  type BundleSituation,
} from '../../../main/engine/plan/index.ts';
import type { BundleHeader, BundleList, ListedBundle } from '../../../main/git/index.ts';

/** A commit's id from its name: any text will do, nothing here looks into it. */
export type Commit = string;

export interface Served {
  tips: Commit[];
  needs: Commit[];
  filter?: string;
  objectFormat?: 'sha1' | 'sha256';
  /** What becomes of the download. */
  fate?: 'not-found' | 'corrupt' | 'list';
}

const headerOf = ({ tips, needs, filter, objectFormat = 'sha1' }: Served): BundleHeader => ({
  version: 3,
  objectFormat,
  filter: filter ?? null,
  prerequisites: needs.map((oid) => ({ oid, comment: '' })),
  tips: tips.map((oid) => ({ oid, name: `refs/heads/${oid}` })),
  refusedTips: [],
});

export const listed = (
  id: string,
  creationToken: bigint | null,
  filter: string | null = null,
): ListedBundle => ({
  id,
  uri: `${id}.bundle`,
  filter,
  creationToken,
  location: null,
});

export const listOf = (bundles: ListedBundle[], more: Partial<BundleList> = {}): BundleList => ({
  version: 1,
  mode: 'all',
  heuristic: 'creationToken',
  bundles,
  dropped: [],
  ...more,
});

export interface Play {
  list: BundleList;
  served: Record<string, Served>;
  purpose: 'clone' | 'update';
  here?: readonly Commit[];
  storedToken?: bigint | null;
  filter?: string | null;
  /** Which of the things that may happen next does: by default the one that was begun first. */
  pick?: (count: number) => number;
}

export interface Played {
  asked: string[];
  cancelled: string[];
  unbundled: string[];
  end: BundleEnd;
  sentences: string[];
}

/** Does what is advised until the end, one event at a time: a header comes, a bundle is whole, or fails. */
export function play({
  list,
  served,
  purpose,
  here = [],
  storedToken = null,
  filter = null,
  pick = () => 0,
}: Play): Played {
  const commits = new Set(here);
  const progress = new Map<string, BundleProgress>();
  const played: Omit<Played, 'end'> = { asked: [], cancelled: [], unbundled: [], sentences: [] };
  const situation: BundleSituation = {
    ...{ list, purpose, filter, storedToken, progress, objectFormat: 'sha1' },
    has: (oid) => commits.has(oid),
  };
  const bundleOf = (id: string): Served => served[id] ?? { tips: [], needs: [], fate: 'not-found' };
  for (let round = 0; round < 10_000; round++) {
    const { download, cancel, unbundle, end, sentence } = adviseBundles(situation);
    if (played.sentences.at(-1) !== sentence) played.sentences.push(sentence);
    if (end !== null) {
      expect([download, cancel, unbundle]).toEqual([[], [], null]);
      return { ...played, end };
    }
    for (const { id } of cancel) {
      const at = progress.get(id);
      expect(at?.at).toBe('downloading');
      played.cancelled.push(id);
      progress.set(id, { at: 'listed', header: at?.at === 'downloading' ? at.header : null });
    }
    for (const { id } of download) {
      played.asked.push(id);
      const at = progress.get(id);
      progress.set(id, { at: 'downloading', header: at?.at === 'listed' ? at.header : null });
    }
    if (unbundle !== null) {
      const { tips, needs, fate } = bundleOf(unbundle);
      for (const need of needs) expect(commits.has(need), `${unbundle} needs ${need}`).toBe(true);
      played.unbundled.push(unbundle);
      progress.set(unbundle, fate === 'corrupt' ? { at: 'failed', why: 'is corrupt' } : { at: 'unbundled' });
      if (fate !== 'corrupt') for (const tip of tips) commits.add(tip);
      continue;
    }
    const moving = [...progress].filter(([, { at }]) => at === 'downloading');
    const [id, at] = moving[pick(moving.length)] ?? [];
    if (id === undefined || at?.at !== 'downloading') {
      expect(download.length + cancel.length, 'there is always something to do').toBeGreaterThan(0);
      continue;
    }
    const bundle = bundleOf(id);
    if (bundle.fate === 'not-found') progress.set(id, { at: 'failed', why: 'is not on its server' });
    else if (bundle.fate === 'list') progress.set(id, { at: 'list', outcome: 'used' });
    else if (at.header === null) progress.set(id, { at: 'downloading', header: headerOf(bundle) });
    else progress.set(id, { at: 'here', header: at.header });
  }
  throw new Error('It never ends.');
}

/** The history of t5558: two lines from `base`, merged, gone on with, and joined again in `top`. */
export const history: Record<string, Served> = {
  1: { tips: ['base'], needs: [] },
  2: { tips: ['left'], needs: ['base'] },
  3: { tips: ['right'], needs: ['base'] },
  4: { tips: ['merge'], needs: ['left', 'right'] },
  6: { tips: ['lefter', 'righter'], needs: ['left', 'right'] },
  7: { tips: ['top'], needs: ['lefter', 'merge', 'righter'] },
};
export const tokens = (...ids: number[]) => listOf(ids.map((id) => listed(String(id), BigInt(id))));
export const without = (...ids: number[]): Record<string, Served> => ({
  ...history,
  ...Object.fromEntries(
    ids.map((id) => [id, { ...history[id], tips: [], needs: [], fate: 'not-found' as const }]),
  ),
});
