import type { Migration } from './step.ts';

/**
 * Files that come in spans: the version their pieces belong to, what proves each piece, and where they come from. They
 * are artefacts of new kinds; a CHECK cannot be changed, so that table is made anew under its old name
 * (https://www.sqlite.org/lang_altertable.html, section 7), and what refers to it goes on doing so.
 */
export const migration0060: Migration = {
  version: 60,
  purpose: 'files that come in spans',
  up(database) {
    database.exec(`
      CREATE TABLE artefacts_with_files (
        id TEXT NOT NULL PRIMARY KEY CHECK (id <> ''),
        job_id TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
        kind TEXT NOT NULL CHECK (kind IN (
          'pack-stream', 'object-batch', 'bundle', 'bundle-list', 'packfile', 'static-pack')),
        source TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('wanted', 'arriving', 'spooled', 'verified', 'abandoned')),
        total_bytes INTEGER CHECK (total_bytes >= 0),
        total_objects INTEGER CHECK (total_objects >= 0),
        objects INTEGER NOT NULL CHECK (objects >= 0),
        spool_name TEXT,
        created_at_ms INTEGER NOT NULL
      ) STRICT;
      INSERT INTO artefacts_with_files SELECT * FROM artefacts ORDER BY rowid;
      DROP TABLE artefacts;
      ALTER TABLE artefacts_with_files RENAME TO artefacts;
      CREATE INDEX artefacts_by_job ON artefacts (job_id, created_at_ms);

      ALTER TABLE pieces ADD COLUMN sha256 TEXT CHECK (length(sha256) = 64);
      ALTER TABLE pieces ADD COLUMN source INTEGER CHECK (source >= 0);

      CREATE TABLE ranges (
        artefact_id TEXT NOT NULL PRIMARY KEY REFERENCES artefacts (id) ON DELETE CASCADE,
        total_bytes INTEGER CHECK (total_bytes >= 0),
        etag TEXT,
        last_modified TEXT,
        date_is_strong INTEGER NOT NULL CHECK (date_is_strong IN (0, 1))
      ) STRICT;

      CREATE TABLE sources (
        id TEXT NOT NULL PRIMARY KEY CHECK (id <> ''),
        artefact_id TEXT NOT NULL REFERENCES artefacts (id) ON DELETE CASCADE,
        place INTEGER NOT NULL CHECK (place >= 0),
        url TEXT NOT NULL,
        received_bytes INTEGER NOT NULL CHECK (received_bytes >= 0),
        cuts INTEGER NOT NULL CHECK (cuts >= 0),
        bytes_per_second INTEGER CHECK (bytes_per_second >= 0),
        aside TEXT CHECK (aside IS NULL OR json_valid(aside)),
        UNIQUE (artefact_id, place)
      ) STRICT;
    `);
  },
};
