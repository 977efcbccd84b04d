/** Keeping what the engine believes. */

import type {
  StoredActivity,
  StoredArtefact,
  StoredAttempt,
  StoredJob,
  StoredPiece,
  StoredRange,
} from '../engine/jobs/records.ts';
import type { JobStore } from '../engine/ports.ts';
import { StoreReader, type ReadableStore } from './reader.ts';
import {
  activityValues,
  artefactValues,
  attemptValues,
  jobValues,
  pieceValues,
  rangeValues,
  sourceValues,
} from './rows.ts';
import { upsertSql } from './tables.ts';

/**
 * A store that keeps things, too. Each call is one transaction and is on the disk when it returns (SQLite's
 * `synchronous=FULL`), but for what is kept `loosely`. The rows a record belongs to come first: a job before its artefacts, an artefact before its
 * pieces and before an attempt that names it.
 */
export interface WritableStore extends ReadableStore, JobStore {}

/** More lines than anybody reads about one job; a job that retries for a week must not fill the disk with them. */
export const activityLinesMax = 1000;

const sql = {
  job: upsertSql('jobs'),
  artefact: upsertSql('artefacts'),
  piece: upsertSql('pieces'),
  range: upsertSql('ranges'),
  source: upsertSql('sources'),
  attempt: upsertSql('attempts'),
  setting: upsertSql('settings'),
  // A line that comes after its job was removed has nowhere to go, and is no reason to fail.
  activity: `INSERT INTO activity (job_id, at_ms, level, text)
             SELECT @job_id, @at_ms, @level, @text WHERE EXISTS (SELECT 1 FROM jobs WHERE id = @job_id)`,
  oldActivity: `DELETE FROM activity WHERE job_id = @job_id AND id <=
                (SELECT id FROM activity WHERE job_id = @job_id ORDER BY id DESC LIMIT 1 OFFSET ${activityLinesMax})`,
} as const;

export class StoreWriter extends StoreReader implements WritableStore {
  saveJob(job: StoredJob): void {
    this.statements.run(sql.job, jobValues(job));
  }

  savePositions(positions: readonly { id: string; position: number }[]): void {
    this.statements.transaction(() => {
      for (const { id, position } of positions) {
        this.statements.run('UPDATE jobs SET position = ? WHERE id = ?', position, id);
      }
    });
  }

  /** With everything that belongs to it. */
  deleteJob(id: string): void {
    this.statements.run('DELETE FROM jobs WHERE id = ?', id);
  }

  saveArtefact(artefact: StoredArtefact): void {
    this.statements.run(sql.artefact, artefactValues(artefact));
  }

  savePiece(piece: StoredPiece): void {
    this.statements.run(sql.piece, pieceValues(piece));
  }

  deletePiece(id: string): void {
    this.statements.run('DELETE FROM pieces WHERE id = ?', id);
  }

  saveRange(range: StoredRange): void {
    this.statements.transaction(() => {
      this.statements.run(sql.range, rangeValues(range));
      for (const source of range.sources)
        this.statements.run(sql.source, sourceValues(range.artefactId, source));
    });
  }

  deletePieces(artefactId: string): void {
    this.statements.run('DELETE FROM pieces WHERE artefact_id = ?', artefactId);
  }

  saveAttempt(attempt: StoredAttempt): void {
    this.statements.run(sql.attempt, attemptValues(attempt));
  }

  /** Keeps the newest `activityLinesMax` lines of each job. */
  addActivity(line: StoredActivity): void {
    this.statements.transaction(() => {
      this.statements.run(sql.activity, activityValues(line));
      this.statements.run(sql.oldActivity, { job_id: line.jobId });
    });
  }

  together(work: () => void): void {
    this.statements.transaction(work);
  }

  loosely(work: () => void): void {
    this.statements.unsynced(() => this.statements.transaction(work));
  }

  saveSetting(key: string, value: string): void {
    this.statements.run(sql.setting, { key, value });
  }
}
