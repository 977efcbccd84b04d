/** Opening the database, so that a promise made on it is kept. */

import { chmodSync, closeSync, existsSync, mkdirSync, openSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import DatabaseFile, { type Database } from 'better-sqlite3';
import { nodeRefusal } from '../node-version.ts';
import { damageNotice, putAside, putBack, salvage } from './damaged.io.ts';
import { asEngineError, DatabaseFromPastError, DatabaseMissingError, isBusy, isDamage } from './errors.ts';
import { latestVersion, migrate, refuseFuture, versionOf } from './migrate.ts';
import { migrations, type Migration } from './migrations/index.ts';
import { insertSql, tableNames } from './tables.ts';
import { StoreReader, type ReadableStore } from './reader.ts';
import { StoreWriter, type WritableStore } from './writer.ts';

export interface OpenedStore {
  store: WritableStore;
  /** Sentences for the person: what was found wrong and what was done about it. Empty when all is well. */
  notices: string[];
}

export interface OpenOptions {
  /** How long another process at the same database is waited for. */
  busyMs?: number;
  /** The running Node; `process.versions`. */
  versions?: { node: string; napi?: string | undefined };
  /** The steps known to this program. */
  steps?: readonly Migration[];
}

/** Longer than any transaction of ours takes on a slow disk. */
const busyMsDefault = 10_000;

/** Checkpoints start over at the head of the write-ahead log; this cuts a log that once grew back to size. */
const journalBytesMax = 16 * 1024 * 1024;

/** The prebuilt binding does not refuse a Node that is too old: it crashes the process at the first open. */
function refuseOldNode(options: OpenOptions): void {
  const refusal = nodeRefusal(options.versions ?? process.versions);
  if (refusal !== null) throw new Error(refusal);
}

/** SQLite gives the write-ahead log the mode of the database, so the file is made before SQLite makes it. */
function makePrivateFile(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  closeSync(openSync(path, 'a', 0o600));
  chmodSync(path, 0o600);
}

/** Two processes that change the journal mode at once get SQLITE_BUSY without the busy handler being asked. */
function patiently<T>(busyMs: number, work: () => T): T {
  const giveUpAt = performance.now() + busyMs;
  const pause = new Int32Array(new SharedArrayBuffer(4));
  for (;;) {
    try {
      return work();
    } catch (error) {
      if (!isBusy(error) || performance.now() > giveUpAt) throw error;
      Atomics.wait(pause, 0, 0, 20);
    }
  }
}

/**
 * The first complaint of `PRAGMA quick_check`, or null. Only about the file's structure: a row that breaks a CHECK is
 * left out when it is read, and is no reason to put the whole database aside.
 */
function complaint(database: Database): string | null {
  database.pragma('ignore_check_constraints = ON');
  const answer = String(database.pragma('quick_check(1)', { simple: true }));
  database.pragma('ignore_check_constraints = OFF');
  return answer === 'ok' ? null : answer.replaceAll(/\s+/g, ' ').slice(0, 200);
}

/**
 * A scratch in the text of the tables' definitions is no damage to quick_check, and shows when a row is first written.
 * @throws DamageError
 */
function assertWritable(database: Database): void {
  try {
    for (const table of tableNames) database.prepare(insertSql(table));
  } catch (error) {
    throw new DamageError(
      error instanceof Error ? error.message.slice(0, 200) : 'its tables are not what they were',
    );
  }
}

/** `quick_check` complained; the message is the complaint. */
class DamageError extends Error {}

/** A connection on which a commit is a promise. Throws what SQLite throws, or DamageError. */
export function openDatabase(path: string, busyMs: number, steps: readonly Migration[]): Database {
  const database = new DatabaseFile(path, { timeout: busyMs });
  try {
    // Before anything is changed or judged: a newer Packmule may lay things out in ways that look wrong from here.
    refuseFuture(database, steps);
    patiently(busyMs, () => database.pragma('journal_mode = WAL'));
    // The binding's default in WAL mode is NORMAL: a commit would survive a crash of the process, not a power cut.
    database.pragma('synchronous = FULL');
    // macOS: fsync(2) there leaves the bytes in the drive's cache; SQLite uses F_FULLFSYNC with this. Elsewhere nothing.
    database.pragma('fullfsync = ON');
    database.pragma('checkpoint_fullfsync = ON');
    database.pragma('foreign_keys = ON');
    database.pragma('trusted_schema = OFF');
    database.pragma('cell_size_check = ON');
    database.pragma(`journal_size_limit = ${journalBytesMax}`);
    const found = complaint(database);
    if (found !== null) throw new DamageError(found);
    patiently(busyMs, () => migrate(database, steps));
    if (steps === migrations) assertWritable(database);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function startOver(path: string, reason: string, busyMs: number, steps: readonly Migration[]): OpenedStore {
  const aside = putAside(path);
  let database: Database | undefined;
  try {
    makePrivateFile(path);
    database = openDatabase(path, busyMs, steps);
    const notice = damageNotice(aside, reason, salvage(aside, database));
    return { store: new StoreWriter(database), notices: [notice] };
  } catch (error) {
    // Say, the disk is full. The next start shall find the damaged file again, not an empty list and no word why.
    database?.close();
    putBack(aside, path);
    throw error;
  }
}

/**
 * Opens the database for reading and writing; makes it, its directory (mode 0700) and its tables when they are not
 * there. A file that is no database, or a damaged one, is put aside as `<path>.damaged-<n>`, what can still be read is
 * taken over, and a notice says so.
 * @throws DatabaseFromFutureError when a later Packmule wrote it
 * @throws EngineError `disk-full`, `target-not-writable` or `disk-failed` with the path
 * @throws Error with one sentence when this Node is too old
 */
export function openStore(path: string, options: OpenOptions = {}): OpenedStore {
  refuseOldNode(options);
  const absolute = resolve(path);
  const busyMs = options.busyMs ?? busyMsDefault;
  const steps = options.steps ?? migrations;
  try {
    makePrivateFile(absolute);
    try {
      return { store: new StoreWriter(openDatabase(absolute, busyMs, steps)), notices: [] };
    } catch (error) {
      if (!(error instanceof DamageError || isDamage(error))) throw error;
      const reason = error instanceof Error ? error.message : 'damaged';
      return startOver(absolute, reason, busyMs, steps);
    }
  } catch (error) {
    throw asEngineError(error, absolute);
  }
}

/**
 * Opens the database for reading, beside a process that writes it. Changes nothing: no tables are made, nothing is put
 * aside.
 * @throws DatabaseMissingError, DatabaseFromFutureError, DatabaseFromPastError
 * @throws EngineError `disk-failed` with the path, also for a damaged database
 * @throws Error with one sentence when this Node is too old
 */
export function openStoreReadOnly(path: string, options: OpenOptions = {}): ReadableStore {
  refuseOldNode(options);
  const absolute = resolve(path);
  if (!existsSync(absolute)) throw new DatabaseMissingError(absolute);
  let database: Database | undefined;
  try {
    database = new DatabaseFile(absolute, {
      readonly: true,
      fileMustExist: true,
      timeout: options.busyMs ?? busyMsDefault,
    });
    database.pragma('trusted_schema = OFF');
    const steps = options.steps ?? migrations;
    refuseFuture(database, steps);
    const found = versionOf(database);
    const known = latestVersion(steps);
    if (found < known) throw new DatabaseFromPastError(found, known);
    return new StoreReader(database);
  } catch (error) {
    database?.close();
    throw asEngineError(error, absolute);
  }
}
