/** What a step from one version of the database to the next is. */

import type { Database } from 'better-sqlite3';

export interface Migration {
  /** What `PRAGMA user_version` says afterwards. Tens, so that a step can be put between two others before a release. */
  version: number;
  /** A few words for the log. */
  purpose: string;
  /** Runs inside the runner's transaction. A published step is never edited: what it made is on somebody's disk. */
  up(database: Database): void;
}
