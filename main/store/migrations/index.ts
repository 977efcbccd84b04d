import { migration0010 } from './0010-jobs.ts';
import { migration0020 } from './0020-artefacts.ts';
import { migration0030 } from './0030-history.ts';
import { migration0040 } from './0040-settings.ts';
import { migration0050 } from './0050-fetches.ts';
import { migration0060 } from './0060-ranges.ts';
import type { Migration } from './step.ts';

export type { Migration } from './step.ts';

/** Oldest first. */
export const migrations: readonly Migration[] = [
  migration0010,
  migration0020,
  migration0030,
  migration0040,
  migration0050,
  migration0060,
];
