/** An engine whose values a test sets, typed as the engine; and a clock that only moves when told. */

import type {
  Clock,
  Engine,
  EngineEvent,
  JobReport,
  JobSnapshot,
  StoredJob,
} from '../../main/engine/index.ts';
import { EngineError } from '../../main/engine/errors.ts';

export function storedJob(change: Partial<StoredJob> = {}): StoredJob {
  return {
    id: 'aaaabbbbccccdddd',
    kind: 'clone',
    url: 'https://git.example.org:8443/team/project.git',
    directory: '/home/ann/project',
    options: { depth: 1 },
    fetch: null,
    updates: null,
    state: 'downloading',
    stage: 'download',
    position: 1,
    bytes: { wireBytes: 10, usefulBytes: 8, wastedBytes: 1, savedBytes: 0, uploadedBytes: 2 },
    requests: 3,
    drops: 1,
    activeMs: 1_500,
    tries: 0,
    failure: null,
    question: null,
    offer: { engine: 'private' },
    plan: { engine: 'private' },
    createdAtMs: 100,
    finishedAtMs: null,
    ...change,
  };
}

export function snapshotOf(change: Partial<StoredJob> = {}, more: Partial<JobSnapshot> = {}): JobSnapshot {
  return {
    job: storedJob(change),
    fraction: 0.5,
    rateBytesPerSecond: 100,
    etaSeconds: 7,
    retry: null,
    ...more,
  };
}

export function reportOf(snapshot: JobSnapshot, change: Partial<JobReport> = {}): JobReport {
  return {
    ...snapshot,
    offer: null,
    plan: null,
    stages: [],
    artefacts: [],
    attempts: [],
    activity: [],
    rateHistory: [1, 2],
    cutCostBytes: 9,
    ...change,
  };
}

export function createEngineDouble() {
  const jobs = new Map<string, JobSnapshot>();
  const listeners = new Set<(event: EngineEvent) => void>();
  const calls: unknown[][] = [];
  const reads = { job: 0, report: 0 };
  let held = false;
  let settings = {
    concurrentJobs: 2,
    defaultDirectory: '/home/ann',
    theme: 'system' as const,
    notifications: true,
    retryTriesMax: 5,
  } as ReturnType<Engine['settings']>;

  const said = <T>(value: T, ...call: unknown[]): T => {
    calls.push(call);
    return value;
  };
  const select = (name: string, which: readonly string[] | 'all', ...rest: unknown[]): Promise<string[]> => {
    calls.push([name, which, ...rest]);
    if (which === 'all') return Promise.resolve([...jobs.keys()]);
    const unknown = which.find((id) => !jobs.has(id));
    if (unknown !== undefined) return Promise.reject(new EngineError('job-not-found', { jobId: unknown }));
    return Promise.resolve([...which]);
  };

  const engine: Engine = {
    start: () => Promise.resolve(),
    stop: () => said(Promise.resolve(), 'stop'),
    gitVersion: () => Promise.resolve('2.39.5'),
    probe: (url, signal) =>
      new Promise((_resolve, reject) => {
        calls.push(['probe', url]);
        signal?.addEventListener('abort', () => {
          calls.push(['probe aborted']);
          reject(new EngineError('cancelled'));
        });
      }),
    checkDestination: (path) =>
      said(
        Promise.resolve({ path, state: 'free' as const, writable: true, freeBytes: null }),
        'checkDestination',
        path,
      ),
    addClone: (wish) =>
      said(Promise.resolve({ id: 'aaaabbbbccccdddd', directory: '/home/ann/project' }), 'addClone', wish),
    addFetch: (wish) =>
      said(Promise.resolve({ id: 'aaaabbbbccccdddd', directory: '/home/ann/project' }), 'addFetch', wish),
    adopt: (wish) => {
      const answer = { id: 'aaaabbbbccccdddd', directory: '/home/ann/project', kind: 'clone' as const };
      return said(Promise.resolve(answer), 'adopt', wish);
    },
    jobs: () => [...jobs.values()],
    job(id) {
      reads.job += 1;
      return jobs.get(id) ?? null;
    },
    report(id) {
      reads.report += 1;
      const snapshot = jobs.get(id);
      if (snapshot === undefined) throw new EngineError('job-not-found', { jobId: id });
      return reportOf(snapshot);
    },
    pause: (which) => select('pause', which),
    resume: (which) => select('resume', which),
    cancel: (which, keepPartial) => select('cancel', which, keepPartial),
    remove: (which) => select('remove', which),
    move: (id, before) => said(undefined, 'move', id, before),
    answer: (...call) => said(Promise.resolve(), 'answer', ...call),
    sshAsks: (...call) => said('yes', 'sshAsks', ...call),
    hold: (reason) => said(Promise.resolve(), 'hold', reason),
    release: (reason) => said(undefined, 'release', reason),
    networkOnline: () => said(undefined, 'networkOnline'),
    totals: () => ({ rateBytesPerSecond: 5, rateHistory: [0, 5], held }),
    settings: () => settings,
    changeSettings: (change) => (settings = { ...settings, ...change }),
    onEvent(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };

  return {
    engine,
    calls,
    reads,
    listeners,
    say: (event: EngineEvent) => [...listeners].forEach((listener) => listener(event)),
    put: (snapshot: JobSnapshot) => void jobs.set(snapshot.job.id, snapshot),
    drop: (id: string) => jobs.delete(id),
    setHeld: (value: boolean) => (held = value),
  };
}

export function createClockDouble() {
  let nowMs = 0;
  const timers = new Set<{ atMs: number; everyMs: number | null; run: () => void }>();
  const clock: Clock = {
    nowMs: () => nowMs,
    monotonicMs: () => nowMs,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        const timer = { atMs: nowMs + ms, everyMs: null, run: resolve };
        timers.add(timer);
        signal?.addEventListener('abort', () => {
          timers.delete(timer);
          reject(new Error('aborted'));
        });
      }),
    every(ms, run) {
      const timer = { atMs: nowMs + ms, everyMs: ms, run };
      timers.add(timer);
      return () => timers.delete(timer);
    },
  };
  /** Moves the time, running what falls due in its order, with promises settled in between. */
  const advance = async (ms: number): Promise<void> => {
    const untilMs = nowMs + ms;
    for (;;) {
      await new Promise((settled) => setImmediate(settled));
      const next = [...timers].filter((timer) => timer.atMs <= untilMs).sort((a, b) => a.atMs - b.atMs)[0];
      if (next === undefined) break;
      nowMs = Math.max(nowMs, next.atMs);
      if (next.everyMs === null) timers.delete(next);
      else next.atMs += next.everyMs;
      next.run();
    }
    nowMs = untilMs;
  };
  return { clock, advance, timers };
}
