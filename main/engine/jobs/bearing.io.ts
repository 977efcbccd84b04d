/**
 * Bears with a server that refuses requests in the middle of the work: waits as it says, with fewer requests at once, and
 * does without the filters it does not take. What in an answer is an object's own matter is left to who asked.
 */

import { EngineError } from '../errors.ts';
import { FilterMenu, type InFlight } from '../pieces/index.ts';
import { Patience } from './patience.ts';
import type { Refusal } from './refusals.ts';
import type { WorkContext } from './work-context.ts';

/** A pause that is shorter is nobody's business. */
const notedMsMin = 5_000;

export class Bearing {
  readonly filters = new FilterMenu();
  readonly #context: WorkContext;
  readonly #inFlight: InFlight;
  readonly #patience = new Patience();
  #notBeforeMs = 0;
  /** Refusals of requests that were under way together are one. */
  #episode = 0;

  constructor(context: WorkContext, inFlight: InFlight) {
    this.#context = context;
    this.#inFlight = inFlight;
  }

  /** What a request remembers while it is under way; for `refused`. */
  get episode(): number {
    return this.#episode;
  }

  /** Resolves when the next request may go out. */
  async ready(): Promise<void> {
    const { clock } = this.#context.ports;
    const { signal } = this.#context;
    for (;;) {
      const leftMs = this.#notBeforeMs - clock.monotonicMs();
      if (leftMs <= 0) return;
      await clock.sleep(leftMs, signal);
    }
  }

  answered(): void {
    this.#patience.answered();
  }

  /**
   * A request was refused; what is asked for next waits or is asked for in another way.
   * @param asked its filter, and the episode in which it began
   * @throws `error` when this goes on for too long, or other refs can be taken instead; EngineError `filter-not-supported` when no filter is left
   */
  refused(refusal: Refusal, asked: { filter: string | null; episode: number }, error: unknown): void {
    const { address, ports } = this.#context;
    if (refusal.kind === 'filter') {
      if (asked.filter === null) throw error;
      this.#refuseFilter(asked.filter);
      return;
    }
    if (refusal.kind === 'object' && this.#context.pinsDrifted === true) throw error;
    if (asked.episode !== this.#episode) return;
    this.#episode++;
    const waitMs = this.#patience.refused(refusal, ports.chance.fraction());
    if (waitMs === null) throw error;
    if (refusal.kind === 'throttled') this.#inFlight.throttle();
    this.#notBeforeMs = ports.clock.monotonicMs() + waitMs;
    ports.log('refused', { job: this.#context.live.id, ...refusal, waitMs });
    if (waitMs < notedMsMin) return;
    const seconds = Math.round(waitMs / 1000);
    const why = refusal.kind === 'throttled' ? 'asks for a pause' : 'has trouble';
    this.#context.note(
      'info',
      `${address.host} ${why}; it is asked again in ${seconds} s. What arrived is kept.`,
    );
  }

  #refuseFilter(filter: string): void {
    const { address } = this.#context;
    const before = this.filters.of('commit');
    this.filters.refuse(filter);
    const now = this.filters.of('commit');
    if (now === before) return;
    // Without any a tree comes with everything below it, again and again: object by object is not the way then.
    if (now === null) throw new EngineError('filter-not-supported', { host: address.host, option: filter });
    this.#context.note(
      'notice',
      `${address.host} does not take the filter “${filter}”; “${now}” is used instead.`,
    );
  }
}
