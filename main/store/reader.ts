/** Reading what is kept. */

import type { Database, Statement } from 'better-sqlite3';
import type {
  StoredActivity,
  StoredArtefact,
  StoredAttempt,
  StoredJob,
  StoredPiece,
  StoredRange,
} from '../engine/jobs/records.ts';
import type { JobStore } from '../engine/ports.ts';
import { asEngineError } from './errors.ts';
import { RowError, type Row } from './fields.ts';
import {
  activityFrom,
  artefactFrom,
  attemptFrom,
  jobFrom,
  pieceFrom,
  rangeFrom,
  sourceFrom,
} from './rows.ts';

/** A store that can only be read. Rows that cannot be understood are left out, and said. */
export interface ReadableStore extends Pick<
  JobStore,
  'loadJobs' | 'loadArtefacts' | 'loadPieces' | 'loadRange' | 'loadAttempts' | 'loadActivity' | 'loadSetting'
> {
  /** Sentences about rows that were left out since the last call; each row is named once. */
  takeNotices(): string[];
  /** The store cannot be used afterwards. A second call does nothing. */
  close(): void;
}

/**
 * Prepared at their first use and kept. A failure of the disk comes out as an EngineError (`disk-full`,
 * `target-not-writable`, `disk-failed`) about the database's path.
 */
export class Statements {
  readonly #database: Database;
  readonly #prepared = new Map<string, Statement>();

  constructor(database: Database) {
    this.#database = database;
  }

  rows(sql: string, ...parameters: unknown[]): Row[] {
    return this.guard(() => this.#statement(sql).all(...parameters) as Row[]);
  }

  run(sql: string, ...parameters: unknown[]): void {
    this.guard(() => this.#statement(sql).run(...parameters));
  }

  /** One transaction; takes the write lock at once, so that nothing read in it is out of date when it writes. */
  transaction(work: () => void): void {
    this.guard(() => {
      this.#database.transaction(work).immediate();
    });
  }

  /**
   * What is written meanwhile is not waited for: it is there after any end of the process, and after a power cut either
   * whole or not at all (SQLite, "PRAGMA synchronous", NORMAL in WAL mode).
   */
  unsynced(work: () => void): void {
    this.guard(() => {
      this.#database.pragma('synchronous = NORMAL');
      try {
        work();
      } finally {
        this.#database.pragma('synchronous = FULL');
      }
    });
  }

  close(): void {
    this.#prepared.clear();
    this.#database.close();
  }

  guard<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw asEngineError(error, this.#database.name);
    }
  }

  #statement(sql: string): Statement {
    let statement = this.#prepared.get(sql);
    if (statement === undefined) {
      statement = this.#database.prepare(sql);
      this.#prepared.set(sql, statement);
    }
    return statement;
  }
}

export class StoreReader implements ReadableStore {
  protected readonly statements: Statements;
  /** Rows already complained about, so that a list read every second does not say it every second. */
  readonly #named = new Set<string>();
  #notices: string[] = [];

  constructor(database: Database) {
    this.statements = new Statements(database);
  }

  loadJobs(): StoredJob[] {
    return this.#understood('job', 'SELECT * FROM jobs ORDER BY position, created_at_ms', [], jobFrom);
  }

  loadArtefacts(jobId: string): StoredArtefact[] {
    const sql = 'SELECT * FROM artefacts WHERE job_id = ? ORDER BY created_at_ms, rowid';
    return this.#understood('artefact', sql, [jobId], artefactFrom);
  }

  loadPieces(artefactId: string): StoredPiece[] {
    const sql = 'SELECT * FROM pieces WHERE artefact_id = ? ORDER BY from_bytes';
    return this.#understood('piece', sql, [artefactId], pieceFrom);
  }

  loadRange(artefactId: string): StoredRange | null {
    const ofSources = 'SELECT * FROM sources WHERE artefact_id = ? ORDER BY place';
    const sources = this.#understood('source', ofSources, [artefactId], sourceFrom);
    const sql = 'SELECT * FROM ranges WHERE artefact_id = ?';
    return this.#understood('range', sql, [artefactId], (row) => rangeFrom(row, sources))[0] ?? null;
  }

  loadAttempts(jobId: string): StoredAttempt[] {
    const sql = 'SELECT * FROM attempts WHERE job_id = ? ORDER BY number, rowid';
    return this.#understood('attempt', sql, [jobId], attemptFrom);
  }

  /** The newest `linesMax` lines, oldest first. */
  loadActivity(jobId: string, linesMax: number): StoredActivity[] {
    const sql =
      'SELECT * FROM (SELECT * FROM activity WHERE job_id = ? ORDER BY id DESC LIMIT ?) ORDER BY id';
    return this.#understood('activity line', sql, [jobId, Math.max(0, Math.trunc(linesMax))], activityFrom);
  }

  loadSetting(key: string): string | null {
    const value = this.statements.rows('SELECT value FROM settings WHERE key = ?', key)[0]?.['value'];
    return typeof value === 'string' ? value : null;
  }

  takeNotices(): string[] {
    const notices = this.#notices;
    this.#notices = [];
    return notices;
  }

  close(): void {
    this.statements.close();
  }

  #understood<T>(what: string, sql: string, parameters: unknown[], from: (row: Row) => T): T[] {
    const records: T[] = [];
    for (const row of this.statements.rows(sql, ...parameters)) {
      try {
        records.push(from(row));
      } catch (error) {
        if (!(error instanceof RowError)) throw error;
        this.#notice(
          `A kept ${what} (${String(row['id'])}) cannot be understood and was left out: ${error.message}.`,
        );
      }
    }
    return records;
  }

  #notice(sentence: string): void {
    if (this.#named.has(sentence)) return;
    this.#named.add(sentence);
    this.#notices.push(sentence);
  }
}
