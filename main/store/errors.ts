/** What the store says when it cannot keep or read something. */

import { EngineError } from '../engine/errors.ts';

/** The database was written by a later Packmule; it was not touched. */
export class DatabaseFromFutureError extends Error {
  readonly foundVersion: number;
  readonly knownVersion: number;

  constructor(foundVersion: number, knownVersion: number) {
    super(
      `The database has version ${foundVersion}, but this Packmule knows versions up to ${knownVersion} only. ` +
        'Start the newer Packmule that wrote it.',
    );
    this.name = 'DatabaseFromFutureError';
    this.foundVersion = foundVersion;
    this.knownVersion = knownVersion;
  }
}

/** Reading only was asked for, and the database must first be brought to the version this program knows. */
export class DatabaseFromPastError extends Error {
  readonly foundVersion: number;
  readonly knownVersion: number;

  constructor(foundVersion: number, knownVersion: number) {
    super(
      `The database has version ${foundVersion}; this Packmule reads version ${knownVersion}. ` +
        'It is brought up to date when Packmule itself starts.',
    );
    this.name = 'DatabaseFromPastError';
    this.foundVersion = foundVersion;
    this.knownVersion = knownVersion;
  }
}

/** Reading only was asked for, and there is no database. */
export class DatabaseMissingError extends Error {
  readonly path: string;

  constructor(path: string) {
    super(`There is no database at ${path}.`);
    this.name = 'DatabaseMissingError';
    this.path = path;
  }
}

/** The `code` of a system error or of a better-sqlite3 SqliteError; empty for everything else. */
export function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  const code: unknown = Reflect.get(error, 'code');
  return typeof code === 'string' ? code : '';
}

/** Whether the file itself is bad, not its surroundings (https://www.sqlite.org/rescode.html). */
export function isDamage(error: unknown): boolean {
  const code = codeOf(error);
  return code === 'SQLITE_NOTADB' || code === 'SQLITE_CORRUPT' || code.startsWith('SQLITE_CORRUPT_');
}

/** Whether somebody else is at the database right now. */
export function isBusy(error: unknown): boolean {
  const code = codeOf(error);
  return code === 'SQLITE_BUSY' || code.startsWith('SQLITE_BUSY_');
}

/**
 * A failure of the disk beneath the database in the engine's words: `disk-full`, `target-not-writable`, `disk-failed`.
 * Everything else (a broken constraint is a broken belief of ours) is handed back as it is.
 */
export function asEngineError(error: unknown, path: string): unknown {
  const code = codeOf(error);
  const detail = error instanceof Error ? error.message : undefined;
  const facts = { path, ...(detail === undefined ? {} : { detail }) };
  switch (code) {
    case 'SQLITE_FULL':
    case 'ENOSPC':
    case 'EDQUOT':
      return new EngineError('disk-full', facts, { cause: error });
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
    case 'SQLITE_PERM':
      return new EngineError('target-not-writable', facts, { cause: error });
    default:
      if (code.startsWith('SQLITE_READONLY'))
        return new EngineError('target-not-writable', facts, { cause: error });
      if (/^SQLITE_(IOERR|CANTOPEN|BUSY)/.test(code) || isDamage(error) || /^E[A-Z0-9]+$/.test(code)) {
        return new EngineError('disk-failed', facts, { cause: error });
      }
      return error;
  }
}
