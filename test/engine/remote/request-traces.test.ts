import { expect, test } from 'vitest';
import { leavesTraces } from '../../../main/engine/remote/request-traces.ts';
import { encodeFetchRequest, encodeLsRefsRequest } from '../../../main/git/index.ts';

const id = 'a'.repeat(40);
const plain = {
  wants: [id],
  haves: [id],
  objectFormat: 'sha1' as const,
  agent: 'shallow',
  done: true,
  ofsDelta: true,
};

test.each([
  ['a plain fetch', encodeFetchRequest({ ...plain, filter: 'blob:none' }), false],
  ['shallow commits', encodeFetchRequest({ ...plain, shallow: [id] }), true],
  ['a depth', encodeFetchRequest({ ...plain, deepen: 3 }), true],
  [
    'a list of refs',
    encodeLsRefsRequest({
      objectFormat: 'sha1',
      agent: 'x',
      peel: true,
      symrefs: true,
      unborn: true,
      refPrefixes: ['shallow', 'deepen'],
    }),
    false,
  ],
])('%s', (_name, body, traces) => {
  expect(leavesTraces(body)).toBe(traces);
});
