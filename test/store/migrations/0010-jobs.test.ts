import { expect, test } from 'vitest';
import { jobRow, stepTo } from './step-from.ts';

test('an empty file gets the table of jobs', () => {
  const { before, after, database } = stepTo(10, []);
  expect(before).toEqual({});
  expect(after).toEqual({ jobs: [] });
  database.exec(jobRow('j'));
  expect(() => database.exec(jobRow('j'))).toThrow(/UNIQUE/);
});

test('the order of the queue is read from an index', () => {
  const { database } = stepTo(10, []);
  const plan = database
    .prepare('EXPLAIN QUERY PLAN SELECT id FROM jobs ORDER BY position, created_at_ms')
    .all();
  expect(JSON.stringify(plan)).toContain('jobs_by_position');
  expect(JSON.stringify(plan)).not.toContain('TEMP B-TREE');
});
