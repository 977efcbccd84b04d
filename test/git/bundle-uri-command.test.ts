import { afterAll, describe, expect, test } from 'vitest';
import {
  BundleUriDecoder,
  decodeAdvertisement,
  encodeBundleUriRequest,
  limits,
} from '../../main/git/index.ts';
import { feedEveryWay, fedValue, outcomeOf, textOf } from '../support/feed.ts';
import { makeTempDir, removeTempDirs } from '../support/temp.ts';
import { delimiter, flush, packets, type Part } from './packets.ts';
import { askUploadPack, gitOut, makeRepository } from './real-git.ts';

afterAll(removeTempDirs);

function decode(chunks: readonly Uint8Array[]) {
  const decoder = new BundleUriDecoder();
  for (const chunk of chunks) decoder.push(chunk);
  return { ...decoder.finish(), discardedLines: decoder.discardedLines };
}

const fed = (...parts: Part[]) => fedValue(packets(...parts), decode);
const refusal = (...parts: Part[]) => feedEveryWay(packets(...parts), decode);

test('the request, byte for byte', () => {
  expect(textOf(encodeBundleUriRequest({ objectFormat: 'sha1', agent: null }))).toBe(
    '0017command=bundle-uri\n00010000',
  );
  expect(textOf(encodeBundleUriRequest({ objectFormat: 'sha256', agent: 'packmule/1' }))).toBe(
    '0017command=bundle-uri\n0015agent=packmule/1\n0019object-format=sha256\n00010000',
  );
});

describe('an answer', () => {
  test('is a list', () => {
    const list = fed(
      'bundle.version=1\n',
      'bundle.mode=any\n',
      'bundle.heuristic=creationToken\n',
      'bundle.2026-1.uri=https://h/1.bundle?sig=a=b\n',
      'bundle.2026-1.creationtoken=18446744073709551615',
      'bundle.2026-1.filter=blob:none\n',
      flush,
    );
    expect(list).toMatchObject({ mode: 'any', heuristic: 'creationToken', dropped: [], discardedLines: 0 });
    expect(list.bundles).toEqual([
      {
        id: '2026-1',
        uri: 'https://h/1.bundle?sig=a=b',
        filter: 'blob:none',
        creationToken: 2n ** 64n - 1n,
        location: null,
      },
    ]);
  });

  test('of a server with nothing to say is an empty list', () => {
    expect(fed(flush)).toMatchObject({ mode: 'all', bundles: [], dropped: [] });
  });

  test('has keys in any case, as the configuration has; ids keep theirs', () => {
    const list = fed(
      'Bundle.Heuristic=creationToken\n',
      'bundle.A.URI=x\n',
      'bundle.A.creationToken=7\n',
      flush,
    );
    expect(list.bundles).toMatchObject([{ id: 'A', uri: 'x', creationToken: 7n }]);
  });

  test.each<[story: string, line: string]>([
    ['no "="', 'bundle.mode any\n'],
    ['no key', '=any\n'],
    ['no value', 'bundle.a.uri=\n'],
    ['nothing', '\n'],
    ['no dot', 'bundle=1\n'],
    ['a key of another section', 'core.bare=true\n'],
    ['NUL: git would read up to it', 'bundle.a.uri=x\0y\n'],
  ])('without a line of %s (git reads no further)', (_story, line) => {
    const list = fed('bundle.b.uri=1\n', line, 'bundle.c.uri=2\n', flush);
    expect(list.bundles.map(({ id }) => id)).toEqual(['b', 'c']);
    expect(list.discardedLines).toBe(1);
  });

  test.each<[story: string, parts: Part[], expected: object]>([
    ['ends early', ['bundle.mode=any\n'], { reason: 'truncated' }],
    ['ends in a line', ['bundle.mode=any\n', { raw: '0020bundle' }], { reason: 'truncated' }],
    ['has a delimiter', ['bundle.mode=any\n', delimiter, flush], { reason: 'bundle-list' }],
    ['goes on behind its end', [flush, 'bundle.mode=any\n'], { reason: 'bundle-list' }],
    ['is of another version', ['bundle.version=2\n', flush], { reason: 'bundle-list' }],
    ['is a refusal', ['ERR bundle-uri: \x1b[1mno\n'], { error: 'RemoteError', message: 'bundle-uri: no' }],
    ['is a page', [{ raw: '<!DOCTYPE html>' }], { reason: 'pkt-line' }],
  ])('refused, because it %s', (_story, parts, expected) => {
    expect(refusal(...parts)).toMatchObject(expected);
  });

  test('does not go on for ever', () => {
    const lines = packets(...Array<string>(10_000).fill('x\n'));
    const outcome = outcomeOf(() =>
      decode(Array<Uint8Array>(limits.configEntriesMax / 10_000 + 1).fill(lines)),
    );
    expect(outcome).toMatchObject({ reason: 'limit' });
  }, 60_000);
});

/** Git serves the command since 2.40. */
const repository = makeRepository(makeTempDir('bundle-uri'));
gitOut(repository, ['config', 'uploadpack.advertiseBundleURIs', 'true']);
const advertisement = decodeAdvertisement(askUploadPack(repository, null));
const isServed = advertisement.version === 2 && advertisement.commands.has('bundle-uri');

test.skipIf(!isServed)('of the real git: its configuration', () => {
  for (const [key, value] of [
    ['bundle.version', '1'],
    ['bundle.mode', 'all'],
    ['bundle.heuristic', 'creationToken'],
    ['bundle.Some Id.uri', 'http://h/a b=c'],
    ['bundle.Some Id.creationToken', '12345678901234567890'],
    ['bundle.empty.uri', ''],
  ] as const)
    gitOut(repository, ['config', key, value]);
  const answer = askUploadPack(
    repository,
    encodeBundleUriRequest({ objectFormat: 'sha1', agent: 'packmule/1' }),
  );
  const { bundles, discardedLines } = fedValue(answer, decode);
  // It leaves out keys without a value.
  expect(discardedLines).toBe(0);
  expect(bundles).toEqual([
    {
      id: 'Some Id',
      uri: 'http://h/a b=c',
      filter: null,
      creationToken: 12345678901234567890n,
      location: null,
    },
  ]);
});
