/**
 * Which filters keep an answer to what was asked for (git-rev-list(1), --filter), given what the server refuses: it may
 * allow each kind or not (git-config(1), uploadpackfilter). Objects that are named always come. Pure.
 */

import type { WantedKind } from '../ports.ts';

/** Commits without trees, and of named trees only themselves. */
const bare: readonly string[] = ['tree:0', 'object:type=commit'];
/** Trees come with all trees below them, but no blobs. A limit of nothing leaves out every blob. */
const withTrees: readonly string[] = ['blob:none', 'blob:limit=0'];

export type FilterUse = 'commit' | WantedKind;

export class FilterMenu {
  readonly #refused = new Set<string>();

  /** Null: none, and an answer has everything below what is named. */
  of(use: FilterUse): string | null {
    if (use === 'blob') return null;
    const order = use === 'root' ? [...withTrees, ...bare] : [...bare, ...withTrees];
    return order.find((filter) => !this.#refused.has(filter)) ?? null;
  }

  /** Whether trees of commits can be asked for with all trees below them, and no more. */
  get hasRoots(): boolean {
    return withTrees.some((filter) => !this.#refused.has(filter));
  }

  /** The server does not take this one; several requests may find out at the same time. */
  refuse(filter: string): void {
    this.#refused.add(filter);
  }
}
