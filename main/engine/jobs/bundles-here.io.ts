/** Which of the objects that bundles' headers name are in the repository. */

import { isSameFilter, type BundleHeader, type ObjectFormat } from '../../git/index.ts';
import { missingObjects } from '../objects/index.ts';
import type { WorkContext } from './work-context.ts';

export class BundlesHere {
  readonly #context: WorkContext;
  readonly #format: ObjectFormat;
  readonly #here = new Set<string>();

  constructor(context: WorkContext, format: ObjectFormat) {
    this.#context = context;
    this.#format = format;
  }

  /** As of the last look. Git, too, takes what a bundle names for here with all it reaches; the walk at the end does not. */
  has(oid: string): boolean {
    return this.#here.has(oid);
  }

  /** Whether a bundle needs nothing more, and may bring something. */
  isReady({ objectFormat, filter, prerequisites, tips }: BundleHeader): boolean {
    const wished = this.#context.live.record.options.filter ?? null;
    if (objectFormat !== this.#format || !isSameFilter(filter, wished)) return false;
    return tips.some(({ oid }) => !this.has(oid)) && prerequisites.every(({ oid }) => this.has(oid));
  }

  async lookUp(files: readonly { header: BundleHeader }[]): Promise<void> {
    const { ports, workspace, signal } = this.#context;
    const fitting = files.filter(({ header }) => header.objectFormat === this.#format);
    const named = fitting.flatMap(({ header }) => [
      ...header.tips,
      ...header.refusedTips,
      ...header.prerequisites,
    ]);
    const oids = new Set(named.map(({ oid }) => oid).filter((oid) => !this.has(oid)));
    if (oids.size === 0) return;
    const reader = { git: ports.git, gitDir: workspace.gitDir, format: this.#format, signal };
    const missing = new Set((await missingObjects(reader, oids)).hex());
    for (const oid of oids) if (!missing.has(oid)) this.#here.add(oid);
  }
}
