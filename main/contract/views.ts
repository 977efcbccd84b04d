/** What a client is shown. Plain values, ready for JSON; bytes, milliseconds and fractions unless the name says otherwise. */

import type { Failure } from './failures.ts';

export type JobId = string;

/** Every state a job can be in. The order is the order of a life; the table of moves is in the engine. */
export const jobStates = [
  'queued',
  'probing',
  'planning',
  'downloading',
  'paused',
  'waiting-for-network',
  'retrying',
  'needs-you',
  'indexing',
  'connecting',
  'checking-out',
  'done',
  'failed',
  'cancelled',
] as const;
export type JobState = (typeof jobStates)[number];

export const stageNames = ['probe', 'download', 'index', 'connect', 'checkout'] as const;
export type StageName = (typeof stageNames)[number];

/** The options of `git clone` that Packmule knows, by git's own names. */
export interface CloneOptions {
  bare?: boolean;
  mirror?: boolean;
  branch?: string;
  singleBranch?: boolean;
  depth?: number;
  /** `--no-tags` */
  noTags?: boolean;
  /** `--origin <name>`; git's default (`clone.defaultRemoteName`, else `origin`) when absent. */
  origin?: string;
  noCheckout?: boolean;
  /** A filter spec as in git-rev-list(1) `--filter`, e.g. `blob:none`. */
  filter?: string;
  /** `--bundle-uri <uri>`: a bundle or a list of bundles at an http:// or https:// address, fetched first. */
  bundleUri?: string;
  /** `-c key=value`, in order. */
  config?: string[];
}

/** The options of `git fetch` that Packmule knows; what is absent is as the repository's configuration has it. */
export interface FetchOptions {
  /** Name of a configured remote; git's own choice (the branch's upstream, else `origin`) when absent. */
  remote?: string;
  /** Delete the remote-tracking refs of what the remote has no more. */
  prune?: boolean;
  /** `all`: every tag of the remote; `none`: only those that refspecs name. */
  tags?: 'all' | 'none';
}

/** What a fetch did to one ref of the repository. */
export interface RefUpdateView {
  change:
    'fast-forward' | 'forced' | 'new-branch' | 'new-tag' | 'new-ref' | 'tag-moved' | 'deleted' | 'rejected';
  /** Full name at the remote; null for what it has no more. */
  remoteName: string | null;
  /** Full name here. */
  localName: string;
  from: string | null;
  to: string | null;
  /** Why it was rejected. */
  reason?: string;
}

/** All counted at this end; `wire` is every byte received for the job, headers and framing included. */
export interface ByteFigures {
  wireBytes: number;
  usefulBytes: number;
  wastedBytes: number;
  /** Received before an interruption and not asked for again. */
  savedBytes: number;
  uploadedBytes: number;
}

export interface StageView {
  name: StageName;
  state: 'waiting' | 'active' | 'done' | 'failed' | 'skipped';
  /** 0…1, or null where nobody can know. */
  fraction: number | null;
  /** Work done and to do, in `unit`; null where unknown. */
  done: number | null;
  total: number | null;
  unit: 'bytes' | 'objects' | 'deltas' | 'files' | null;
}

/**
 * `answer`: with a user name and a password (`authentication`) or a secret as the password (`ssh-passphrase`). `yes` and
 * `no` are for a server's key.
 */
export type AnswerChoice = 'retry' | 'cancel' | 'answer' | 'yes' | 'no';

/** A question any client may answer; the job waits in `needs-you` meanwhile. */
export interface QuestionView {
  id: string;
  kind:
    'target-exists' | 'disk-full' | 'object-too-large' | 'authentication' | 'ssh-passphrase' | 'ssh-host-key';
  failure: Failure;
  /** What may be answered. */
  choices: AnswerChoice[];
  /** Of `authentication`: the server that asks, and the address there. It need not be the one the job was given. */
  host?: string;
  url?: string;
  /** The name that stood in the job's address, for its own server only. */
  usernameHint?: string;
  /** Of the ssh kinds: ssh's own words. A host key's fingerprint is in them. */
  prompt?: string;
}

