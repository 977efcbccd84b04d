/** The parts of the window's state together, and what a person can do with them. */

import { createContext } from 'svelte';
import {
  failureFrom,
  type AnswerChoice,
  type Client,
  type EndpointName,
  type Failure,
  type Input,
  type JobId,
  type JobView,
  type Output,
  type Settings,
} from '../../main/contract/index.ts';
import { words } from '../words/index.ts';
import { Announcer } from './announcer.svelte.ts';
import { Clock } from './clock.svelte.ts';
import { DetailStore, Following } from './following.svelte.ts';
import type { FolderPurpose } from './folder-form.svelte.ts';
import { losesData, takers, toggleOf, type JobAction } from './job-actions.ts';
import { JobsStore } from './jobs.svelte.ts';
import { Selection } from './selection.svelte.ts';

export type OpenDialog =
  | { kind: 'new-clone'; text: string }
  | { kind: 'folder'; purpose: FolderPurpose; text: string }
  | { kind: 'settings' }
  | { kind: 'end'; action: 'cancel' | 'remove'; jobs: JobView[] };

/** Whether the engine can be reached. */
export interface Link {
  readonly state: 'connecting' | 'open' | 'lost' | 'refused';
  /** Tries to reach it at once. */
  retryNow(): void;
}

export class AppState {
  readonly jobs = new JobsStore();
  readonly selection = new Selection(() => this.jobs.visible.map((job) => job.id));
  readonly announcer = new Announcer();
  readonly clock = new Clock();
  readonly totals: Following<'totals'>;
  readonly settings: Following<'settings'>;
  readonly detail: DetailStore;
  readonly link: Link;
  readonly client: Client;
  dialog = $state.raw<OpenDialog | null>(null);
  detailOpen = $state(true);
  readonly chosen = $derived(this.jobs.named(this.selection.ids));
  readonly #stops: (() => void)[] = [];

