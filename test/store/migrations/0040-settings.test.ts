import { expect, test } from 'vitest';
import { artefactRow, jobRow, stepTo } from './step-from.ts';

test('everything stays, settings come', () => {
  const line = `INSERT INTO activity (job_id, at_ms, level, text) VALUES ('j', 5, 'info', 'started')`;
  const { before, after, database } = stepTo(40, [jobRow('j'), artefactRow, line]);
  expect(before['activity']).toHaveLength(1);
  expect(after).toEqual({ ...before, settings: [] });
  database.exec(`INSERT INTO settings VALUES ('theme', 'dark')`);
  expect(() => database.exec(`INSERT INTO settings VALUES ('theme', 'light')`)).toThrow(/UNIQUE/);
});
