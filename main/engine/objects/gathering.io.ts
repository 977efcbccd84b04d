/**
 * The beginning of the one pack that a clone of many requests ends with: packs that came are copied behind each other
 * into a hidden file while others are still on their way, so that little is left to do behind the last byte. Nothing
 * depends on the file: when it cannot be written, or is gone after a crash, the packs are joined at the end as they are.
 */

import type { ObjectFormat } from '../../git/index.ts';
import type { BegunJoin, Disk, PackTools } from '../ports.ts';

export interface GatheringOptions {
  disk: Pick<Disk, 'remove'>;
  packs: Pick<PackTools, 'append'>;
  /** Of the hidden file; on the same file system as the packs, under a name that nobody takes for a pack's. */
  path: string;
  format: ObjectFormat;
  signal: AbortSignal;
}

export class PackGathering {
  readonly #options: GatheringOptions;
  #begun: BegunJoin | null;
  #isBroken = false;
  /** One copy after the other; settles when the last is done. */
  #copying: Promise<void>;

  constructor(options: GatheringOptions) {
    this.#options = options;
    this.#begun = null;
    // What an earlier try left: nobody knows any more what is in it.
    this.#copying = options.disk.remove(options.path).catch(() => this.#giveUp());
  }

  /** @param packPath a pack of which no object is in any pack that is here already */
  add(packPath: string): void {
    this.#copying = this.#copying.then(() => this.#append(packPath)).catch(() => this.#giveUp());
  }

  /** Resolves when nothing is being copied any more; null when there is nothing to begin with. */
  async end(): Promise<BegunJoin | null> {
    await this.#copying;
    return this.#begun;
  }

  async #append(packPath: string): Promise<void> {
    if (this.#isBroken) return;
    const { packs, path, format, signal } = this.#options;
    const lengthBytes = await packs.append(packPath, path, format, signal);
    const before = this.#begun?.packPaths ?? [];
    this.#begun = { path, packPaths: [...before, packPath], lengthBytes };
  }

  /** What cannot be gone on with takes room that others need. */
  async #giveUp(): Promise<void> {
    this.#isBroken = true;
    this.#begun = null;
    await this.#options.disk.remove(this.#options.path).catch(() => {});
  }
}