  constructor(client: Client, link: Link) {
    this.client = client;
    this.link = link;
    this.detail = new DetailStore(client);
    this.totals = new Following(client, 'totals', {});
    this.settings = new Following(client, 'settings', {});
    this.#stops.push(
      this.totals.stop,
      this.settings.stop,
      client.follow('jobs', {}, (change) => {
        const orderBefore = this.jobs.visible.map((job) => job.id);
        this.announcer.changes(this.jobs.apply(change));
        this.selection.prune((id) => this.jobs.get(id) !== undefined, orderBefore);
      }),
    );
  }

  stop(): void {
    this.detail.follow(null);
    for (const stop of this.#stops) stop();
  }

  /** Fetches into what the jobs made, with the options of the last time; shows the one job that this begins. */
  async #update(jobs: readonly JobView[]): Promise<void> {
    for (const { id, kind, directory } of jobs) {
      try {
        const last = kind === 'fetch' ? (await this.client.ask('job.get', { id })).fetch : undefined;
        const begun = await this.client.ask('job.fetch', { directory, options: last ?? {}, start: 'now' });
        if (jobs.length === 1) this.show(begun.id);
      } catch (thrown) {
        this.#notUpdated(failureFrom(thrown));
      }
    }
  }

  /** One that is under way already is as good as a new one. */
  #notUpdated(failure: Failure): void {
    const { jobId } = failure.facts;
    if (failure.code === 'target-taken-by-job' && jobId !== undefined && this.jobs.get(jobId))
      this.show(jobId);
    else this.announcer.failed(words.tried.update, failure);
  }

  /** Does to the jobs what can be done to them; asks first where something that arrived would be thrown away. */
  async act(action: JobAction, jobs: readonly JobView[]): Promise<void> {
    const able = takers(jobs, action);
    if (able.length === 0) return;
    if (action === 'cancel' || (action === 'remove' && able.some(losesData))) {
      this.dialog = { kind: 'end', action, jobs: able };
      return;
    }
    if (action === 'update') return this.#update(able);
    const ids = able.map((job) => job.id);
    if (action === 'remove') await this.#ask('job.remove', { ids }, words.tried.remove);
    else if (action === 'pause') await this.#ask('job.pause', { ids }, words.tried.pause);
    else await this.#ask('job.resume', { ids }, words.tried.resume);
  }

  /** Pauses or takes up again whatever of `jobs` can be. */
  async toggle(jobs: readonly JobView[]): Promise<void> {
    const way = toggleOf(jobs);
    if (way === null) return;
    if (way === 'pause') return this.act('pause', jobs);
    const ids = [...takers(jobs, 'resume'), ...takers(jobs, 'retry')].map((job) => job.id);
    await this.#ask('job.resume', { ids }, words.tried.resume);
  }

  /** The answer to the question of the `end` dialog. */
  async end(action: 'cancel' | 'remove', jobs: readonly JobView[], keepPartial: boolean): Promise<void> {
    const ids = jobs.map((job) => job.id);
    if (action === 'cancel') await this.#ask('job.cancel', { ids, keepPartial }, words.tried.cancel);
    else await this.#ask('job.remove', { ids }, words.tried.remove);
  }

  async pauseAll(): Promise<void> {
    await this.#ask('job.pause', { all: true }, words.tried.pause);
  }

  async resumeAll(): Promise<void> {
    if (this.totals.value?.held) await this.#ask('engine.release', { reason: 'user' }, words.tried.resume);
    await this.#ask('job.resume', { all: true }, words.tried.resume);
  }

  /** `secret` with the choice `answer`; it is sent and not kept. */
  async answer(
    job: JobView,
    choice: AnswerChoice,
    secret: { username?: string; password?: string } = {},
  ): Promise<void> {
    if (!job.question) return;
    const questionId = job.question.id;
    await this.#ask('job.answer', { id: job.id, questionId, choice, ...secret }, words.tried.answer);
  }

  /** Puts a job in front of another in the queue; `null` means at the end. */
  async move(id: JobId, before: JobId | null): Promise<void> {
    if (id !== before) await this.#ask('job.move', { id, before }, words.tried.move);
  }

  /** One row up (-1) or down (1) in the queue. */
  async moveBy(id: JobId, rows: -1 | 1): Promise<void> {
    if (!this.jobs.reorderable) return;
    const order = this.jobs.visible.map((job) => job.id);
    const at = order.indexOf(id);
    const target = at + rows;
    if (at < 0 || target < 0 || target >= order.length) return;
    await this.move(id, rows < 0 ? (order[target] ?? null) : (order[target + 1] ?? null));
  }

  async changeSettings(change: Partial<Settings>): Promise<void> {
    const settings = await this.#ask('settings.set', change, words.tried.settings);
    if (settings) this.settings.value = settings;
  }

  newClone(text = ''): void {
    this.dialog = { kind: 'new-clone', text };
  }

  /** Asks for a folder: to update the repository there, or to go on with an interrupted clone. */
  openFolder(purpose: FolderPurpose, text = ''): void {
    this.dialog = { kind: 'folder', purpose, text };
  }

  /** Brings a job before the person, whatever the list was showing. */
  show(id: JobId): void {
    this.jobs.filter = 'all';
    this.jobs.search = '';
    this.selection.only(id);
    this.detailOpen = true;
  }

  async copy(text: string): Promise<void> {
    try {
      await navigator.clipboard.writeText(text);
      this.announcer.say(words.announce.copied);
    } catch (thrown) {
      this.announcer.failed(words.tried.copy, failureFrom(thrown));
    }
  }

  /** A call whose failure is shown rather than thrown. */
  async #ask<N extends EndpointName>(
    name: N,
    input: Input<N>,
    tried: string,
  ): Promise<Output<N> | undefined> {
    try {
      return await this.client.ask(name, input);
    } catch (thrown) {
      this.announcer.failed(tried, failureFrom(thrown));
      return undefined;
    }
  }
}

export const [useApp, provideApp] = createContext<AppState>();
