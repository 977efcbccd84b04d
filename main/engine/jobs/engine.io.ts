/** The engine's door made real: keeps the jobs, pumps the queue, and hands everything else to the rooms that know it. */

import type {
  Destination,
  Engine,
  EngineEvent,
  EngineSettings,
  HoldReason,
  JobReport,
  JobSnapshot,
  ProbeResult,
  Selection,
  Totals,
} from '../door.ts';
import { EngineError } from '../errors.ts';
import type { Ports } from '../ports.ts';
import { understandUrl } from '../remote/index.ts';
import { removeWorkspace } from '../repo/index.ts';
import { wishedAdoption } from './adoption.io.ts';
import { answerText, originOf, type Answer } from './answers.ts';
import { Heartbeat } from './heartbeat.io.ts';
import { isEnded, recoveredState, type JobEvent } from './job-machine.ts';
import { JobList } from './job-list.ts';
import { LiveJob } from './live-job.ts';
import type { AdoptWish, CloneWish, FetchWish } from './new-job.ts';
import { probeRemote } from './probe.io.ts';
import { admitted, reordered } from './queue.ts';
import { Runner } from './runner.io.ts';
import { defaultSettings, readSettings, withChange } from './settings.ts';
import { SignIns } from './sign-ins.ts';
import { SshQuestions } from './ssh-questions.ts';
import { takeUp } from './take-up.io.ts';
import { destinationAt, wishedClone, wishedFetch, type WishedJob, type WishParts } from './wishes.io.ts';
import type { WorkContext } from './work-context.ts';

const settingsKey = 'settings';

/** How long stopped work may take to let go of its sockets, files and processes, milliseconds. */
const workEndMs = 2_000;

/** How children of ours show that they are ours. */
const askpassTokenName = 'PACKMULE_ASKPASS_TOKEN';

export interface EngineHome {
  defaultDirectory: string;
  /** What lets ssh ask through us (ssh(1), SSH_ASKPASS), but for the token; absent where that is impossible. */
  askpassEnv?: Record<string, string>;
}

class JobEngine implements Engine {
  readonly #ports: Ports;
  readonly #runner: Runner;
  readonly #jobs = new JobList();
  readonly #signIns: SignIns;
  readonly #sshQuestions: SshQuestions;
  readonly #listeners = new Set<(event: EngineEvent) => void>();
  readonly #holds = new Set<HoldReason | 'stopped'>();
  readonly #heartbeat: Heartbeat;
  readonly #askpassEnv: Record<string, string> | null;
  #settings: EngineSettings;
  #pumping = false;

