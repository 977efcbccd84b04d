/** Lists of bundles, and lists that no server should send: each with what git (2.55) does, where that differs. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bundleListOf, limits, parseBundleList, parseCreationToken } from '../../main/git/index.ts';
import { outcomeOf } from '../support/feed.ts';

const parse = (text: string) => parseBundleList(Buffer.from(text, 'latin1'));
const head = '[bundle]\nversion = 1\nmode = all\n';
const tokens = `${head}heuristic = creationToken\n`;
const bundleA = '[bundle "a"]\nuri = a.bundle\n';
const plain = { filter: null, creationToken: null, location: null };

test('the example of the document, in which the four bundles are two pairs', () => {
  const list = parse(`[bundle]
	version = 1
	mode = all
	heuristic = creationToken

[bundle "2022-02-09-1644442601-daily"]
	uri = https://bundles.example.com/git/git/2022-02-09-1644442601-daily.bundle
	creationToken = 1644442601

[bundle "2022-02-02-1643842562"]
	uri = https://bundles.example.com/git/git/2022-02-02-1643842562.bundle
	creationToken = 1643842562

[bundle "2022-02-09-1644442631-daily-blobless"]
	uri = 2022-02-09-1644442631-daily-blobless.bundle
	creationToken = 1644442631
	filter = blob:none

[bundle "2022-02-02-1643842568-blobless"]
	uri = /git/git/2022-02-02-1643842568-blobless.bundle
	creationToken = 1643842568
	filter = blob:none
`);
  expect(list).toMatchObject({ version: 1, mode: 'all', heuristic: 'creationToken', dropped: [] });
  expect(list.bundles.map(({ filter, creationToken }) => [filter, creationToken])).toEqual([
    [null, 1644442601n],
    [null, 1643842562n],
    ['blob:none', 1644442631n],
    ['blob:none', 1643842568n],
  ]);
  expect(list.bundles[3]).toEqual({
    id: '2022-02-02-1643842568-blobless',
    uri: '/git/git/2022-02-02-1643842568-blobless.bundle',
    filter: 'blob:none',
    creationToken: 1643842568n,
    location: null,
  });
});

describe('of the list itself', () => {
  test.each<[story: string, text: string, expected: object]>([
    ['an empty file is an empty list', '', { mode: 'all', heuristic: null, bundles: [] }],
    ['version and mode may be missing, though they are "required"', bundleA, { mode: 'all' }],
    ['the last mode counts', '[bundle]\nmode = all\nmode = any\n', { mode: 'any' }],
    ['an unknown heuristic is none', '[bundle]\nheuristic = newest\n', { heuristic: null }],
    ['its name has a case', '[bundle]\nheuristic = creationtoken\n', { heuristic: null }],
    [
      'an unknown one does not take away a known',
      `${tokens}heuristic = newest\n`,
      { heuristic: 'creationToken' },
    ],
    ['unknown keys mean nothing, without a value too', '[bundle]\nflavour\nuri = x\n', { bundles: [] }],
    [
      'what has an empty id means nothing',
      '[bundle ""]\nuri = x\nversion = 2\n',
      { bundles: [], dropped: [] },
    ],
    [
      'a byte order mark and the line ends of Windows',
      '\xef\xbb\xbf[bundle]\r\nmode = any\r\n',
      { mode: 'any' },
    ],
  ])('%s', (_story, text, expected) => {
    expect(parse(text)).toMatchObject(expected);
  });

  test.each<[story: string, text: string, reason?: string]>([
    ['a version that is yet to come', '[bundle]\nversion = 2\n'],
    ['1024 (git refuses this, too)', '[bundle]\nversion = 1k\n'],
    ['other spellings of 1, which git takes', '[bundle]\nversion = 0x1\n'],
    ['a version without a value: git falls over', '[bundle]\nversion\n'],
    ['a mode without a value: git falls over', '[bundle]\nmode\n'],
    ['a heuristic without a value: git falls over', '[bundle]\nheuristic\n'],
    ['a mode in capitals', '[bundle]\nmode = ANY\n'],
    ["another section: somebody's whole configuration", `${head}[core]\nbare = true\n`],
    ['an include', `[include]\npath = other\n${bundleA}`],
    ['a key before the section', `version = 1\n${head}`],
    ['a section that only begins like it', '[bundles]\nversion = 1\n'],
    ['a page', '<!DOCTYPE html>\n<title>Not found</title>\n', 'config'],
    ['an answer in JSON', '{"error": "gone"}', 'config'],
  ])('refused: %s', (_story, text, reason = 'bundle-list') => {
    expect(outcomeOf(() => parse(text))).toMatchObject({ error: 'RemoteProtocolError', reason });
  });
});

describe('of one bundle', () => {
  test.each<[story: string, text: string, why: string]>([
    ['a key that is misspelt: git refuses the list', '[bundle "b"]\nurl = x\n', 'has no address'],
    ['an address without a value: git falls over', '[bundle "b"]\nuri\n', 'has an empty address'],
    ['an empty address: git asks for the directory', '[bundle "b"]\nuri =\n', 'has an empty address'],
    ['two addresses: git refuses the list', '[bundle "b"]\nuri = x\nuri = x\n', 'has two addresses'],
    [
      'two addresses in two places',
      `[bundle "b"]\nuri = x\n${'[bundle "c"]\nuri = c\n'}[bundle "b"]\nuri = y\n`,
      'has two addresses',
    ],
    [
      'a filter without a value: who knows what it lacks',
      '[bundle "b"]\nuri = x\nfilter\n',
      'has a filter without a value',
    ],
    [
      'a name of a megabyte',
      `[bundle "${'b'.repeat(5000)}"]\nuri = x\n`,
      'has a name longer than any we expect',
    ],
  ])('dropped, and the rest stays: %s', (_story, text, why) => {
    const list = parse(`${tokens}${bundleA}${text}`);
    expect(list.bundles.map(({ id }) => id)).toContain('a');
    expect(list.dropped).toEqual([{ id: expect.stringMatching(/^b{1,1024}$/), why }]);
  });

  test.each<[story: string, id: string]>([
    ['a name that JavaScript knows', '__proto__'],
    ['a path', '../../../etc/passwd'],
    ['dots, which part names elsewhere', 'a.uri.b'],
    ['spaces and quotes', ' a "b" '],
    ['an escape of terminals', '\x1b[2J'],
  ])('taken as any id: %s', (_story, id) => {
    const list = parse(`[bundle "${id.replaceAll('"', '\\"')}"]\nuri = x\nlocation = \x1b[31mMars\n`);
    expect(list.bundles).toEqual([{ id, uri: 'x', ...plain, location: 'Mars' }]);
    expect(list.dropped).toEqual([]);
  });

  test('ids have a case, keys have none', () => {
    const list = parse('[bundle "A"]\nURI = 1\n[BUNDLE "a"]\nuri = 2\n');
    expect(list.bundles.map(({ id, uri }) => id + uri)).toEqual(['A1', 'a2']);
  });

  test('the old way of writing a subsection gives lower case', () => {
    expect(parse('[bundle.A]\nuri = x\n').bundles).toEqual([{ id: 'a', uri: 'x', ...plain }]);
  });

  test('the last of several hints counts', () => {
    const text = `${tokens}${bundleA}filter = tree:0\nfilter = blob:none\ncreationToken = 1\ncreationToken = 2\nlocation = x\nlocation\n`;
    expect(parse(text).bundles).toEqual([
      { id: 'a', uri: 'a.bundle', filter: 'blob:none', creationToken: 2n, location: null },
    ]);
  });

  test('unquoted "#" and ";" end an address, as for git', () => {
    expect(parse('[bundle "a"]\nuri = https://h/a?x=1;y=2\n').bundles[0]?.uri).toBe('https://h/a?x=1');
  });
});

describe('a creation token', () => {
  test.each<[text: string, token: bigint | null, git: string]>([
    ['0', 0n, '0, and then never downloads the bundle'],
    ['1644442601', 1644442601n, 'the same'],
    ['007', 7n, '7'],
    ['12345678901234567890', 12345678901234567890n, 'the same; a JavaScript number would be …8000'],
    ['18446744073709551615', 18446744073709551615n, 'the same'],
    ['18446744073709551616', null, '2^64 - 1'],
    ['99999999999999999999', null, '2^64 - 1'],
    ['-1', null, '2^64 - 1, and keeps it: no bundle is ever downloaded again'],
    ['-0', null, '0'],
    ['+7', null, '7'],
    ['5abc', null, '5'],
    ['1e3', null, '1'],
    ['1.9', null, '1'],
    ['0x10', null, '0, which is none'],
    ['" 9"', null, '9'],
    ['""', null, 'none, with a warning'],
    ['٣', null, 'none'],
    ['9'.repeat(5000), null, '2^64 - 1'],
  ])('%j is %s (git reads %s)', (text, token) => {
    const list = parseBundleList(new TextEncoder().encode(`${tokens}${bundleA}creationToken = ${text}\n`));
    if (token === null) expect(list).toMatchObject({ bundles: [], dropped: [{ id: 'a' }] });
    else expect(list.bundles).toMatchObject([{ creationToken: token }]);
  });

  test('without a value: git falls over', () => {
    expect(parse(`${tokens}${bundleA}creationToken\n`).dropped[0]?.why).toMatch(
      /^has a creation token that is no/,
    );
  });

  test('that is bad does no harm where tokens mean nothing', () => {
    expect(parse(`${head}${bundleA}creationToken = soup\n`).bundles).toMatchObject([{ creationToken: null }]);
  });

  test('may be missing', () => {
    expect(parse(`${tokens}${bundleA}`).bundles).toMatchObject([{ creationToken: null }]);
  });

  test('of any 64 bits is kept to the last digit', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (token) => {
        expect(parseCreationToken(token.toString())).toBe(token);
      }),
    );
  });
});

describe('limits', () => {
  const many = (count: number) =>
    Array.from(
      { length: count },
      (_, i) => `[bundle "${i}"]\nuri = ${i}.bundle\ncreationToken = ${i}\n`,
    ).join('');

  test('a hundred thousand bundles are read at once, one more is refused', () => {
    const list = parse(tokens + many(limits.listedBundlesMax));
    expect(list.bundles.length).toBe(limits.listedBundlesMax);
    expect(list.bundles.at(-1)?.creationToken).toBe(99_999n);
    expect(outcomeOf(() => parse(many(limits.listedBundlesMax + 1)))).toMatchObject({ reason: 'limit' });
  }, 60_000);

  test('one bundle may not say for ever where it is', () => {
    const entry = { name: 'bundle.a.uri', value: 'x' };
    expect(bundleListOf(Array<typeof entry>(10_000).fill(entry)).dropped).toHaveLength(1);
  });
});

test('any keys and values make a list or a refusal, and every bundle is in it once', () => {
  const word = fc.constantFrom(
    'bundle',
    'a',
    'b',
    'uri',
    'filter',
    'creationtoken',
    'version',
    'mode',
    '',
    '__proto__',
  );
  const name = fc.array(word, { minLength: 1, maxLength: 4 }).map((words) => ['bundle', ...words].join('.'));
  const value = fc.option(fc.oneof(fc.constantFrom('1', 'any', 'all', 'x', '-1', ''), fc.string()));
  fc.assert(
    fc.property(fc.array(fc.record({ name, value })), (entries) => {
      const outcome = outcomeOf(() => bundleListOf(entries));
      if ('error' in outcome) {
        expect(outcome.reason).toBe('bundle-list');
        return;
      }
      const { bundles, dropped } = outcome.value;
      const ids = [...bundles, ...dropped].map(({ id }) => id);
      expect(new Set(ids).size).toBe(ids.length);
      for (const { uri } of bundles) expect(uri).not.toBe('');
    }),
  );
});
