/** What will be fetched, from where and how, decided before a byte is asked for. Pure. */

import { EngineError } from '../errors.ts';
import type { CloneOptions } from '../jobs/records.ts';
import type { LineRecord } from './line.ts';
import type { RemoteOffer } from '../remote/index.ts';

export interface ClonePlan {
  /** `plain`: one pack. `objects`: what is missing, by object id, in batches. */
  strategy: 'plain' | 'objects';
  /** What will be done and why, in one sentence. */
  sentence: string;
  /** What a cut costs: everything received of the pack, or only the entry that was arriving. */
  cutCosts: 'whole-pack' | 'one-entry';
}

/** Whether what arrived of an interrupted pack can be completed by object id (gitprotocol-v2, "fetch": filter, want). */
export function isCompletable(offer: RemoteOffer, options: CloneOptions): boolean {
  const whole = options.depth === undefined && options.filter === undefined;
  return whole && offer.protocolVersion === 2 && offer.capabilities.filter;
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
  if (isCompletable(offer, options)) {
    if (shortLived !== null) return planSmallRequests(host, shortLived);
    return {
      strategy: 'plain',
      sentence: `${host} sends everything as one pack; after a cut only what is missing is fetched, object by object.`,
      cutCosts: 'one-entry',
    };
  }
  const why = offer.capabilities.filter ? 'for this kind of clone' : 'because it offers no filters';
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

/** The plan after the first cut: objects by id. */
export function planObjects(host: string): ClonePlan {
  return {
    strategy: 'objects',
    sentence: `The download was interrupted. Everything that arrived is kept; ${host} is asked for exactly the objects that are missing.`,
    cutCosts: 'one-entry',
  };
}

/** What a cut would cost with this remote, for somebody who has not decided yet. */
export function resumability(offer: RemoteOffer): string {
  if (offer.empty) return 'The repository is empty; there is nothing to download.';
  if (isCompletable(offer, {}))
    return 'A cut costs at most the object that was arriving: what came before it is kept, and only what is missing is fetched.';
  return 'The server offers no filters: a cut starts the download of the pack again.';
}
