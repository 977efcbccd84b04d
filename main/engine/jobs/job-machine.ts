/**
 * The life of a job as a table: state × event → state and effects. Pure.
 *
 * Theory of operation. A job is *resting* (queued, paused, waiting-for-network, retrying, needs-you), *working*
 * (probing … checking-out) or *ended* (done, failed, cancelled). Only the queue starts a resting job, by `admit`; where
 * the work goes on depends on the last stage that is safely behind us, so `admit` comes in three forms. While it works,
 * each stage reports `stage-done`. Whatever interrupts work (a person, a failure, the engine's end) first makes the
 * workers stop (`stop-work`); the state says at once what was decided, the slot is free when the workers are gone.
 *
 * A pair that is not in the table is not a mistake: the event came too late (a click on a job that just ended) and
 * changes nothing.
 */

import type { JobState, StageName } from './states.ts';

export type JobEvent =
  /** The queue has a slot: from the beginning, or where everything is downloaded already, or connected already. */
  | 'admit'
  | 'admit-connect'
  | 'admit-checkout'
  | 'probed'
  | 'planned'
  | 'downloaded'
  | 'indexed'
  | 'connected'
  | 'finished'
  /** A person's wishes. */
  | 'pause'
  | 'resume'
  | 'cancel'
  | 'answer-retry'
  /** The work failed, and jobs/retry.ts decided what that means. */
  | 'fail'
  | 'retry-later'
  | 'wait-for-network'
  | 'ask'
  /** The moment of the next try has come. */
  | 'due'
  /** The computer sleeps, or the engine stops: back to the queue, nothing is decided about the job itself. */
  | 'set-aside';

export type JobEffect =
  | 'start-work'
  | 'stop-work'
  | 'schedule-due'
  | 'forget-due'
  | 'clear-failure'
  | 'note-finished'
  | 'remove-workspace';

export interface Move {
  to: JobState;
  effects: readonly JobEffect[];
}

type Row = Partial<Record<JobEvent, Move>>;

const move = (to: JobState, ...effects: JobEffect[]): Move => ({ to, effects });

/** What may befall any working job. */
const interruptions: Row = {
  pause: move('paused', 'stop-work'),
  cancel: move('cancelled', 'stop-work', 'note-finished', 'remove-workspace'),
  fail: move('failed', 'note-finished'),
  'retry-later': move('retrying', 'schedule-due'),
  'wait-for-network': move('waiting-for-network', 'schedule-due'),
  ask: move('needs-you'),
  'set-aside': move('queued', 'stop-work'),
};

const cancelAtRest = move('cancelled', 'forget-due', 'note-finished', 'remove-workspace');

const betweenTries: Row = {
  due: move('queued'),
  resume: move('queued', 'forget-due'),
  pause: move('paused', 'forget-due', 'clear-failure'),
  cancel: cancelAtRest,
};

const takenUpAgain: Row = {
  resume: move('queued', 'clear-failure'),
  cancel: cancelAtRest,
};

export const jobTable: Record<JobState, Row> = {
  queued: {
    admit: move('probing', 'start-work'),
    'admit-connect': move('connecting', 'start-work'),
    'admit-checkout': move('checking-out', 'start-work'),
    pause: move('paused'),
    cancel: cancelAtRest,
  },
  probing: { ...interruptions, probed: move('planning') },
  planning: { ...interruptions, planned: move('downloading') },
  downloading: { ...interruptions, downloaded: move('indexing') },
  indexing: { ...interruptions, indexed: move('connecting') },
  connecting: {
    ...interruptions,
    connected: move('checking-out'),
    // An update of a repository leaves its work tree alone.
    finished: move('done', 'note-finished', 'clear-failure'),
  },
  'checking-out': { ...interruptions, finished: move('done', 'note-finished', 'clear-failure') },
  paused: { ...takenUpAgain, resume: move('queued') },
  'waiting-for-network': betweenTries,
  retrying: betweenTries,
  'needs-you': {
    'answer-retry': move('queued', 'clear-failure'),
    resume: move('queued', 'clear-failure'),
    pause: move('paused'),
    cancel: cancelAtRest,
  },
  done: {},
  failed: takenUpAgain,
  cancelled: { resume: move('queued', 'clear-failure') },
};

/** Null: the event means nothing in this state. */
export function nextMove(state: JobState, event: JobEvent): Move | null {
  return jobTable[state][event] ?? null;
}

const workingStates: ReadonlySet<JobState> = new Set<JobState>([
  'probing',
  'planning',
  'downloading',
  'indexing',
  'connecting',
  'checking-out',
]);

/** Takes one of the queue's places. */
export function isWorking(state: JobState): boolean {
  return workingStates.has(state);
}

export function isEnded(state: JobState): boolean {
  return state === 'done' || state === 'failed' || state === 'cancelled';
}

/** After a crash: what was working starts again from the queue; what waited for a moment waits no longer. */
export function recoveredState(state: JobState): JobState {
  return isWorking(state) || state === 'retrying' || state === 'waiting-for-network' ? 'queued' : state;
}

/** How a queued job starts: `stage` is the first stage that is not safely done. */
export function admission(stage: StageName | null): JobEvent {
  if (stage === 'connect') return 'admit-connect';
  if (stage === 'checkout') return 'admit-checkout';
  return 'admit';
}
