/** What is kept about a job between runs: plain values, one type per table. */

import type { EngineFailure } from '../errors.ts';
import type { JobState, StageName } from './states.ts';

/** The options of `git clone` that the engine knows, by git's own names. */
export interface CloneOptions {
  bare?: boolean;
  mirror?: boolean;
  branch?: string;
  singleBranch?: boolean;
  depth?: number;
  noTags?: boolean;
  origin?: string;
  noCheckout?: boolean;
  filter?: string;
  bundleUri?: string;
  config?: string[];
}

/** The options of `git fetch` that the engine knows; what is absent is as the repository's configuration has it. */
export interface FetchOptions {
  /** Name of a configured remote; git's own choice when absent. */
  remote?: string;
  prune?: boolean;
  /** `all`: every tag of the remote; `none`: only those that refspecs name. */
  tags?: 'all' | 'none';
}

/** Which repository a fetch updates, settled when it was wished. */
export interface StoredFetch extends FetchOptions {
  remote: string;
  /** Absolute; of this work tree: HEAD and FETCH_HEAD. */
  gitDir: string;
  /** Absolute; of the repository: objects, refs and configuration (gitrepository-layout(5), "commondir"). */
  commonDir: string;
}

/** What a fetch did to one ref here, in the order of git's own table (git-fetch(1), "Output"). */
export interface RefUpdate {
  change:
    'fast-forward' | 'forced' | 'new-branch' | 'new-tag' | 'new-ref' | 'tag-moved' | 'deleted' | 'rejected';
  /** As the remote calls it; null for what it has no more. */
  remoteName: string | null;
  localName: string;
  from: string | null;
  to: string | null;
  /** Why it was rejected. */
  reason?: string;
}

export interface ByteFigures {
  wireBytes: number;
  usefulBytes: number;
  wastedBytes: number;
  savedBytes: number;
  uploadedBytes: number;
}

export interface StoredQuestion {
  id: string;
  kind:
    'target-exists' | 'disk-full' | 'object-too-large' | 'authentication' | 'ssh-passphrase' | 'ssh-host-key';
  failure: EngineFailure;
  /** Of the ssh kinds: ssh's own words, safe to show. */
  prompt?: string;
}

export interface StoredJob {
  id: string;
  kind: 'clone' | 'fetch';
  /** Without a password; a user name only where it came alone. */
  url: string;
  directory: string;
  /** Of a clone; empty for a fetch. */
  options: CloneOptions;
  /** Of a fetch; null for a clone. */
  fetch: StoredFetch | null;
  /** What a fetch did to the refs, once it has. */
  updates: RefUpdate[] | null;
  state: JobState;
  /** The stage a stopped job was in. */
  stage: StageName | null;
  position: number;
  bytes: ByteFigures;
  requests: number;
  drops: number;
  activeMs: number;
  /** Tries in a row without progress. */
  tries: number;
  failure: EngineFailure | null;
  question: StoredQuestion | null;
  /** What the remote offered and which way was chosen; JSON owned by engine/remote and engine/plan. */
  offer: unknown;
  plan: unknown;
  createdAtMs: number;
  finishedAtMs: number | null;
}

export interface StoredArtefact {
  id: string;
  jobId: string;
  kind: 'pack-stream' | 'object-batch' | 'bundle' | 'bundle-list';
  source: string;
  state: 'wanted' | 'arriving' | 'spooled' | 'verified' | 'abandoned';
  /** Null for a stream whose length nobody knows. */
  totalBytes: number | null;
  totalObjects: number | null;
  /** Whole entries found in what is kept. */
  objects: number;
  /** File name within the job's spool directory. */
  spoolName: string | null;
  createdAtMs: number;
}

export interface StoredPiece {
  id: string;
  artefactId: string;
  fromBytes: number;
  toBytes: number;
  /** `lost`: of an artefact that comes in spans, of an earlier version; compared with what comes. */
  state: 'arriving' | 'here' | 'indexed' | 'lost';
  /** SHA-256 of exactly these bytes, hex; of an artefact that comes in spans. */
  sha256?: string;
  /** Which of the artefact's sources they came from. */
  source?: number;
}

/** What a piece of an artefact that comes in spans is a piece of: one version of a file. */
export interface StoredRange {
  artefactId: string;
  /** Null while nobody has said it. */
  totalBytes: number | null;
  /** The validator of the version (RFC 9110 §8.8). */
  etag: string | null;
  lastModified: string | null;
  dateIsStrong: boolean;
  /** In the order of preference. */
  sources: StoredSource[];
}

export interface StoredSource {
  place: number;
  /** As it was last good: one that was renewed has another address than the one it began with. May let its bearer in. */
  url: string;
  receivedBytes: number;
  cuts: number;
  bytesPerSecond: number | null;
  /** Why it is not asked any more for this artefact. */
  aside: EngineFailure | null;
}

export interface StoredAttempt {
  id: string;
  jobId: string;
  number: number;
  artefactId: string | null;
  source: string;
  startedAtMs: number;
  endedAtMs: number | null;
  bytes: number;
  result: 'running' | 'complete' | 'paused' | 'failed';
  failure: EngineFailure | null;
  entriesKept: number | null;
}

export interface StoredActivity {
  jobId: string;
  atMs: number;
  level: 'info' | 'notice' | 'problem';
  text: string;
}
