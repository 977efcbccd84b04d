/** Performs what the table decides: applies events to a job, keeps the record, starts and stops its work. */

import { errorKinds, failureOf, type EngineErrorCode, type EngineFailure } from '../errors.ts';
import type { Ports } from '../ports.ts';
import type { RemoteAddress } from '../remote/index.ts';
import type { WorkContext } from './work-context.ts';
import { HostSlots } from '../transfer/index.ts';
import { quarantineFor, workspaceFor, type Workspace } from '../repo/index.ts';
import { runClone } from './clone-work.io.ts';
import { runFetch } from './fetch-work.io.ts';
import { admission, isWorking, nextMove, type JobEffect, type JobEvent } from './job-machine.ts';
import type { LiveJob } from './live-job.ts';
import type { StoredQuestion } from './records.ts';
import { decide, progressBytesMin } from './retry.ts';
import type { SshPrompt } from './ssh-questions.ts';
import type { StageName } from './states.ts';

/** Why a job's work was told to stop; never a failure. */
export class WorkStopped extends Error {
  constructor() {
    super('the work was told to stop');
    this.name = 'WorkStopped';
  }
}

export interface RunnerParts {
  ports: Ports;
  addressOf(live: LiveJob): RemoteAddress;
  /** Asked once at the start of each run. */
  accessOf(live: LiveJob): WorkContext['access'];
  /** What ssh asked in this run and nobody had answered. */
  sshQuestionOf(live: LiveJob): SshPrompt | null;
  retryTriesMax(): number;
  onChanged(live: LiveJob): void;
  /** A slot may be free, or a job may want one. */
  onQueueChanged(): void;
}

/** How ssh ends without the answer it wanted. After any other end it had found another way. */
const sshRefusals: ReadonlySet<EngineErrorCode> = new Set(['authentication-required', 'host-key-unknown']);

const endWords = {
  clone: 'Done. The repository is complete and checked.',
  fetch: 'Done. The repository is up to date with the remote.',
};

const activityLinesShown = 500;

/** What a person did, for the job's log. */
const wishesNoted: Partial<Record<JobEvent, string>> = {
  pause: 'Paused.',
  resume: 'Taken up again.',
  cancel: 'Cancelled.',
};

export class Runner {
  readonly #parts: RunnerParts;
  readonly #hosts = new HostSlots();

  constructor(parts: RunnerParts) {
    this.#parts = parts;
  }

  /** Applies an event; false when it means nothing in the job's state. */
  apply(live: LiveJob, event: JobEvent): boolean {
    const move = nextMove(live.record.state, event);
    if (move === null) return false;
    const { ports } = this.#parts;
    live.record.state = move.to;
    live.setWorking(isWorking(move.to), ports.clock.monotonicMs());
    if (!isWorking(move.to) && move.to !== 'retrying' && move.to !== 'waiting-for-network') live.retry = null;
    for (const effect of move.effects) this.#perform(live, effect);
    const noted = wishesNoted[event];
    if (noted !== undefined) this.note(live, 'info', noted);
    this.save(live);
    ports.log('job-moved', { job: live.id, event, to: move.to });
    this.#parts.onQueueChanged();
    return true;
  }

  /** Starts a queued job where it left off. */
  admit(live: LiveJob): void {
    this.apply(live, admission(live.record.stage));
  }

