/** Which rows are chosen, which one has the keyboard, and from where a range is drawn. */
/* eslint-disable svelte/prefer-svelte-reactivity -- the sets are replaced as a whole, never changed in place */

import type { JobId } from '../../main/contract/index.ts';

export class Selection {
  ids = $state.raw<ReadonlySet<JobId>>(new Set());
  /** The row the keyboard is on. */
  cursor = $state<JobId | null>(null);
  #anchor: JobId | null = null;
  readonly #order: () => readonly JobId[];

  /** `order` gives the visible rows, top to bottom. */
  constructor(order: () => readonly JobId[]) {
    this.#order = order;
  }

  /** Chooses this row alone. */
  only(id: JobId): void {
    this.ids = new Set([id]);
    this.cursor = id;
    this.#anchor = id;
  }

  /** A click: alone, added or taken away (`toggle`), or as the end of a range (`extend`). */
  click(id: JobId, how: { toggle?: boolean; extend?: boolean } = {}): void {
    if (how.extend) return this.#extendTo(id);
    if (!how.toggle) return this.only(id);
    const ids = new Set(this.ids);
    if (!ids.delete(id)) ids.add(id);
    this.ids = ids;
    this.cursor = id;
    this.#anchor = id;
  }

  /** Moves the cursor by rows; with `extend` the range grows or shrinks with it. */
  move(rows: number, extend = false): void {
    const order = this.#order();
    if (order.length === 0) return;
    const at = this.cursor === null ? -1 : order.indexOf(this.cursor);
    // Without a cursor it comes in from outside: downwards from above the first row, upwards from below the last.
    const wanted = (at < 0 && rows < 0 ? order.length : at) + rows;
    const id = order[Math.min(order.length - 1, Math.max(0, wanted))];
    if (id === undefined) return;
    if (extend) this.#extendTo(id);
    else this.only(id);
  }

  all(): void {
    this.ids = new Set(this.#order());
    this.cursor ??= this.#order()[0] ?? null;
  }

  clear(): void {
    this.ids = new Set();
    this.#anchor = null;
  }

  /** Lets go of rows that are gone; the cursor falls to the row that took its place. */
  prune(known: (id: JobId) => boolean, orderBefore: readonly JobId[]): void {
    if ([...this.ids].some((id) => !known(id))) this.ids = new Set([...this.ids].filter(known));
    if (this.cursor === null || known(this.cursor)) return;
    const at = orderBefore.indexOf(this.cursor);
    const order = this.#order();
    const next = order[Math.min(Math.max(at, 0), order.length - 1)] ?? null;
    this.cursor = next;
    if (this.ids.size === 0 && next !== null) this.only(next);
  }

  #extendTo(id: JobId): void {
    const order = this.#order();
    const from = order.indexOf(this.#anchor ?? this.cursor ?? id);
    const to = order.indexOf(id);
    if (from < 0 || to < 0) return this.only(id);
    this.#anchor ??= order[from] ?? id;
    this.ids = new Set(order.slice(Math.min(from, to), Math.max(from, to) + 1));
    this.cursor = id;
  }
}
