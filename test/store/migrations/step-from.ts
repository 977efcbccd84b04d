/** Each step is tested on a database of the version before it, with rows in it. */

import DatabaseFile, { type Database } from 'better-sqlite3';
import { onTestFinished } from 'vitest';
import { migrate, versionOf } from '../../../main/store/migrate.ts';
import { migrations } from '../../../main/store/migrations/index.ts';

export const jobRow = (id: string): string => `INSERT INTO jobs VALUES (
  '${id}', 'clone', 'https://example.org/r.git', '/home/somebody/r', '{"depth":1}', 'paused', 'download', 3,
  1, 2, 3, 4, 5, 6, 7, 8, 9, '{"code":"connection-lost","facts":{}}', NULL, '{"refs":1}', NULL, 1000, NULL)`;

export const artefactRow = `INSERT INTO artefacts VALUES (
  'a', 'j', 'pack-stream', 'https://example.org', 'arriving', NULL, 10, 4, 'a.pack', 1001)`;

/** The tables of a database with all their rows. */
export function contents(database: Database): Record<string, unknown[]> {
  const names = database
    .prepare(`SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name`)
    .pluck()
    .all();
  return Object.fromEntries(
    (names as string[]).map((name) => [name, database.prepare(`SELECT * FROM ${name} ORDER BY rowid`).all()]),
  );
}

/**
 * Builds the version before `version`, puts `rows` in, and steps up to `version`.
 * Returns the contents before and after.
 */
export function stepTo(
  version: number,
  rows: readonly string[],
): {
  before: Record<string, unknown[]>;
  after: Record<string, unknown[]>;
  database: Database;
} {
  const database = new DatabaseFile(':memory:');
  onTestFinished(() => void database.close());
  database.pragma('foreign_keys = ON');
  migrate(
    database,
    migrations.filter((each) => each.version < version),
  );
  for (const row of rows) database.exec(row);
  const before = contents(database);
  migrate(
    database,
    migrations.filter((each) => each.version <= version),
  );
  if (versionOf(database) !== version) throw new Error(`the database is at ${versionOf(database)}`);
  const dangling = database.pragma('foreign_key_check') as unknown[];
  if (dangling.length > 0 || database.pragma('integrity_check', { simple: true }) !== 'ok') {
    throw new Error('the step broke the database');
  }
  return { before, after: contents(database), database };
}