  save(live: LiveJob): void {
    live.tick(this.#parts.ports.clock.monotonicMs());
    this.#parts.ports.store.saveJob(live.record);
    this.#parts.onChanged(live);
  }

  note(live: LiveJob, level: 'info' | 'notice' | 'problem', text: string): void {
    const line = { jobId: live.id, atMs: this.#parts.ports.clock.nowMs(), level, text };
    live.activity.push(line);
    if (live.activity.length > activityLinesShown)
      live.activity.splice(0, live.activity.length - activityLinesShown);
    this.#parts.ports.store.addActivity(line);
    this.#parts.onChanged(live);
  }

  workspaceOf(live: LiveJob): Workspace {
    const { options, directory, fetch } = live.record;
    if (fetch !== null) return quarantineFor(fetch.commonDir, this.#parts.ports.disk);
    return workspaceFor(directory, options.bare === true || options.mirror === true, this.#parts.ports.disk);
  }

  #perform(live: LiveJob, effect: JobEffect): void {
    const { ports } = this.#parts;
    switch (effect) {
      case 'start-work':
        return this.#startWork(live);
      case 'stop-work':
        live.stopWork?.(new WorkStopped());
        return;
      case 'schedule-due': {
        const delayMs = Math.max(0, (live.retry?.atMs ?? 0) - ports.clock.nowMs());
        const abort = new AbortController();
        live.forgetDue = () => abort.abort(new WorkStopped());
        void ports.clock.sleep(delayMs, abort.signal).then(
          () => this.apply(live, 'due'),
          () => {},
        );
        return;
      }
      case 'forget-due':
        live.forgetDue?.();
        live.forgetDue = null;
        live.retry = null;
        return;
      case 'clear-failure':
        live.record.failure = null;
        live.record.question = null;
        live.record.tries = 0;
        live.record.finishedAtMs = null;
        return;
      case 'note-finished':
        live.record.finishedAtMs = ports.clock.nowMs();
        return;
      case 'remove-workspace':
        // Done by whoever cancels, after the work has let go: see engine.io.ts.
        return;
    }
  }

  #startWork(live: LiveJob): void {
    const { ports } = this.#parts;
    const abort = new AbortController();
    live.stopWork = (reason) => abort.abort(reason);
    live.retry = null;
    const from = startOf(live.record.stage);
    const usefulBefore = live.record.bytes.usefulBytes;
    const run = live.record.kind === 'fetch' ? runFetch : runClone;
    live.workEnded = run(
      {
        ports,
        live,
        address: this.#parts.addressOf(live),
        access: this.#parts.accessOf(live),
        workspace: this.workspaceOf(live),
        hosts: this.#hosts,
        signal: abort.signal,
        report: (event) => this.apply(live, event),
        note: (level, text) => this.note(live, level, text),
        usePlan: (plan) => {
          live.record.plan = plan;
          this.save(live);
        },
        save: () => this.save(live),
      },
      from,
    ).then(
      () => {
        live.stopWork = null;
        this.note(live, 'info', endWords[live.record.kind]);
        this.apply(live, 'finished');
      },
      (error: unknown) => {
        live.stopWork = null;
        // Whatever an aborted worker throws is an echo of the abort.
        if (!abort.signal.aborted) this.#failed(live, failureOf(error), error, usefulBefore);
        this.save(live);
        this.#parts.onQueueChanged();
      },
    );
  }

  #failed(live: LiveJob, failure: EngineFailure, error: unknown, usefulBefore: number): void {
    const { ports } = this.#parts;
    const { record } = live;
    live.tick(ports.clock.monotonicMs());
    live.progress.fail();
    record.tries = record.bytes.usefulBytes - usefulBefore >= progressBytesMin ? 1 : record.tries + 1;
    const sshAsked = sshRefusals.has(failure.code) ? this.#parts.sshQuestionOf(live) : null;
    if (sshAsked !== null) return this.#ask(live, failure, sshAsked);
    const decision = decide({
      failure,
      tries: record.tries,
      reachedServer: record.offer !== null,
      triesMax: this.#parts.retryTriesMax(),
      chance: ports.chance.fraction(),
    });
    ports.log('work-failed', {
      job: live.id,
      ...failure,
      decision: decision.kind,
      ...(errorKinds[failure.code].fault === 'packmule' && error instanceof Error
        ? { stack: error.stack }
        : {}),
    });
    switch (decision.kind) {
      case 'fail':
        record.failure = failure;
        this.apply(live, 'fail');
        return;
      case 'ask':
        this.#ask(live, failure, { kind: decision.question });
        return;
      case 'retry-later':
      case 'wait-for-network':
        record.failure = failure;
        live.retry = { failure, attempt: record.tries, atMs: ports.clock.nowMs() + decision.delayMs };
        this.apply(live, decision.kind);
    }
  }

  #ask(live: LiveJob, failure: EngineFailure, what: Pick<StoredQuestion, 'kind' | 'prompt'>): void {
    live.record.failure = failure;
    live.record.question = { id: this.#parts.ports.chance.id(), ...what, failure };
    this.apply(live, 'ask');
  }
}

/** Stages before `connect` need the network again; the last two do not. */
function startOf(stage: StageName | null): 'probe' | 'connect' | 'checkout' {
  return stage === 'connect' || stage === 'checkout' ? stage : 'probe';
}
