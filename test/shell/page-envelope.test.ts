import { describe, expect, it } from 'vitest';
import { envelopeCharactersMax, readPageEnvelope } from '../../main/shell/page-envelope.ts';

const cyclic: Record<string, unknown> = { type: 'request' };
cyclic['self'] = cyclic;

describe('readPageEnvelope', () => {
  it.each([
    { type: 'hello', version: 1 },
    { type: 'request', id: 1, name: 'job.list', input: {} },
    { type: 'cancel', id: 1 },
    { type: 'subscribe', id: 2, topic: 'jobs', input: {} },
    { type: 'unsubscribe', id: 2 },
  ])('passes $type on', (envelope) => expect(readPageEnvelope(envelope)).toEqual(envelope));
  it.each([
    ['nothing', undefined],
    ['null', null],
    ['text', 'hello'],
    ['a list', [{ type: 'hello' }]],
    ['no type', { id: 1 }],
    ['a type of the host', { type: 'welcome', version: 1 }],
    ['a type from the prototype', { type: 'constructor' }],
    ['a big integer', { type: 'request', input: 1n }],
    ['a cycle', cyclic],
    ['too much', { type: 'request', input: 'a'.repeat(envelopeCharactersMax) }],
  ])('refuses %s', (_name, message) => expect(readPageEnvelope(message)).toBeNull());
  it('passes on plain JSON only', () => {
    expect(readPageEnvelope({ type: 'request', input: new Map([[1, 2]]), at: undefined })).toEqual({
      type: 'request',
      input: {},
    });
  });
});
