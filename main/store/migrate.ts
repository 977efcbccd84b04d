/** Brings a database to the version this program knows. */

import type { Database } from 'better-sqlite3';
import { DatabaseFromFutureError } from './errors.ts';
import type { Migration } from './migrations/index.ts';

/** The version a list of steps leads to; 0 for an empty list. */
export function latestVersion(steps: readonly Migration[]): number {
  return steps.at(-1)?.version ?? 0;
}

/** `PRAGMA user_version`; 0 for a new file. */
export function versionOf(database: Database): number {
  return Number(database.pragma('user_version', { simple: true }));
}

/** @throws DatabaseFromFutureError when the database is above the version `steps` lead to */
export function refuseFuture(database: Database, steps: readonly Migration[]): void {
  const found = versionOf(database);
  const known = latestVersion(steps);
  if (found > known) throw new DatabaseFromFutureError(found, known);
}

/**
 * Runs every step above the database's version, all in one transaction: afterwards the database is either as before or
 * at the latest version. Two programs may start at once: the version is read again under the write lock.
 * Returns the purposes of the steps that ran.
 * @throws DatabaseFromFutureError when a later Packmule has written this database; nothing is changed then
 */
export function migrate(database: Database, steps: readonly Migration[]): string[] {
  const known = latestVersion(steps);
  refuseFuture(database, steps);
  if (versionOf(database) === known) return [];

  const run = database.transaction((): string[] => {
    refuseFuture(database, steps);
    const found = versionOf(database);
    const due = steps.filter((step) => step.version > found);
    for (const step of due) step.up(database);
    // Part of the transaction: the number is kept in the database's header page.
    database.pragma(`user_version = ${known}`);
    return due.map((step) => step.purpose);
  });
  // A step that makes a table anew drops the old one, which with foreign keys on would delete what refers to it. The
  // setting cannot be changed inside a transaction (https://www.sqlite.org/pragma.html#pragma_foreign_keys).
  const enforced = database.pragma('foreign_keys', { simple: true }) === 1;
  database.pragma('foreign_keys = OFF');
  try {
    return run.immediate();
  } finally {
    if (enforced) database.pragma('foreign_keys = ON');
  }
}
