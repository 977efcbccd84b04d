/** A database that can no longer be read as one: it is put aside, never deleted, and what can still be read is taken over. */

import { existsSync, renameSync } from 'node:fs';
import { basename } from 'node:path';
import DatabaseFile, { type Database } from 'better-sqlite3';
import { codeOf } from './errors.ts';
import type { Row } from './fields.ts';
import { insertSql, tableColumns, tableNames, type TableName } from './tables.ts';

/** SQLite keeps what is not yet in the file itself beside it, under these endings (https://www.sqlite.org/walformat.html). */
const companions = ['-wal', '-shm'] as const;

/**
 * Renames the database and its companions to `<path>.damaged-<n>`, with the first free n; returns the new path.
 * The database must be closed.
 */
export function putAside(path: string): string {
  let n = 1;
  const taken = (aside: string): boolean => ['', ...companions].some((ending) => existsSync(aside + ending));
  while (taken(`${path}.damaged-${n}`)) n++;
  const aside = `${path}.damaged-${n}`;
  renameAll(path, aside);
  return aside;
}

/** Undoes `putAside`; what took the database's place meanwhile is overwritten. It must be closed. */
export function putBack(aside: string, path: string): void {
  renameAll(aside, path);
}

function renameAll(from: string, to: string): void {
  renameSync(from, to);
  for (const ending of companions) {
    try {
      renameSync(from + ending, to + ending);
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') throw error;
    }
  }
}

/** An older Packmule may have made the table: with less columns. */
function columnsThere(database: Database, table: TableName): string[] {
  const there = new Set(database.prepare('SELECT name FROM pragma_table_info(?)').pluck().all(table));
  return tableColumns[table].filter((column) => there.has(column));
}

/** Rows from the front up to the first bad page, then rows from the back up to the last bad one. */
function* readable(database: Database, table: TableName): Generator<Row> {
  for (const direction of ['ASC', 'DESC']) {
    try {
      // By row number, past the indices: an index may be what is damaged.
      const columns = columnsThere(database, table);
      const statement = database.prepare(
        `SELECT ${columns.join(', ')} FROM ${table} NOT INDEXED ORDER BY rowid ${direction}`,
      );
      yield* statement.iterate() as IterableIterator<Row>;
      return;
    } catch {
      // The end of what can be read from this side.
    }
  }
}

export interface Salvaged {
  jobs: number;
  /** Rows of all tables together. */
  rows: number;
}

/**
 * Takes over what `asidePath` still gives. Rows that break a rule of the new database (their job is lost, a number is
 * no number) stay behind. Pieces taken over are claims about spools; those are checked again when they are used.
 */
export function salvage(asidePath: string, into: Database): Salvaged {
  const salvaged: Salvaged = { jobs: 0, rows: 0 };
  let from: Database;
  try {
    from = new DatabaseFile(asidePath, { readonly: true, fileMustExist: true });
  } catch {
    return salvaged;
  }
  try {
    const copy = into.transaction(() => {
      for (const table of tableNames) {
        const nothing = Object.fromEntries(tableColumns[table].map((column) => [column, null]));
        const insert = into.prepare(insertSql(table).replace('INSERT', 'INSERT OR IGNORE'));
        for (const row of readable(from, table)) {
          try {
            const added = insert.run({ ...nothing, ...row }).changes;
            salvaged.rows += added;
            if (table === 'jobs') salvaged.jobs += added;
          } catch (error) {
            if (!codeOf(error).startsWith('SQLITE_CONSTRAINT')) throw error;
          }
        }
      }
    });
    copy.immediate();
  } finally {
    from.close();
  }
  return salvaged;
}

/** What a person is told about it. */
export function damageNotice(asidePath: string, reason: string, salvaged: Salvaged): string {
  const kept =
    salvaged.rows === 0
      ? 'Nothing in it could be read; Packmule starts with an empty list.'
      : `${salvaged.jobs} ${salvaged.jobs === 1 ? 'job was' : 'jobs were'} taken over from it.`;
  return `The database was damaged (${reason}) and was put aside as ${basename(asidePath)}. ${kept}`;
}
