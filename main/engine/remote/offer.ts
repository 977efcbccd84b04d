/** What a remote says it can give. Kept with the job, so that a restart need not ask again to show it. */

import type { ObjectFormat } from '../../git/index.ts';

export interface OfferedRef {
  name: string;
  /** Null for an unborn HEAD. */
  oid: string | null;
  /** For a symbolic ref: what it points to. */
  symrefTarget: string | null;
  /** For an annotated tag: the object it finally names. */
  peeled: string | null;
}

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
