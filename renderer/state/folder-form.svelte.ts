/** The form for something that is to be done with a folder: its repository is updated, or an interrupted clone goes on. */

import { failureFrom, type Client, type Failure, type FetchOptions } from '../../main/contract/index.ts';
import { destinationController } from './probe.svelte.ts';

/** `update`: fetch into a repository. `adopt`: go on with what a killed git left. */
export type FolderPurpose = 'update' | 'adopt';

export const tagChoices = ['configured', 'all', 'none'] as const;

export class FolderForm {
  readonly purpose: FolderPurpose;
  directory = $state('');
  remote = $state('');
  prune = $state(false);
  tags = $state<(typeof tagChoices)[number]>('configured');
  busy = $state(false);
  /** Why the engine did not take it on. */
  refused = $state.raw<Failure | null>(null);
  /** What is at the folder. */
  readonly place;
  readonly #client: Client;

  constructor(client: Client, purpose: FolderPurpose, directory = '') {
    this.#client = client;
    this.purpose = purpose;
    this.place = destinationController(client);
    this.type(directory);
  }

  type(directory: string): void {
    this.directory = directory;
    this.refused = null;
    this.place.put(directory.trim());
  }

  /** Nothing that could be a repository is there. What is in a folder, only the engine can tell. */
  readonly blocked: boolean = $derived.by(() => {
    const now = this.place.now;
    return now.state === 'answered' && (now.value.state !== 'not-empty' || !now.value.writable);
  });

  readonly ready = $derived(this.directory.trim() !== '' && !this.busy && !this.blocked);

  /** As the engine knows them; what is as configured is left out. */
  options(): FetchOptions {
    const options: FetchOptions = {};
    if (this.remote.trim()) options.remote = this.remote.trim();
    if (this.prune) options.prune = true;
    if (this.tags !== 'configured') options.tags = this.tags;
    return options;
  }

  /** Resolves with the job; null when it was refused, with the reason in `refused`. */
  async submit(start: 'now' | 'paused'): Promise<string | null> {
    const directory = this.directory.trim();
    this.busy = true;
    this.refused = null;
    try {
      const added =
        this.purpose === 'adopt'
          ? await this.#client.ask('job.adopt', { directory, start })
          : await this.#client.ask('job.fetch', { directory, options: this.options(), start });
      return added.id;
    } catch (thrown) {
      this.refused = failureFrom(thrown);
      return null;
    } finally {
      this.busy = false;
    }
  }

  stop(): void {
    this.place.stop();
  }
}
