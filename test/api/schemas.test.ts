import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkInput, checkTopicInput } from '../../main/api/schemas.ts';
import { ContractFailure, endpointNames, topicNames } from '../../main/contract/index.ts';
import type { EndpointName } from '../../main/contract/index.ts';

const clone = (change: object) => ({ url: 'https://example.org/a', options: {}, ...change });
const options = (change: object) => clone({ options: change });

const good: [EndpointName, unknown][] = [
  ['engine.about', {}],
  ['engine.hold', { reason: 'suspend' }],
  ['remote.probe', { url: '' }],
  ['remote.probe', { url: '-not a url' }],
  ['remote.probe', { url: 'a'.repeat(8_192) }],
  ['destination.check', { path: '/home/ann' }],
  ['destination.check', { path: 'C:\\Users\\Ann' }],
  ['destination.check', { path: '\\\\server\\share' }],
  ['destination.check', { path: `/${'ä'.repeat(2_047)}` }],
  ['job.clone', clone({})],
  ['job.clone', clone({ directory: '/a', start: 'now' })],
  [
    'job.clone',
    options({
      bare: true,
      mirror: false,
      branch: 'topic',
      singleBranch: true,
      depth: 1,
      noTags: true,
      origin: 'upstream',
      noCheckout: true,
      filter: 'blob:none',
      config: ['a.b=c'],
    }),
  ],
  ['job.clone', options({ depth: 0x7fffffff, config: Array<string>(100).fill('a.b=c') })],
  ['job.fetch', { directory: '/a', options: {} }],
  ['job.fetch', { directory: '/a', options: { remote: 'o', prune: false, tags: 'all' }, start: 'paused' }],
  ['job.adopt', { directory: '/a' }],
  ['job.pause', { ids: [] }],
  ['job.pause', { ids: ['a'] }],
  ['job.pause', { all: true }],
  ['job.cancel', { all: true, keepPartial: false }],
  ['job.move', { id: 'a', before: null }],
  ['job.move', { id: 'a', before: 'b' }],
  ['job.answer', { id: 'a', questionId: 'q', choice: 'cancel' }],
  ['job.answer', { id: 'a', questionId: 'q', choice: 'answer', username: '', password: ' p: ß ' }],
  ['askpass.ask', { token: 't', prompt: 'Password:', asker: 1 }],
  ['settings.set', {}],
  [
    'settings.set',
    { concurrentJobs: 64, defaultDirectory: '/a', theme: 'dark', notifications: false, retryTriesMax: 1 },
  ],
];

