import type { Migration } from './step.ts';

/** What was tried for a job, and the lines a person reads about it. */
export const migration0030: Migration = {
  version: 30,
  purpose: 'attempts and activity',
  up(database) {
    database.exec(`
      CREATE TABLE attempts (
        id TEXT NOT NULL PRIMARY KEY CHECK (id <> ''),
        job_id TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
        number INTEGER NOT NULL CHECK (number >= 0),
        artefact_id TEXT REFERENCES artefacts (id) ON DELETE SET NULL,
        source TEXT NOT NULL,
        started_at_ms INTEGER NOT NULL,
        ended_at_ms INTEGER,
        bytes INTEGER NOT NULL CHECK (bytes >= 0),
        result TEXT NOT NULL CHECK (result IN ('running', 'complete', 'paused', 'failed')),
        failure TEXT CHECK (failure IS NULL OR json_valid(failure)),
        entries_kept INTEGER CHECK (entries_kept >= 0)
      ) STRICT;
      CREATE INDEX attempts_by_job ON attempts (job_id, number);
      -- Without it, deleting an artefact would read every attempt (https://www.sqlite.org/foreignkeys.html, section 3).
      CREATE INDEX attempts_by_artefact ON attempts (artefact_id) WHERE artefact_id IS NOT NULL;

      CREATE TABLE activity (
        id INTEGER PRIMARY KEY,
        job_id TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
        at_ms INTEGER NOT NULL,
        level TEXT NOT NULL CHECK (level IN ('info', 'notice', 'problem')),
        text TEXT NOT NULL
      ) STRICT;
      CREATE INDEX activity_by_job ON activity (job_id, id);
    `);
  },
};
