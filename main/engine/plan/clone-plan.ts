/** What will be fetched, from where and how, decided before a byte is asked for. Pure. */

import { EngineError } from '../errors.ts';
import type { CloneOptions } from '../jobs/records.ts';
import type { RemoteOffer } from '../remote/index.ts';

export interface ClonePlan {
  strategy: 'plain';
  /** What will be done and why, in one sentence. */
  sentence: string;
  /** Whether a cut costs everything received of the pack (plain stream) or only its last part. */
  cutCosts: 'whole-pack';
}

/**
 * @throws EngineError `filter-not-supported` when a filter is wished and the remote has none: a full clone instead
 * would be a surprise of many bytes, so a person decides
 */
export function planClone(offer: RemoteOffer, options: CloneOptions, host: string): ClonePlan {
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
  return {
    strategy: 'plain',
    sentence: `${host} sends everything as one pack; it is kept on disk as it arrives. After a cut the download starts again.`,
    cutCosts: 'whole-pack',
  };
}

/** What a cut would cost with this remote, for somebody who has not decided yet. */
export function resumability(offer: RemoteOffer): string {
  if (offer.empty) return 'The repository is empty; there is nothing to download.';
  return 'The server sends one pack. Pausing or a cut starts that pack again; everything before and after it is kept.';
}
