/** What would be fetched again if the line broke now. Pure. */

import type { LiveArtefact } from './live-job.ts';
import type { StoredAttempt } from './records.ts';

export interface Arriving {
  /** Nothing arrives for a job that rests. */
  working: boolean;
  /** See `ClonePlan`; null while nobody has planned. */
  cutCosts: 'whole-pack' | 'one-entry' | null;
  artefacts: readonly LiveArtefact[];
  attempts: readonly StoredAttempt[];
}

/**
 * In bytes: of each answer that is coming the entry in the middle of which it is, as far as anybody can say without
 * reading it: a mean one, and never more than came so far. Where nothing of a cut answer is of use, all of it.
 */
export function cutCostBytes({ working, cutCosts, artefacts, attempts }: Arriving): number {
  if (!working) return 0;
  // What was cut and waits to be taken in costs nothing more.
  const running = new Set(
    attempts.filter(({ result }) => result === 'running').map(({ artefactId }) => artefactId),
  );
  // A file goes on at its byte.
  const arriving = artefacts.filter(
    ({ stored }) => stored.state === 'arriving' && running.has(stored.id) && isPack(stored.kind),
  );
  if (arriving.length === 0) return 0;
  const sizes = cutCosts === 'one-entry' ? meanEntries(artefacts) : null;
  return arriving.reduce((sum, each) => sum + (sizes === null ? each.bytes : entryBytes(each, sizes)), 0);
}

type Kind = LiveArtefact['stored']['kind'];
type PackKind = 'pack-stream' | 'object-batch';
type Sizes = Record<PackKind, number | null>;

const isPack = (kind: Kind): kind is PackKind => kind === 'pack-stream' || kind === 'object-batch';

/** By what was taken in so far; batches are of smaller objects than the pack with everything. */
function meanEntries(artefacts: readonly LiveArtefact[]): Sizes {
  const mean = (kind: PackKind): number | null => {
    let bytes = 0;
    let objects = 0;
    for (const { stored, bytes: its } of artefacts) {
      if (stored.kind !== kind || stored.state !== 'verified') continue;
      bytes += its;
      objects += stored.objects;
    }
    return objects === 0 ? null : bytes / objects;
  };
  const all = { 'pack-stream': mean('pack-stream'), 'object-batch': mean('object-batch') };
  return {
    'pack-stream': all['pack-stream'] ?? all['object-batch'],
    'object-batch': all['object-batch'] ?? all['pack-stream'],
  };
}

function entryBytes({ stored, bytes }: LiveArtefact, sizes: Sizes): number {
  // Of the first pack it is known how many objects came, because it is indexed on its way.
  const mean = stored.objects > 0 ? bytes / stored.objects : isPack(stored.kind) ? sizes[stored.kind] : null;
  return Math.min(bytes, Math.round(mean ?? bytes));
}
