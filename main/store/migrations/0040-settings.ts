import type { Migration } from './step.ts';

/** What a person chose; the values' meaning is the engine's. */
export const migration0040: Migration = {
  version: 40,
  purpose: 'settings',
  up(database) {
    database.exec(`
      CREATE TABLE settings (
        key TEXT NOT NULL PRIMARY KEY CHECK (key <> ''),
        value TEXT NOT NULL
      ) STRICT;
    `);
  },
};
