/** The engine's jobs, by id. Pure bookkeeping. */

import type { Selection } from '../door.ts';
import { EngineError } from '../errors.ts';
import type { LiveJob } from './live-job.ts';

export class JobList {
  readonly #jobs = new Map<string, LiveJob>();

  add(live: LiveJob): void {
    this.#jobs.set(live.id, live);
  }

  delete(id: string): void {
    this.#jobs.delete(id);
  }

  all(): LiveJob[] {
    return [...this.#jobs.values()];
  }

  find(id: string): LiveJob | null {
    return this.#jobs.get(id) ?? null;
  }

  /** @throws EngineError `job-not-found` */
  get(id: string): LiveJob {
    const live = this.find(id);
    if (live === null) throw new EngineError('job-not-found', { jobId: id });
    return live;
  }

  /** @throws EngineError `job-not-found` for an id nobody knows */
  select(which: Selection): LiveJob[] {
    return which === 'all' ? this.all() : which.map((id) => this.get(id));
  }

  /** The unfinished job that grows at, will appear at, or works on this directory. */
  at(directory: string): LiveJob | null {
    return this.#unfinished().find(({ record }) => record.directory === directory) ?? null;
  }

  /** The unfinished job that updates this repository, in whichever of its work trees. */
  inRepository(commonDir: string): LiveJob | null {
    return this.#unfinished().find(({ record }) => record.fetch?.commonDir === commonDir) ?? null;
  }

  /** Behind all others in the queue. */
  nextPosition(): number {
    return Math.max(0, ...this.all().map((live) => live.record.position)) + 1;
  }

  #unfinished(): LiveJob[] {
    return this.all().filter(({ record: { state } }) => state !== 'done' && state !== 'cancelled');
  }
}
