/** What will be fetched, from where and how, decided before a byte is asked for. Pure. */

import { EngineError } from '../errors.ts';
import type { CloneOptions } from '../jobs/records.ts';
import type { LineRecord } from './line.ts';
import type { RemoteOffer } from '../remote/index.ts';

export interface ClonePlan {
  /**
   * `plain`: one pack. `objects`: what is missing, by object id, in batches. `slices`: what is missing, some commits'
   * trees at a time.
   */
  strategy: 'plain' | 'objects' | 'slices';
  /** What will be done and why, in one sentence. */
  sentence: string;
  /** What a cut costs: everything received of the pack, or only the entry that was arriving. */
  cutCosts: 'whole-pack' | 'one-entry';
}

/** Filters that leave out a kind of object, so that what is missing of the others can be told. */
const sliceableFilters: readonly (string | undefined)[] = [undefined, 'blob:none', 'tree:0'];

/**
 * How what arrived of an interrupted pack can be completed (gitprotocol-v2, "fetch": filter, shallow, want): object by
 * object where the server knows filters and everything is wanted; else in slices of the history; null when it cannot.
 */
export function completionWay(offer: RemoteOffer, options: CloneOptions): 'objects' | 'slices' | null {
  const { protocolVersion, capabilities } = offer;
  if (protocolVersion !== 2) return null;
  if (capabilities.filter && options.depth === undefined && options.filter === undefined) return 'objects';
  return capabilities.shallow && sliceableFilters.includes(options.filter) ? 'slices' : null;
}

/**
 * @param shortLived the line to the host, when its connections break early
 * @throws EngineError `filter-not-supported` when a filter is wished and the remote has none: a full clone instead
 * would be a surprise of many bytes, so a person decides
 */
export function planClone(
  offer: RemoteOffer,
  options: CloneOptions,
  host: string,
  shortLived: LineRecord | null = null,
): ClonePlan {
  if (options.filter !== undefined && !offer.capabilities.filter) {
    throw new EngineError('filter-not-supported', { host, option: options.filter });
  }
  if (options.depth !== undefined && !offer.capabilities.shallow) {
    throw new EngineError('remote-refused', { host, detail: 'The server offers no shallow clones.' });
  }
  if (offer.empty) {
    return {
      strategy: 'plain',
      sentence: `${host} has nothing in this repository yet, so there is nothing to download.`,
      cutCosts: 'whole-pack',
    };
  }
  const way = completionWay(offer, options);
  if (way === 'objects') {
    if (shortLived !== null) return planSmallRequests(host, shortLived);
    return {
      strategy: 'plain',
      sentence: `${host} sends everything as one pack; after a cut only what is missing is fetched, object by object.`,
      cutCosts: 'one-entry',
    };
  }
  if (way === 'slices') {
    return {
      strategy: 'plain',
      sentence: `${host} sends everything as one pack; after a cut what arrived is kept, and the rest is fetched in slices of the history.`,
      cutCosts: 'one-entry',
    };
  }
  const why = options.filter === undefined ? 'because it offers too little for more' : 'with this filter';
  return {
    strategy: 'plain',
    sentence: `${host} sends everything as one pack; after a cut the download starts again, ${why}.`,
    cutCosts: 'whole-pack',
  };
}

/** Objects by id from the start. */
function planSmallRequests(host: string, { lifeBytes }: LineRecord): ClonePlan {
  const life = lifeBytes < 1e6 ? `${Math.ceil(lifeBytes / 1e3)} kB` : `${Math.round(lifeBytes / 1e6)} MB`;
  return {
    strategy: 'objects',
    sentence: `Connections to ${host} broke after about ${life} lately, so everything is fetched in requests that are smaller than that.`,
    cutCosts: 'one-entry',
  };
}

/** The plan once bundles have brought what they could. */
export function planRest(host: string, way: 'objects' | 'slices'): ClonePlan {
  const what =
    way === 'objects' ? 'exactly the objects that are missing' : 'the rest in slices of the history';
  return {
    strategy: way,
    sentence: `What bundles could bring is here; ${host} is asked for ${what}.`,
    cutCosts: 'one-entry',
  };
}

/** The plan after the first cut: objects by id. */
export function planObjects(host: string): ClonePlan {
  return {
    strategy: 'objects',
    sentence: `The download was interrupted. Everything that arrived is kept; ${host} is asked for exactly the objects that are missing.`,
    cutCosts: 'one-entry',
  };
}

/** The plan after the first cut where the server knows no filters, or where not everything is wanted. */
export function planSlices(host: string): ClonePlan {
  return {
    strategy: 'slices',
    sentence: `The download was interrupted. Everything that arrived is kept; ${host} is asked for the rest in slices of the history, newest first.`,
    cutCosts: 'one-entry',
  };
}

/** The plan when the server refuses to send what slices ask for. */
export function planRefused(host: string): ClonePlan {
  return {
    strategy: 'plain',
    sentence: `${host} refuses to send parts of the history, so everything is asked for once more, as one pack; a cut costs all of it.`,
    cutCosts: 'whole-pack',
  };
}

/** What a cut would cost with this remote, for somebody who has not decided yet. */
export function resumability(offer: RemoteOffer): string {
  if (offer.empty) return 'The repository is empty; there is nothing to download.';
  const way = completionWay(offer, {});
  if (way === 'objects')
    return 'A cut costs at most the object that was arriving: what came before it is kept, and only what is missing is fetched.';
  if (way === 'slices')
    return 'The server offers no filters: after a cut what arrived is kept, and some directories are fetched a second time.';
  return 'The server offers too little to go on after a cut: the download of the pack would start again.';
}
