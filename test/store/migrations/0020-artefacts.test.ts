import { expect, test } from 'vitest';
import { artefactRow, jobRow, stepTo } from './step-from.ts';

test('jobs stay as they were, artefacts and pieces hang on them', () => {
  const { before, after, database } = stepTo(20, [jobRow('j'), jobRow('k')]);
  expect(before['jobs']).toHaveLength(2);
  expect(after).toEqual({ ...before, artefacts: [], pieces: [] });
  database.exec(artefactRow);
  database.exec(`INSERT INTO pieces VALUES ('p', 'a', 0, 10, 'here')`);
  expect(() => database.exec(`INSERT INTO pieces VALUES ('q', 'nobody', 0, 10, 'here')`)).toThrow(
    /FOREIGN KEY/,
  );
  database.exec(`DELETE FROM jobs WHERE id = 'j'`);
  expect(database.prepare('SELECT count(*) FROM pieces').pluck().get()).toBe(0);
});
