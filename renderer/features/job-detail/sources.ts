/** What was fetched, seen as a whole: a clone that was cut may be one pack and hundreds of batches of objects. */

import type { ArtefactView, JobDetail, PieceView } from '../../../main/contract/index.ts';

const isHere = (artefact: ArtefactView) => artefact.state === 'verified' || artefact.state === 'spooled';

/** Nothing more will be asked for. */
export function isFetched(detail: JobDetail): boolean {
  return detail.stages.some(
    ({ name, state }) => name === 'download' && (state === 'done' || state === 'skipped'),
  );
}

/**
 * Artefacts end to end as if they were one, so that one map shows all. What was given up is left out, unless there is
 * nothing else. Null when there is nothing at all. `finished`: nothing more will come.
 */
export function joined(artefacts: readonly ArtefactView[], finished: boolean): ArtefactView | null {
  const counted = artefacts.filter(({ state }) => state !== 'abandoned');
  const parts = counted.length > 0 ? counted : artefacts.slice(-1);
  const [first] = parts;
  if (first === undefined) return null;
  if (parts.length === 1) return finished || !isHere(first) ? first : { ...first, ...stillToCome(first) };
  const pieces: PieceView[] = [];
  let bytes = 0;
  for (const part of parts) {
    const from = bytes;
    // Of a cut part that was taken in, only the whole objects count; what came behind them is gone.
    const size = isHere(part) ? part.bytes : Math.max(part.bytes, part.pieces.at(-1)?.toBytes ?? 0);
    bytes += size;
    for (const piece of part.pieces.filter(({ fromBytes }) => fromBytes < size)) {
      const to = Math.min(piece.toBytes, size);
      pieces.push({ ...piece, fromBytes: from + piece.fromBytes, toBytes: from + to });
    }
  }
  const objects = parts.reduce((sum, part) => sum + part.objects, 0);
  // Only the first pack was asked for everything; what it promised is the number of objects there are.
  const promised = parts.find(({ kind }) => kind === 'pack-stream')?.totalObjects ?? null;
  return {
    ...first,
    id: `${first.id}+${parts.length - 1}`,
    state: finished ? 'verified' : 'arriving',
    bytes,
    totalBytes: null,
    objects,
    totalObjects: finished || promised === null ? null : Math.max(promised, objects),
    pieces,
  };
}

/** A pack that was cut is whole as far as it goes; to the clone it is a part. */
function stillToCome(artefact: ArtefactView): Partial<ArtefactView> {
  const { objects, totalObjects } = artefact;
  return totalObjects !== null && objects < totalObjects ? { state: 'arriving', totalBytes: null } : {};
}

/** Artefacts by where they came from, in the order of the first of each. */
export function bySource(artefacts: readonly ArtefactView[]): [source: string, parts: ArtefactView[]][] {
  return [...Map.groupBy(artefacts, ({ source }) => source)];
}
