/**
 * The whole of what a client may ask and follow. The client in the page, the command line and the host's handler
 * table are all built from these lists; the compiler refuses a name that is missing on either side.
 */

import type { Failure } from './failures.ts';
import type {
  AboutView,
  AnswerChoice,
  CloneOptions,
  DestinationView,
  FetchOptions,
  JobDetail,
  JobId,
  JobView,
  ProbeView,
  Settings,
  TotalsView,
} from './views.ts';

/** Raised whenever an older client could misread us. See README.md for the table of changes. */
export const contractVersion = 1;

/** Named jobs, or all of them. */
export type JobSelection = { ids: JobId[] } | { all: true };

export interface Endpoints {
  'engine.about': { input: Record<string, never>; output: AboutView };
  /** Stops cleanly: sockets closed, everything durable. The reply comes before the process ends. */
  'engine.quit': { input: Record<string, never>; output: null };
  /** Sleep, or any other reason to keep still: active jobs stop as if paused, and none starts until released. */
  'engine.hold': { input: { reason: 'suspend' | 'user' }; output: null };
  'engine.release': { input: { reason: 'suspend' | 'user' }; output: null };
  /** The network came back: everything that waits for it tries at once. */
  'engine.network-online': { input: Record<string, never>; output: null };

  'remote.probe': { input: { url: string }; output: ProbeView };
  'destination.check': { input: { path: string }; output: DestinationView };

  'job.clone': {
    /** `directory` absolute, or absent: the default directory and the name git would give. */
    input: { url: string; directory?: string; options: CloneOptions; start?: 'now' | 'paused' };
    output: { id: JobId; directory: string };
  };
  /** Updates the repository that holds `directory` (absolute). Answers with the top of its work tree, or itself when bare. */
  'job.fetch': {
    input: { directory: string; options: FetchOptions; start?: 'now' | 'paused' };
    output: { id: JobId; directory: string };
  };
  /**
   * Goes on with what a killed `git clone` (`kind` is `clone`) or `git fetch` (`fetch`) left at `directory` (absolute). Until
   * the job is done, that stays as it is.
   */
  'job.adopt': {
    input: { directory: string; start?: 'now' | 'paused' };
    output: { id: JobId; directory: string; kind: 'clone' | 'fetch' };
  };
  'job.list': { input: Record<string, never>; output: JobView[] };
  'job.get': { input: { id: JobId }; output: JobDetail };
  'job.pause': { input: JobSelection; output: { ids: JobId[] } };
  /** Also takes failed jobs up again. */
  'job.resume': { input: JobSelection; output: { ids: JobId[] } };
  /** Ends the jobs; `keepPartial` keeps what arrived beside the target. */
  'job.cancel': { input: JobSelection & { keepPartial?: boolean }; output: { ids: JobId[] } };
  /** Takes ended or paused jobs off the list, with their leftovers; a finished repository is never touched. */
  'job.remove': { input: JobSelection; output: { ids: JobId[] } };
  'job.move': { input: { id: JobId; before: JobId | null }; output: null };
  /** `username` and `password` with `answer`; they are used, never shown or kept. */
  'job.answer': {
    input: { id: JobId; questionId: string; choice: AnswerChoice; username?: string; password?: string };
    output: null;
  };

  /**
   * What a person answered to ssh's question; null when nobody has. Only for the askpass program that ssh starts: `token`
   * is in its environment, `asker` is the process of that ssh.
   */
  'askpass.ask': {
    input: { token: string; prompt: string; asker: number };
    output: { answer: string | null };
  };

  'settings.get': { input: Record<string, never>; output: Settings };
  'settings.set': { input: Partial<Settings>; output: Settings };
}

/** What a client may follow. The first value is the whole; `jobs` then sends only what changed. */
export interface Topics {
  jobs: { input: Record<string, never>; value: JobsChange };
  job: { input: { id: JobId }; value: JobDetail };
  totals: { input: Record<string, never>; value: TotalsView };
  settings: { input: Record<string, never>; value: Settings };
}

export interface JobsChange {
  /** Present in the first value: every job. */
  all?: JobView[];
  changed?: JobView[];
  removed?: JobId[];
}

export type EndpointName = keyof Endpoints;
export type TopicName = keyof Topics;
export type Input<N extends EndpointName> = Endpoints[N]['input'];
export type Output<N extends EndpointName> = Endpoints[N]['output'];
export type TopicInput<N extends TopicName> = Topics[N]['input'];
export type TopicValue<N extends TopicName> = Topics[N]['value'];

const listed = <T extends string>() => {
  return <const L extends readonly T[]>(
    list: [T] extends [L[number]] ? L : ['missing', Exclude<T, L[number]>],
  ) => list as L;
};

export const endpointNames = listed<EndpointName>()([
  'engine.about',
  'engine.quit',
  'engine.hold',
  'engine.release',
  'engine.network-online',
  'remote.probe',
  'destination.check',
  'job.clone',
  'job.fetch',
  'job.adopt',
  'job.list',
  'job.get',
  'job.pause',
  'job.resume',
  'job.cancel',
  'job.remove',
  'job.move',
  'job.answer',
  'askpass.ask',
  'settings.get',
  'settings.set',
]);

export const topicNames = listed<TopicName>()(['jobs', 'job', 'totals', 'settings']);

/** The two functions everything else is built on. */
export interface Transport {
  /** Rejects with a `ContractFailure` (see client.ts) when the host says no or the carrier is gone. */
  invoke(name: EndpointName, input: unknown, signal?: AbortSignal): Promise<unknown>;
  /** Returns the function that ends it. `onEnd` hears why it ended if the host or the carrier ended it. */
  subscribe(
    topic: TopicName,
    input: unknown,
    onValue: (value: unknown) => void,
    onEnd?: (failure: Failure) => void,
  ): () => void;
}
