/**
 * What clients follow. The engine only says that something changed; the feed reads it again at a bounded rate, however
 * often it was said, so that a fast download costs a client no more than a slow one.
 */

import type { Failure, JobsChange, JobView, TopicInput, TopicName, TopicValue } from '../contract/index.ts';
import type { Clock, Engine, EngineEvent } from '../engine/index.ts';
import { contractFailureOf } from './failures.ts';
import { createThrottle } from './throttle.ts';
import { jobDetail, jobView, settingsView, totalsView } from './views.ts';

/** Ten times a second looks continuous. */
export const jobsIntervalMs = 100;
/** A detail is a hundred times larger than a row, and is read rather than watched. */
export const detailIntervalMs = 250;
/** The rate history has one value for each second. */
export const totalsIntervalMs = 1_000;

export type Emit<N extends TopicName> = (value: TopicValue<N>) => void;

/** One way to follow each topic, complete by type. Each emits the whole value before it returns. */
export type Feed = {
  [N in TopicName]: (input: TopicInput<N>, emit: Emit<N>, end: (failure: Failure) => void) => () => void;
};

/** Values in one emission may be shared between listeners: they are sent, never changed. */
export function createFeed(engine: Engine, clock: Clock): Feed {
  return {
    jobs: createJobsTopic(engine, clock),
    job: ({ id }, emit, end) => followJob(engine, clock, id, emit, end),
    totals: (_input, emit) => followTotals(engine, clock, emit),
    settings: (_input, emit) => {
      const tell = (): void => emit(settingsView(engine.settings()));
      const stop = engine.onEvent((event) => event.type === 'settings-changed' && tell());
      tell();
      return stop;
    },
  };
}

/** All listeners share one reading of what changed. */
function createJobsTopic(engine: Engine, clock: Clock): Feed['jobs'] {
  const listeners = new Set<Emit<'jobs'>>();
  const dirty = new Set<string>();
  let stopListening: (() => void) | null = null;

  const flush = (): void => {
    const change = readChange(engine, dirty);
    dirty.clear();
    for (const emit of [...listeners]) if (listeners.has(emit)) emit(change);
  };

  const listen = (): (() => void) => {
    const throttle = createThrottle(clock, jobsIntervalMs, flush);
    const stop = engine.onEvent((event) => {
      if (!isAboutJob(event)) return;
      dirty.add(event.id);
      throttle.request();
    });
    return () => {
      stop();
      throttle.stop();
      dirty.clear();
    };
  };

  return (_input, emit) => {
    const listener: Emit<'jobs'> = (change) => emit(change);
    emit({ all: engine.jobs().map(jobView) });
    listeners.add(listener);
    stopListening ??= listen();
    return () => {
      if (!listeners.delete(listener) || listeners.size > 0) return;
      stopListening?.();
      stopListening = null;
    };
  };
}

function readChange(engine: Engine, ids: ReadonlySet<string>): JobsChange {
  const changed: JobView[] = [];
  const removed: string[] = [];
  for (const id of ids) {
    const snapshot = engine.job(id);
    if (snapshot === null) removed.push(id);
    else changed.push(jobView(snapshot));
  }
  return { ...(changed.length > 0 && { changed }), ...(removed.length > 0 && { removed }) };
}

/** Ends with `job-not-found` when the job leaves the list. Throws it when the job is not there to begin with. */
function followJob(
  engine: Engine,
  clock: Clock,
  id: string,
  emit: Emit<'job'>,
  end: (failure: Failure) => void,
): () => void {
  emit(jobDetail(engine.report(id)));
  const throttle = createThrottle(clock, detailIntervalMs, () => {
    let detail: TopicValue<'job'>;
    try {
      detail = jobDetail(engine.report(id));
    } catch (error) {
      return end(contractFailureOf(error).failure);
    }
    emit(detail);
  });
  let stateTold = engine.job(id)?.job.state;
  const stop = engine.onEvent((event) => {
    if (!isAboutJob(event) || event.id !== id) return;
    const state = engine.job(id)?.job.state;
    // Somebody waits for a new state, and nobody for a few more bytes.
    if (state === stateTold) return throttle.request();
    stateTold = state;
    throttle.requestNow();
  });
  return () => {
    stop();
    throttle.stop();
  };
}

/** Each second, and soon after the engine says so; an unchanged value is not sent again. */
function followTotals(engine: Engine, clock: Clock, emit: Emit<'totals'>): () => void {
  let lastSent = '';
  const tell = (): void => {
    const value = totalsView(engine.totals(), engine.jobs());
    const text = JSON.stringify(value);
    if (text === lastSent) return;
    lastSent = text;
    emit(value);
  };
  const throttle = createThrottle(clock, jobsIntervalMs, tell);
  const stopListening = engine.onEvent((event) => event.type === 'totals-changed' && throttle.request());
  const stopTicking = clock.every(totalsIntervalMs, tell);
  tell();
  return () => {
    stopListening();
    stopTicking();
    throttle.stop();
  };
}

function isAboutJob(event: EngineEvent): event is Extract<EngineEvent, { id: string }> {
  return event.type === 'job-changed' || event.type === 'job-removed';
}
