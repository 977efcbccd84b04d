import type { Migration } from './step.ts';

/**
 * Jobs that update a repository: what they update, and what became of its refs. A CHECK cannot be changed, so the table
 * is made anew under its old name (https://www.sqlite.org/lang_altertable.html, section 7); the runner keeps foreign keys
 * off meanwhile, and what refers to the table goes on doing so.
 */
export const migration0050: Migration = {
  version: 50,
  purpose: 'fetches',
  up(database) {
    database.exec(`
      CREATE TABLE jobs_with_fetches (
        id TEXT NOT NULL PRIMARY KEY CHECK (id <> ''),
        kind TEXT NOT NULL CHECK (kind IN ('clone', 'fetch')),
        url TEXT NOT NULL,
        directory TEXT NOT NULL,
        options TEXT NOT NULL CHECK (json_valid(options)),
        fetch TEXT CHECK (fetch IS NULL OR json_valid(fetch)),
        updates TEXT CHECK (updates IS NULL OR json_valid(updates)),
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
        finished_at_ms INTEGER,
        CHECK ((kind = 'fetch') = (fetch IS NOT NULL))
      ) STRICT;
      INSERT INTO jobs_with_fetches
        SELECT id, kind, url, directory, options, NULL, NULL, state, stage, position, wire_bytes, useful_bytes,
          wasted_bytes, saved_bytes, uploaded_bytes, requests, drops, active_ms, tries, failure, question, offer, plan,
          created_at_ms, finished_at_ms
        FROM jobs ORDER BY rowid;
      DROP TABLE jobs;
      ALTER TABLE jobs_with_fetches RENAME TO jobs;
      CREATE INDEX jobs_by_position ON jobs (position, created_at_ms);
    `);
  },
};
