/** Every job the engine knows, and the part of them the list shows. */
/* eslint-disable svelte/prefer-svelte-reactivity -- the map is only an index of `all`, which is the state */

import type { JobId, JobView, JobsChange } from '../../main/contract/index.ts';
import { arrange, countByFilter, type JobFilter, type JobSort } from './job-filters.ts';

export class JobsStore {
  /** In no particular order. Replaced as a whole at each change; unchanged jobs stay the same objects. */
  all = $state.raw<readonly JobView[]>([]);
  /** False until the engine has told of its jobs for the first time. */
  loaded = $state(false);
  filter = $state<JobFilter>('all');
  search = $state('');
  sort = $state<JobSort>('queue');

  readonly counts = $derived(countByFilter(this.all));
  readonly visible = $derived(arrange(this.all, this.filter, this.search, this.sort));
  /** Whether the order of rows is the order of the queue, so that moving a row means something. */
  readonly reorderable = $derived(this.sort === 'queue' && this.search.trim() === '');

  #byId = new Map<JobId, JobView>();

  /** Takes in one value of the `jobs` topic. Returns the pairs (before, after) of the jobs that changed. */
  apply(change: JobsChange): { before: JobView | undefined; after: JobView }[] {
    const pairs: { before: JobView | undefined; after: JobView }[] = [];
    if (change.all) {
      const before = this.#byId;
      this.#byId = new Map(change.all.map((job) => [job.id, job]));
      // The first list is not news; after a reconnection what changed meanwhile is.
      if (this.loaded) for (const after of change.all) pairs.push({ before: before.get(after.id), after });
    }
    for (const id of change.removed ?? []) this.#byId.delete(id);
    for (const after of change.changed ?? []) {
      pairs.push({ before: this.#byId.get(after.id), after });
      this.#byId.set(after.id, after);
    }
    this.all = [...this.#byId.values()];
    this.loaded = true;
    return pairs;
  }

  get(id: JobId | null): JobView | undefined {
    // Reading `all` ties whoever asks to later changes.
    return id === null || this.all.length === 0 ? undefined : this.#byId.get(id);
  }

  /** The jobs named, in the order of the list; those no longer known are left out. */
  named(ids: ReadonlySet<JobId>): JobView[] {
    return this.all.filter((job) => ids.has(job.id));
  }
}
