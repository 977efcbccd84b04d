/** A topic's latest value as state. */

import type {
  Client,
  Failure,
  JobDetail,
  JobId,
  TopicInput,
  TopicName,
  TopicValue,
} from '../../main/contract/index.ts';

/** Follows one topic with one input from the moment it is made until `stop`. */
export class Following<T extends TopicName> {
  value = $state.raw<TopicValue<T> | null>(null);
  ended = $state.raw<Failure | null>(null);
  readonly stop: () => void;

  constructor(client: Client, topic: T, input: TopicInput<T>) {
    this.stop = client.follow(
      topic,
      input,
      (value) => (this.value = value),
      (failure) => (this.ended = failure),
    );
  }
}

/** Follows the job in the detail pane; at most one at a time. */
export class DetailStore {
  id = $state<JobId | null>(null);
  detail = $state.raw<JobDetail | null>(null);
  readonly #client: Client;
  #stop: (() => void) | null = null;

  constructor(client: Client) {
    this.#client = client;
  }

  /** Turns to another job, or to none. The old detail is let go at once: one job's figures never stand under another's name. */
  follow(id: JobId | null): void {
    if (id === this.id) return;
    this.#stop?.();
    this.#stop = null;
    this.id = id;
    this.detail = null;
    if (id === null) return;
    this.#stop = this.#client.follow('job', { id }, (detail) => {
      if (this.id === id) this.detail = detail;
    });
  }
}
