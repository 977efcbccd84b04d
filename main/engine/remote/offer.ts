/** What a remote says it can give. Kept with the job, so that a restart need not ask again to show it. */

import type { Advertisement, AdvertisedRef, ObjectFormat } from '../../git/index.ts';

export type OfferedRef = AdvertisedRef;

export interface RemoteCapabilities {
  filter: boolean;
  shallow: boolean;
  bundleUri: boolean;
  packfileUris: boolean;
  resume: boolean;
  objectInfo: boolean;
  refInWant: boolean;
  waitForDone: boolean;
  sidebandAll: boolean;
}

export interface RemoteOffer {
  protocolVersion: 0 | 1 | 2;
  agent: string | null;
  objectFormat: ObjectFormat;
  capabilities: RemoteCapabilities;
  /** Full name HEAD points to (also when unborn); null when detached, or when the remote did not say. */
  headTarget: string | null;
  /** Null when there is no HEAD to check out. */
  headOid: string | null;
  counts: { refs: number; branches: number; tags: number };
  empty: boolean;
}

/** The offer in an advertisement of protocol v2 and its refs. */
export function offerOf(
  advertisement: Extract<Advertisement, { version: 2 }>,
  refs: readonly OfferedRef[],
): RemoteOffer {
  const fetch = new Set(advertisement.commands.get('fetch') ?? []);
  const counts = { refs: 0, branches: 0, tags: 0 };
  for (const { name, oid } of refs) {
    if (oid === null || name === 'HEAD') continue;
    counts.refs++;
    if (name.startsWith('refs/heads/')) counts.branches++;
    else if (name.startsWith('refs/tags/')) counts.tags++;
  }
  const head = refs.find((ref) => ref.name === 'HEAD');
  return {
    protocolVersion: 2,
    agent: advertisement.agent,
    objectFormat: advertisement.objectFormat,
    capabilities: {
      filter: fetch.has('filter'),
      shallow: fetch.has('shallow'),
      bundleUri: advertisement.commands.has('bundle-uri'),
      packfileUris: fetch.has('packfile-uris'),
      resume: fetch.has('resume'),
      objectInfo: advertisement.commands.has('object-info'),
      refInWant: fetch.has('ref-in-want'),
      waitForDone: fetch.has('wait-for-done'),
      sidebandAll: fetch.has('sideband-all'),
    },
    headTarget: head?.symrefTarget ?? null,
    headOid: head?.oid ?? null,
    counts,
    empty: counts.refs === 0 && (head?.oid ?? null) === null,
  };
}
