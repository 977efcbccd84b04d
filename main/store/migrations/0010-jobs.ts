import type { Migration } from './step.ts';

/**
 * One row per wish of a person. STRICT, so that a column holds what it says (https://www.sqlite.org/stricttables.html);
 * the lists of states are repeated here on purpose: a new state needs a step of its own.
 */
export const migration0010: Migration = {
  version: 10,
  purpose: 'jobs',
  up(database) {
    database.exec(`
      CREATE TABLE jobs (
        id TEXT NOT NULL PRIMARY KEY CHECK (id <> ''),
        kind TEXT NOT NULL CHECK (kind IN ('clone')),
        url TEXT NOT NULL,
        directory TEXT NOT NULL,
        options TEXT NOT NULL CHECK (json_valid(options)),
        state TEXT NOT NULL CHECK (state IN (
          'queued', 'probing', 'planning', 'downloading', 'paused', 'waiting-for-network', 'retrying', 'needs-you',
          'indexing', 'connecting', 'checking-out', 'done', 'failed', 'cancelled')),
        stage TEXT CHECK (stage IN ('probe', 'download', 'index', 'connect', 'checkout')),
        position INTEGER NOT NULL,
        wire_bytes INTEGER NOT NULL CHECK (wire_bytes >= 0),
        useful_bytes INTEGER NOT NULL CHECK (useful_bytes >= 0),
        wasted_bytes INTEGER NOT NULL CHECK (wasted_bytes >= 0),
        saved_bytes INTEGER NOT NULL CHECK (saved_bytes >= 0),
        uploaded_bytes INTEGER NOT NULL CHECK (uploaded_bytes >= 0),
        requests INTEGER NOT NULL CHECK (requests >= 0),
        drops INTEGER NOT NULL CHECK (drops >= 0),
        active_ms INTEGER NOT NULL CHECK (active_ms >= 0),
        tries INTEGER NOT NULL CHECK (tries >= 0),
        failure TEXT CHECK (failure IS NULL OR json_valid(failure)),
        question TEXT CHECK (question IS NULL OR json_valid(question)),
        offer TEXT CHECK (offer IS NULL OR json_valid(offer)),
        plan TEXT CHECK (plan IS NULL OR json_valid(plan)),
        created_at_ms INTEGER NOT NULL,
        finished_at_ms INTEGER
      ) STRICT;
      CREATE INDEX jobs_by_position ON jobs (position, created_at_ms);
    `);
  },
};
