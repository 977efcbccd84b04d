import { expect, test } from 'vitest';
import { artefactRow, jobRow, stepTo } from './step-from.ts';

test('jobs stay with all that belongs to them, and fetches come', () => {
  const line = `INSERT INTO activity (job_id, at_ms, level, text) VALUES ('j', 5, 'info', 'started')`;
  const { before, after, database } = stepTo(50, [jobRow('j'), jobRow('k'), artefactRow, line]);
  const jobs = before['jobs'] as Record<string, unknown>[];
  expect(jobs).toHaveLength(2);
  expect(after).toEqual({ ...before, jobs: jobs.map((job) => ({ ...job, fetch: null, updates: null })) });
  expect(database.pragma('foreign_keys', { simple: true })).toBe(1);

  const target = JSON.stringify({ remote: 'origin', gitDir: '/r/.git', commonDir: '/r/.git' });
  database.exec(`UPDATE jobs SET kind = 'fetch', fetch = '${target}' WHERE id = 'k'`);
  expect(() => database.exec(`UPDATE jobs SET kind = 'fetch' WHERE id = 'j'`)).toThrow(/CHECK/);
  expect(() => database.exec(`UPDATE jobs SET kind = 'push' WHERE id = 'j'`)).toThrow(/CHECK/);
  // What belongs to a job still goes with it.
  database.exec(`DELETE FROM jobs WHERE id = 'j'`);
  expect(database.prepare('SELECT count(*) FROM artefacts').pluck().get()).toBe(0);
});