const bad: [EndpointName, unknown, string][] = [
  ['engine.about', null, 'input: '],
  ['engine.about', undefined, 'input: '],
  ['engine.about', [], 'input: '],
  ['engine.about', { more: 1 }, 'input: '],
  ['engine.hold', { reason: 'boredom' }, 'reason: '],
  ['job.fetch', { directory: 'a', options: {} }, 'directory: '],
  ['job.fetch', { directory: '/a', options: { tags: 'some' } }, 'options.tags: '],
  ['job.adopt', { directory: './a' }, 'directory: '],
  ['remote.probe', {}, 'url: '],
  ['remote.probe', { url: 'a'.repeat(8_193) }, 'url: '],
  ['remote.probe', { url: 'ä'.repeat(4_097) }, 'url: longer than 8192 bytes'],
  ['remote.probe', { url: 'a\0b' }, 'url: contains a NUL'],
  ['destination.check', { path: 'relative' }, 'path: is not an absolute path'],
  ['destination.check', { path: 'C:relative' }, 'path: '],
  ['destination.check', { path: '' }, 'path: '],
  ['destination.check', { path: `/${'a'.repeat(4_096)}` }, 'path: '],
  ['destination.check', { path: '/a\0' }, 'path: '],
  ['job.clone', { url: 'a' }, 'options: '],
  ['job.clone', clone({ directory: 'relative' }), 'directory: '],
  ['job.clone', clone({ start: 'later' }), 'start: '],
  ['job.clone', options({ depth: 0 }), 'options.depth: '],
  ['job.clone', options({ depth: -1 }), 'options.depth: '],
  ['job.clone', options({ depth: 1.5 }), 'options.depth: '],
  ['job.clone', options({ depth: '1' }), 'options.depth: '],
  ['job.clone', options({ depth: 2 ** 31 }), 'options.depth: '],
  ['job.clone', options({ uploadPack: 'rm -rf /' }), 'options: '],
  ['job.clone', options({ config: Array<string>(101).fill('a.b=c') }), 'options.config: '],
  ['job.clone', options({ config: ['a.b=\0'] }), 'options.config.0: '],
  ['job.clone', options({ branch: 'a'.repeat(4_097) }), 'options.branch: '],
  ['job.get', { id: '' }, 'id: is not an id'],
  ['job.get', { id: '../../etc' }, 'id: is not an id'],
  ['job.get', { id: 'a\n' }, 'id: is not an id'],
  ['job.get', { id: 'a'.repeat(65) }, 'id: is not an id'],
  ['job.pause', {}, 'input: '],
  ['job.pause', { all: false }, 'input: '],
  ['job.pause', { all: true, ids: ['a'] }, 'input: '],
  ['job.pause', { all: true, keepPartial: true }, ''],
  ['job.pause', { ids: 'a' }, ''],
  ['job.pause', { ids: Array<string>(10_001).fill('a') }, ''],
  ['job.cancel', { all: true, keepPartial: 'yes' }, ''],
  ['job.move', { id: 'a' }, 'before: '],
  ['job.answer', { id: 'a', questionId: 'q', choice: 'overwrite' }, 'choice: '],
  ['job.answer', { id: 'a', questionId: 'q', choice: 'answer', password: 'a\nhost=b' }, 'password: '],
  ['job.answer', { id: 'a', questionId: 'q', choice: 'answer', username: 'a\r' }, 'username: '],
  ['job.answer', { id: 'a', questionId: 'q', choice: 'answer', password: 'a'.repeat(20_000) }, 'password: '],
  ['settings.set', { concurrentJobs: 0 }, 'concurrentJobs: '],
  ['settings.set', { concurrentJobs: 65 }, 'concurrentJobs: '],
  ['settings.set', { theme: 'pink' }, 'theme: '],
  ['settings.set', { defaultDirectory: '.' }, 'defaultDirectory: '],
  ['settings.set', { retryTriesMax: Number.POSITIVE_INFINITY }, 'retryTriesMax: '],
  ['settings.set', { unknown: 1 }, 'input: '],
];

describe('an input', () => {
  it.each(good)('of %s passes unchanged: %j', (name, input) => {
    expect(checkInput(name, input)).toEqual(input);
  });

  it.each(bad)('of %s is refused, with the member named: %j', (name, input, start) => {
    expect(refusalOf(() => checkInput(name, input))).toMatch(new RegExp(`^${start.replaceAll('.', '\\.')}`));
  });

  it('of any endpoint or topic is refused when it has a member nobody knows', () => {
    for (const name of endpointNames)
      expect(refusalOf(() => checkInput(name, { nobodyKnows: 1 }))).not.toBeNull();
    for (const topic of topicNames)
      expect(refusalOf(() => checkTopicInput(topic, { nobodyKnows: 1 }))).not.toBeNull();
  });

  it('of any shape never throws anything else, nor a long explanation', () => {
    fc.assert(
      fc.property(fc.constantFrom(...endpointNames), fc.jsonValue(), (name, input) => {
        expect((refusalOf(() => checkInput(name, input)) ?? '').length).toBeLessThanOrEqual(300);
      }),
    );
  });

  it('cannot reach the prototype of anything', () => {
    const input: unknown = JSON.parse('{"url":"a","options":{},"__proto__":{"directory":"/etc"}}');
    expect(refusalOf(() => checkInput('job.clone', input))).not.toBeNull();
  });
});

it('a topic has its own inputs', () => {
  expect(checkTopicInput('job', { id: 'a' })).toEqual({ id: 'a' });
  expect(refusalOf(() => checkTopicInput('job', {}))).toMatch(/^id: /);
  expect(checkTopicInput('jobs', {})).toEqual({});
});

/** The detail of the refusal, or null where there was none. */
function refusalOf(run: () => unknown): string | null {
  try {
    run();
    return null;
  } catch (error) {
    expect(error).toBeInstanceOf(ContractFailure);
    const { failure } = error as ContractFailure;
    expect(failure.code).toBe('bad-request');
    return failure.facts.detail ?? '';
  }
}
