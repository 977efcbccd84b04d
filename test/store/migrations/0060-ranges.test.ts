import { expect, test } from 'vitest';
import { artefactRow, stepTo } from './step-from.ts';

const jobOfFetches = `INSERT INTO jobs VALUES (
  'j', 'clone', 'https://example.org/r.git', '/home/somebody/r', '{}', NULL, NULL, 'paused', 'download', 3,
  1, 2, 3, 4, 5, 6, 7, 8, 9, NULL, NULL, NULL, NULL, 1000, NULL)`;
const piece = `INSERT INTO pieces VALUES ('p', 'a', 0, 100, 'here')`;

test('artefacts stay with their pieces, and files that come in spans are kept beside them', () => {
  const { before, after, database } = stepTo(60, [jobOfFetches, artefactRow, piece]);
  expect(after).toEqual({
    ...before,
    pieces: [{ ...(before['pieces']?.[0] as object), sha256: null, source: null }],
    ranges: [],
    sources: [],
  });
  database.exec(`UPDATE artefacts SET kind = 'bundle'`);
  expect(() => database.exec(`UPDATE artefacts SET kind = 'letter'`)).toThrow(/CHECK/);
  expect(() => database.exec(`UPDATE pieces SET sha256 = 'abc'`)).toThrow(/CHECK/);
  database.exec(`INSERT INTO ranges VALUES ('a', 5000000000, '"e"', NULL, 0)`);
  database.exec(`INSERT INTO sources VALUES ('a/0', 'a', 0, 'https://example.org/b', 1, 2, NULL, NULL)`);
  // What belongs to an artefact still goes with it.
  database.exec(`DELETE FROM jobs WHERE id = 'j'`);
  for (const table of ['pieces', 'ranges', 'sources'])
    expect(database.prepare(`SELECT count(*) FROM ${table}`).pluck().get()).toBe(0);
});
