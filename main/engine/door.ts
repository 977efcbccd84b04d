/** What the rest of the program may ask of the engine, and what it hears back. Types only. */

import type { EngineFailure } from './errors.ts';
import type {
  CloneOptions,
  FetchOptions,
  StoredActivity,
  StoredArtefact,
  StoredAttempt,
  StoredJob,
  StoredPiece,
} from './jobs/records.ts';
import type { StageName } from './jobs/states.ts';
import type { ClonePlan } from './plan/index.ts';
import type { RemoteOffer } from './remote/index.ts';

/** A secret in it is used and forgotten: never stored, logged or told again. */
export interface Answer {
  /** `answer`: here is what you asked for. `yes`, `no`: to a server's key. */
  choice: 'retry' | 'cancel' | 'answer' | 'yes' | 'no';
  username?: string;
  password?: string;
}

export type Selection = readonly string[] | 'all';

/** Progress of one stage. `fraction` is null where nobody can know. */
export interface StageProgress {
  name: StageName;
  state: 'waiting' | 'active' | 'done' | 'failed' | 'skipped';
  fraction: number | null;
  done: number | null;
  total: number | null;
  unit: 'bytes' | 'objects' | 'deltas' | 'files' | null;
}

/** One row's worth: cheap to make, asked for often. */
export interface JobSnapshot {
  /** The kept record; its figures are brought up to date at each call. */
  job: StoredJob;
  /** Over all stages; never falls within one attempt. */
  fraction: number | null;
  rateBytesPerSecond: number;
  etaSeconds: number | null;
  /** While `retrying` or `waiting-for-network`. */
  retry: { failure: EngineFailure; attempt: number; atMs: number } | null;
}

/** Everything about one job. */
export interface JobReport extends JobSnapshot {
  offer: RemoteOffer | null;
  plan: ClonePlan | null;
  stages: StageProgress[];
  artefacts: (StoredArtefact & { bytes: number; pieces: StoredPiece[] })[];
  attempts: StoredAttempt[];
  activity: StoredActivity[];
  /** Bytes received in each of the last seconds, oldest first, at most 120. */
  rateHistory: number[];
  /** What would be fetched again if the line broke now; 0 when nothing is arriving. */
  cutCostBytes: number;
}

export interface ProbeResult {
  url: string;
  host: string;
  suggestedName: string;
  offer: RemoteOffer;
  branchNames: string[];
  resumability: string;
  seconds: number;
}

export interface Destination {
  path: string;
  state: 'free' | 'empty-directory' | 'not-empty' | 'file' | 'taken-by-job';
  writable: boolean;
  freeBytes: number | null;
}

export interface EngineSettings {
  concurrentJobs: number;
  defaultDirectory: string;
  theme: 'system' | 'light' | 'dark';
  notifications: boolean;
  retryTriesMax: number;
}

export interface Totals {
  rateBytesPerSecond: number;
  /** Bytes in each of the last 60 seconds, oldest first. */
  rateHistory: number[];
  held: boolean;
}

/** Said whenever something is worth reading again; listeners ask for the values themselves. */
export type EngineEvent =
  | { type: 'job-changed'; id: string }
  | { type: 'job-removed'; id: string }
  | { type: 'settings-changed' }
  | { type: 'totals-changed' };

export type HoldReason = 'suspend' | 'user';

/**
 * The engine. Every method that can fail throws an EngineError. Selections may name jobs that cannot do what is asked
 * ('pause' of a finished one): those are left out of the answer; an unknown id is `job-not-found`.
 */
export interface Engine {
  /** Takes up the queue as it was kept. */
  start(): Promise<void>;
  /** Closes sockets and files; everything that arrived is durable when it resolves (within a second). */
  stop(): Promise<void>;
  gitVersion(): Promise<string | null>;
  probe(url: string, signal?: AbortSignal): Promise<ProbeResult>;
  checkDestination(path: string): Promise<Destination>;
  addClone(wish: {
    url: string;
    directory?: string;
    options: CloneOptions;
    start?: 'now' | 'paused';
  }): Promise<{ id: string; directory: string }>;
  /** Updates the repository that holds `directory`; answers with its top. */
  addFetch(wish: {
    directory: string;
    options: FetchOptions;
    start?: 'now' | 'paused';
  }): Promise<{ id: string; directory: string }>;
  /**
   * Goes on with what a killed `git clone` or `git fetch` left at `directory`. Until the job is done, that stays as it is.
   */
  adopt(wish: {
    directory: string;
    start?: 'now' | 'paused';
  }): Promise<{ id: string; directory: string; kind: 'clone' | 'fetch' }>;
  /** In the order of the queue. */
  jobs(): JobSnapshot[];
  job(id: string): JobSnapshot | null;
  report(id: string): JobReport;
  pause(which: Selection): Promise<string[]>;
  resume(which: Selection): Promise<string[]>;
  cancel(which: Selection, keepPartial: boolean): Promise<string[]>;
  remove(which: Selection): Promise<string[]>;
  move(id: string, before: string | null): void;
  /** `job-state` when the question is over, or the answer is to another kind of question. */
  answer(id: string, questionId: string, answer: Answer): Promise<void>;
  /** What a person answered to ssh's words; null when nobody has yet. `asker`: the process of that ssh. */
  sshAsks(token: string, prompt: string, asker: number): string | null;
  hold(reason: HoldReason): Promise<void>;
  release(reason: HoldReason): void;
  networkOnline(): void;
  totals(): Totals;
  settings(): EngineSettings;
  changeSettings(change: Partial<EngineSettings>): EngineSettings;
  onEvent(listener: (event: EngineEvent) => void): () => void;
}