  constructor(ports: Ports, home: EngineHome) {
    this.#ports = ports;
    this.#askpassEnv = home.askpassEnv ?? null;
    this.#signIns = new SignIns(ports.credentials, (origin) => this.#signedIn(origin));
    this.#sshQuestions = new SshQuestions(() => ports.chance.id() + ports.chance.id());
    this.#settings = readSettings(
      ports.store.loadSetting(settingsKey),
      defaultSettings(home.defaultDirectory),
    );
    this.#runner = new Runner({
      ports,
      addressOf: (live) => understandUrl(live.record.url),
      accessOf: (live) => this.#accessOf(live),
      sshQuestionOf: (live) => this.#sshQuestions.pending(live.id),
      retryTriesMax: () => this.#settings.retryTriesMax,
      onChanged: (live) => this.#emit({ type: 'job-changed', id: live.id }),
      onQueueChanged: () => this.#pumpSoon(),
    });
    this.#heartbeat = new Heartbeat({
      ports,
      jobs: () => this.#jobs.all(),
      onChanged: (live) => this.#emit({ type: 'job-changed', id: live.id }),
      onTotals: () => this.#emit({ type: 'totals-changed' }),
    });
    this.#holds.add('stopped');
  }

  start(): Promise<void> {
    for (const record of this.#ports.store.loadJobs()) {
      const live = new LiveJob(record);
      this.#jobs.add(live);
      const state = recoveredState(record.state);
      if (state !== record.state) {
        record.state = state;
        this.#ports.store.saveJob(record);
      }
      if (!isEnded(state)) takeUp(this.#ports, live);
    }
    this.#holds.delete('stopped');
    this.#heartbeat.start();
    this.#pumpSoon();
    return Promise.resolve();
  }

  async stop(): Promise<void> {
    this.#holds.add('stopped');
    this.#heartbeat.stop();
    const working = this.#jobs.all().filter((live) => live.busy);
    for (const live of this.#jobs.all()) {
      live.forgetDue?.();
      this.#runner.apply(live, 'set-aside');
    }
    await this.#atRest(working, 'stop');
  }

  gitVersion(): Promise<string | null> {
    return this.#ports.git.version();
  }

  async probe(url: string, signal?: AbortSignal): Promise<ProbeResult> {
    const address = understandUrl(url);
    return probeRemote(this.#ports, address, this.#signIns.forProbe(address), signal);
  }

  checkDestination(path: string): Promise<Destination> {
    return destinationAt(this.#wishParts(), path);
  }

  async addClone(wish: CloneWish): Promise<{ id: string; directory: string }> {
    const wished = await wishedClone(this.#wishParts(), wish);
    const { url, directory } = wished.live.record;
    return this.#add(wished, `Added: ${url} into ${directory}.`);
  }

  async addFetch(wish: FetchWish): Promise<{ id: string; directory: string }> {
    const wished = await wishedFetch(this.#wishParts(), wish);
    const { url, directory } = wished.live.record;
    return this.#add(wished, `Added: an update of ${directory} from ${url}.`);
  }

  async adopt(wish: AdoptWish): Promise<{ id: string; directory: string; kind: 'clone' | 'fetch' }> {
    const wished = await wishedAdoption(this.#wishParts(), wish);
    const { url, directory, kind } = wished.live.record;
    const what = kind === 'clone' ? 'clone' : 'fetch';
    return { ...this.#add(wished, `Added: the ${what} from ${url} that git began in ${directory}.`), kind };
  }

  jobs(): JobSnapshot[] {
    const nowMs = this.#ports.clock.monotonicMs();
    return this.#jobs
      .all()
      .sort((a, b) => a.record.position - b.record.position)
      .map((live) => live.snapshot(nowMs));
  }

  job(id: string): JobSnapshot | null {
    return this.#jobs.find(id)?.snapshot(this.#ports.clock.monotonicMs()) ?? null;
  }

  report(id: string): JobReport {
    const live = this.#jobs.get(id);
    takeUp(this.#ports, live);
    return live.report(this.#ports.clock.monotonicMs());
  }

  async pause(which: Selection): Promise<string[]> {
    return this.#applyAll(which, 'pause');
  }

  async resume(which: Selection): Promise<string[]> {
    const asked = this.#jobs.select(which);
    // "All" means what waits; what somebody ended, or what failed for a reason, is taken up again only by name.
    const chosen = which === 'all' ? asked.filter((live) => !isEnded(live.record.state)) : asked;
    for (const live of chosen) {
      // A job that ended without its workspace starts from the beginning.
      if (live.record.state === 'cancelled') live.record.stage = null;
      if (live.record.state === 'cancelled' || live.record.state === 'failed') {
        const { directory, fetch } = live.record;
        const other = this.#jobs.at(directory) ?? (fetch && this.#jobs.inRepository(fetch.commonDir));
        if (other !== null && other !== live) {
          throw new EngineError('target-taken-by-job', { path: directory, jobId: other.id });
        }
      }
    }
    return this.#applyAll(
      chosen.map((live) => live.id),
      'resume',
    );
  }

  async cancel(which: Selection, keepPartial: boolean): Promise<string[]> {
    const ids = await this.#applyAll(which, 'cancel');
    if (!keepPartial) for (const id of ids) await this.#removeWorkspace(this.#jobs.get(id));
    return ids;
  }

  async remove(which: Selection): Promise<string[]> {
    const removed: string[] = [];
    for (const live of this.#jobs.select(which)) {
      // "All" tidies the list up; running work is ended only by name.
      if (which === 'all' && !isEnded(live.record.state)) continue;
      this.#runner.apply(live, 'cancel');
      await live.workEnded;
      await this.#removeWorkspace(live);
      this.#ports.store.deleteJob(live.id);
      this.#jobs.delete(live.id);
      this.#signIns.forget(live.id);
      this.#sshQuestions.forget(live.id);
      this.#emit({ type: 'job-removed', id: live.id });
      removed.push(live.id);
    }
    return removed;
  }

  move(id: string, before: string | null): void {
    this.#jobs.get(id);
    const entries = this.#jobs.all().map((live) => ({ id: live.id, position: live.record.position }));
    const positions = reordered(entries, id, before);
    this.#ports.store.savePositions(positions);
    for (const { id: moved, position } of positions) {
      const live = this.#jobs.get(moved);
      if (live.record.position === position) continue;
      live.record.position = position;
      this.#emit({ type: 'job-changed', id: moved });
    }
    this.#pumpSoon();
  }

  async answer(id: string, questionId: string, answer: Answer): Promise<void> {
    const live = this.#jobs.get(id);
    const { question } = live.record;
    if (question?.id !== questionId) throw new EngineError('job-state', { jobId: id });
    if (answer.choice === 'cancel') return void (await this.cancel([id], false));
    const text = answerText(question, answer);
    if (text.credential !== null)
      this.#signIns.ofJob(id, understandUrl(live.record.url)).offer(text.credential);
    if (text.ssh !== null) this.#sshQuestions.answer(id, text.ssh.prompt, text.ssh.text);
    this.#runner.apply(live, 'answer-retry');
  }

  sshAsks(token: string, prompt: string, asker: number): string | null {
    return this.#sshQuestions.ask(token, prompt, asker);
  }

  async hold(reason: HoldReason): Promise<void> {
    this.#holds.add(reason);
    const working = this.#jobs.all().filter((live) => this.#runner.apply(live, 'set-aside'));
    this.#emit({ type: 'totals-changed' });
    await this.#atRest(working, 'hold');
  }

  release(reason: HoldReason): void {
    this.#holds.delete(reason);
    this.#emit({ type: 'totals-changed' });
    this.networkOnline();
    this.#pumpSoon();
  }

  networkOnline(): void {
    for (const live of this.#jobs.all()) {
      if (live.record.state === 'waiting-for-network') this.#runner.apply(live, 'resume');
      // It may be another network than the one that could not carry it.
      else if (live.record.question?.kind === 'object-too-large') this.#runner.apply(live, 'answer-retry');
    }
  }

  totals(): Totals {
    return { ...this.#heartbeat.totals(), held: this.#holds.size > 0 };
  }

  settings(): EngineSettings {
    return this.#settings;
  }

  changeSettings(change: Partial<EngineSettings>): EngineSettings {
    this.#settings = withChange(this.#settings, change);
    this.#ports.store.saveSetting(settingsKey, JSON.stringify(this.#settings));
    this.#emit({ type: 'settings-changed' });
    this.#pumpSoon();
    return this.#settings;
  }

  onEvent(listener: (event: EngineEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #accessOf(live: LiveJob): WorkContext['access'] {
    const signIn = this.#signIns.ofJob(live.id, understandUrl(live.record.url));
    const token = this.#sshQuestions.begin(live.id);
    if (this.#askpassEnv === null) return { signIn };
    return { signIn, askpassEnv: { ...this.#askpassEnv, [askpassTokenName]: token } };
  }

  /** One answer is enough for all who wait for the same server. */
  #signedIn(origin: string): void {
    for (const live of this.#jobs.all()) {
      const { question } = live.record;
      if (question?.kind === 'authentication' && originOf(question) === origin)
        this.#runner.apply(live, 'answer-retry');
    }
  }

  #emit(event: EngineEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  #wishParts(): WishParts {
    return {
      ports: this.#ports,
      jobs: this.#jobs,
      defaultDirectory: this.#settings.defaultDirectory,
    };
  }

  #add({ live, address }: WishedJob, sentence: string): { id: string; directory: string } {
    this.#jobs.add(live);
    this.#signIns.ofJob(live.id, address);
    this.#runner.save(live);
    this.#runner.note(live, 'info', sentence);
    this.#pumpSoon();
    return { id: live.id, directory: live.record.directory };
  }

  async #applyAll(which: Selection, event: JobEvent): Promise<string[]> {
    const moved = this.#jobs.select(which).filter((live) => this.#runner.apply(live, event));
    // "Paused" is told only once the sockets are closed. What is cancelled loses its files next, so nobody may write there.
    if (event === 'cancel') await Promise.all(moved.map((live) => live.workEnded));
    else await this.#atRest(moved, event);
    return moved.map((live) => live.id);
  }

  /** Resolves when the work of these jobs has ended. Something stuck in a system call is waited for no longer than this. */
  async #atRest(jobs: readonly LiveJob[], purpose: string): Promise<void> {
    const inTime = new AbortController();
    const patience = this.#ports.clock.sleep(workEndMs, inTime.signal).catch(() => undefined);
    const ended = Promise.all(jobs.map((live) => live.workEnded)).then(() => inTime.abort());
    await Promise.race([ended, patience]);
    const stuck = jobs.filter((live) => live.busy).map((live) => live.id);
    if (!inTime.signal.aborted) this.#ports.log('work-stuck', { purpose, jobs: stuck, waitedMs: workEndMs });
  }

  async #removeWorkspace(live: LiveJob): Promise<void> {
    if (live.record.state === 'done') return;
    await removeWorkspace(this.#ports.disk, this.#runner.workspaceOf(live), live.id);
    live.record.stage = null;
  }

  #pumpSoon(): void {
    if (this.#pumping) return;
    this.#pumping = true;
    queueMicrotask(() => {
      this.#pumping = false;
      this.#pump();
    });
  }

  #pump(): void {
    const entries = this.#jobs.all().map((live) => ({
      id: live.id,
      state: live.record.state,
      position: live.record.position,
      busy: live.busy,
    }));
    for (const id of admitted(entries, this.#settings.concurrentJobs, this.#holds.size > 0)) {
      const live = this.#jobs.get(id);
      takeUp(this.#ports, live);
      this.#runner.admit(live);
    }
  }
}

/** An engine over these ports. It does nothing until `start`. */
export function createEngine(ports: Ports, home: EngineHome): Engine {
  return new JobEngine(ports, home);
}