export interface JobView {
  id: JobId;
  /** `fetch` updates the repository at `directory`. */
  kind: 'clone' | 'fetch';
  /** Last component of the directory. */
  name: string;
  /** Without a password; with a user name only where that came alone. */
  url: string;
  host: string;
  directory: string;
  state: JobState;
  /** Where a paused or interrupted job goes on. */
  stage: StageName | null;
  /** Order in the queue; smaller is earlier. */
  position: number;
  /** Over all stages, weighted; never falls within one attempt. */
  fraction: number | null;
  bytes: ByteFigures;
  rateBytesPerSecond: number;
  /** Null until it is worth believing. */
  etaSeconds: number | null;
  /** While `retrying` or `waiting-for-network`: what happened and the wall-clock moment of the next try. */
  retry: { failure: Failure; attempt: number; atMs: number } | null;
  failure: Failure | null;
  question: QuestionView | null;
  requests: number;
  drops: number;
  activeSeconds: number;
  createdAtMs: number;
  finishedAtMs: number | null;
}

/** A run of equal cells of the piece map. `fromBytes`…`toBytes` within the artefact. */
export interface PieceView {
  fromBytes: number;
  toBytes: number;
  state: 'wanted' | 'arriving' | 'here' | 'indexed' | 'lost';
}

export interface ArtefactView {
  id: string;
  kind: 'pack-stream' | 'object-batch' | 'bundle' | 'bundle-list';
  source: string;
  state: 'wanted' | 'arriving' | 'spooled' | 'verified' | 'abandoned';
  bytes: number;
  /** Null for a stream whose length nobody knows. */
  totalBytes: number | null;
  objects: number;
  totalObjects: number | null;
  pieces: PieceView[];
}

export interface AttemptView {
  number: number;
  artefactId: string | null;
  source: string;
  startedAtMs: number;
  endedAtMs: number | null;
  bytes: number;
  result: 'running' | 'complete' | 'paused' | 'failed';
  failure: Failure | null;
  /** Whole pack entries found in what was kept of this attempt. */
  entriesKept: number | null;
}

export interface PlanView {
  strategy: 'plain' | 'objects' | 'slices';
  /** One sentence: what will be done and why. */
  sentence: string;
}

export interface OfferView {
  protocolVersion: 0 | 1 | 2;
  agent: string | null;
  objectFormat: 'sha1' | 'sha256';
  capabilities: {
    filter: boolean;
    shallow: boolean;
    bundleUri: boolean;
    packfileUris: boolean;
    resume: boolean;
    objectInfo: boolean;
    refInWant: boolean;
  };
  /** The branch HEAD points to, short name; null when detached or unborn and unnamed. */
  headBranch: string | null;
  branches: number;
  tags: number;
  refs: number;
  empty: boolean;
}

export interface ActivityLine {
  atMs: number;
  /** A plain sentence without secrets. */
  text: string;
  level: 'info' | 'notice' | 'problem';
}

export interface JobDetail {
  job: JobView;
  /** Of a clone; empty for a fetch. */
  options: CloneOptions;
  /** Of a fetch only. */
  fetch?: FetchOptions & { remote: string };
  /** Of a fetch that has moved the refs: what it did to each. Empty when everything was up to date. */
  updates?: RefUpdateView[];
  plan: PlanView | null;
  offer: OfferView | null;
  stages: StageView[];
  artefacts: ArtefactView[];
  attempts: AttemptView[];
  activity: ActivityLine[];
  /** Bytes received in each of the last seconds, oldest first, at most 120. */
  rateHistory: number[];
  /**
   * What would be fetched again if the connection broke now: about the entry that is arriving, or everything of a pack
   * that cannot be gone on with. 0 when nothing is arriving.
   */
  cutCostBytes: number;
}

export interface ProbeView {
  /** As understood, without secrets. */
  url: string;
  host: string;
  suggestedName: string;
  offer: OfferView;
  /** Short names, HEAD's branch first, at most 1,000. */
  branchNames: string[];
  /** One sentence: what a cut would cost with this server. */
  resumability: string;
  seconds: number;
}

export interface DestinationView {
  path: string;
  state: 'free' | 'empty-directory' | 'not-empty' | 'file' | 'taken-by-job';
  writable: boolean;
  freeBytes: number | null;
}

export interface TotalsView {
  rateBytesPerSecond: number;
  /** Bytes in each of the last 60 seconds, oldest first. */
  rateHistory: number[];
  counts: Record<JobState, number>;
  /** Why nothing may start now: held by the shell (sleep), by the person (pause all), or not at all. */
  held: boolean;
}

export interface Settings {
  /** Jobs that may be active at once. */
  concurrentJobs: number;
  /** Where new clones go unless said otherwise. */
  defaultDirectory: string;
  theme: 'system' | 'light' | 'dark';
  notifications: boolean;
  /** Give up on a server fault after this many tries without progress. Network faults never give up. */
  retryTriesMax: number;
}

export interface AboutView {
  version: string;
  contractVersion: number;
  git: string | null;
  node: string;
  home: string;
  pid: number;
}
