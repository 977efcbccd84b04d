/** The tables of the latest version with their columns, in the order their foreign keys allow rows to be put in. */

export const tableColumns = {
  jobs: [
    'id',
    'kind',
    'url',
    'directory',
    'options',
    'fetch',
    'updates',
    'state',
    'stage',
    'position',
    'wire_bytes',
    'useful_bytes',
    'wasted_bytes',
    'saved_bytes',
    'uploaded_bytes',
    'requests',
    'drops',
    'active_ms',
    'tries',
    'failure',
    'question',
    'offer',
    'plan',
    'created_at_ms',
    'finished_at_ms',
  ],
  artefacts: [
    'id',
    'job_id',
    'kind',
    'source',
    'state',
    'total_bytes',
    'total_objects',
    'objects',
    'spool_name',
    'created_at_ms',
  ],
  pieces: ['id', 'artefact_id', 'from_bytes', 'to_bytes', 'state', 'sha256', 'source'],
  ranges: ['artefact_id', 'total_bytes', 'etag', 'last_modified', 'date_is_strong'],
  sources: ['id', 'artefact_id', 'place', 'url', 'received_bytes', 'cuts', 'bytes_per_second', 'aside'],
  attempts: [
    'id',
    'job_id',
    'number',
    'artefact_id',
    'source',
    'started_at_ms',
    'ended_at_ms',
    'bytes',
    'result',
    'failure',
    'entries_kept',
  ],
  activity: ['job_id', 'at_ms', 'level', 'text'],
  settings: ['key', 'value'],
} as const;

export type TableName = keyof typeof tableColumns;

export const tableNames = Object.keys(tableColumns) as TableName[];

/** A row from named parameters (`@name`). */
export function insertSql(table: TableName): string {
  const columns = tableColumns[table];
  return `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map((each) => `@${each}`).join(', ')})`;
}

/**
 * Inserts the row, or changes the one with the same key. Not REPLACE: that deletes the old row first, and with it, by
 * their foreign keys, everything that belongs to it.
 */
export function upsertSql(table: Exclude<TableName, 'activity'>): string {
  const [key, ...others] = tableColumns[table];
  const changes = others.map((each) => `${each} = excluded.${each}`).join(', ');
  return `${insertSql(table)} ON CONFLICT (${key}) DO UPDATE SET ${changes}`;
}
