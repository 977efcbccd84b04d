import { expect, test } from 'vitest';
import { artefactRow, jobRow, stepTo } from './step-from.ts';

test('everything stays, attempts and activity hang on jobs', () => {
  const piece = `INSERT INTO pieces VALUES ('p', 'a', 0, 10, 'here')`;
  const { before, after, database } = stepTo(30, [jobRow('j'), artefactRow, piece]);
  expect(before['pieces']).toHaveLength(1);
  expect(after).toEqual({ ...before, attempts: [], activity: [] });
  database.exec(
    `INSERT INTO attempts VALUES ('t', 'j', 1, 'a', 'https://example.org', 5, NULL, 0, 'running', NULL, NULL)`,
  );
  database.exec(`INSERT INTO activity (job_id, at_ms, level, text) VALUES ('j', 5, 'info', 'started')`);
  database.exec(`DELETE FROM artefacts`);
  expect(database.prepare('SELECT artefact_id FROM attempts').pluck().all()).toEqual([null]);
  database.exec(`DELETE FROM jobs`);
  expect(
    database
      .prepare('SELECT (SELECT count(*) FROM attempts) + (SELECT count(*) FROM activity)')
      .pluck()
      .get(),
  ).toBe(0);
});
