/** What was fetched, seen as a whole: a clone that was cut may be one pack and hundreds of batches of objects. */

import type { ArtefactView, JobDetail } from '../../../main/contract/index.ts';

const isHere = (artefact: ArtefactView) => artefact.state === 'verified' || artefact.state === 'spooled';

/** Nothing more will be asked for. */
export function isFetched(detail: JobDetail): boolean {
  return detail.stages.some(
    ({ name, state }) => name === 'download' && (state === 'done' || state === 'skipped'),
  );
}

/** What several artefacts are together. */
export interface Whole {
  state: ArtefactView['state'];
  bytes: number;
  objects: number;
  /** Null where nobody knows. */
  totalObjects: number | null;
}

/** What was given up is left out, unless there is nothing else. `finished`: nothing more will come. */
export function wholeOf(artefacts: readonly ArtefactView[], finished: boolean): Whole {
  const counted = artefacts.filter(({ state }) => state !== 'abandoned');
  const parts = counted.length > 0 ? counted : artefacts.slice(-1);
  const [first] = parts;
  const objects = parts.reduce((sum, part) => sum + part.objects, 0);
  // Only the first pack was asked for everything; what it promised is the number of objects there are.
  const promised = parts.find(({ kind }) => kind === 'pack-stream')?.totalObjects ?? null;
  const alone = parts.length === 1 && first ? asShown(first, finished).state : 'arriving';
  return {
    state: finished && alone !== 'abandoned' ? 'verified' : alone,
    bytes: parts.reduce((sum, part) => sum + part.bytes, 0),
    objects,
    totalObjects: finished || promised === null ? null : Math.max(promised, objects),
  };
}

/** A pack that was cut is whole as far as it goes; to a clone that is not `finished` it is a part. */
export function asShown(artefact: ArtefactView, finished: boolean): ArtefactView {
  const { objects, totalObjects } = artefact;
  const part = isHere(artefact) && totalObjects !== null && objects < totalObjects;
  return part && !finished ? { ...artefact, state: 'arriving', totalBytes: null } : artefact;
}

/** Artefacts by where they came from, in the order of the first of each. */
export function bySource(artefacts: readonly ArtefactView[]): [source: string, parts: ArtefactView[]][] {
  return [...Map.groupBy(artefacts, ({ source }) => source)];
}
