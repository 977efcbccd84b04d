import type { Migration } from './step.ts';

/** What a job fetches, and which of its bytes are on the disk for good. */
export const migration0020: Migration = {
  version: 20,
  purpose: 'artefacts and their pieces',
  up(database) {
    database.exec(`
      CREATE TABLE artefacts (
        id TEXT NOT NULL PRIMARY KEY CHECK (id <> ''),
        job_id TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
        kind TEXT NOT NULL CHECK (kind IN ('pack-stream', 'object-batch')),
        source TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('wanted', 'arriving', 'spooled', 'verified', 'abandoned')),
        total_bytes INTEGER CHECK (total_bytes >= 0),
        total_objects INTEGER CHECK (total_objects >= 0),
        objects INTEGER NOT NULL CHECK (objects >= 0),
        spool_name TEXT,
        created_at_ms INTEGER NOT NULL
      ) STRICT;
      CREATE INDEX artefacts_by_job ON artefacts (job_id, created_at_ms);

      CREATE TABLE pieces (
        id TEXT NOT NULL PRIMARY KEY CHECK (id <> ''),
        artefact_id TEXT NOT NULL REFERENCES artefacts (id) ON DELETE CASCADE,
        from_bytes INTEGER NOT NULL CHECK (from_bytes >= 0),
        to_bytes INTEGER NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('arriving', 'here', 'indexed', 'lost')),
        CHECK (to_bytes >= from_bytes)
      ) STRICT;
      CREATE INDEX pieces_by_artefact ON pieces (artefact_id, from_bytes);
    `);
  },
};
