/** How long refusals in a row are borne within one run of the work. Pure; chance is handed in. */

import type { Refusal } from './refusals.ts';
import { backoffMs } from './retry.ts';

/** A longer wait is the job's, where a person sees when it goes on. */
const waitMsMax = 60_000;
/** Refusals in a row without an answer in between. */
const triesMax: Record<Refusal['kind'], number> = { throttled: 8, object: 16, filter: 8, trouble: 4 };

export class Patience {
  #tries = 0;

  /** An answer came. */
  answered(): void {
    this.#tries = 0;
  }

  /** Milliseconds until the next request; null when it is not for this run to go on. */
  refused(refusal: Refusal, chance: number): number | null {
    this.#tries++;
    if (this.#tries > triesMax[refusal.kind]) return null;
    switch (refusal.kind) {
      case 'throttled': {
        const waitMs = Math.max(refusal.waitMs ?? 0, backoffMs(this.#tries, chance));
        return waitMs > waitMsMax ? null : waitMs;
      }
      // Another way is gone at once; whether there is one does not depend on time.
      case 'filter':
        return 0;
      // Other objects, or another node: once or twice at once, then like everything else.
      case 'object':
        return this.#tries <= 2 ? 0 : backoffMs(this.#tries - 2, chance);
      case 'trouble':
        return backoffMs(this.#tries, chance);
    }
  }
}
