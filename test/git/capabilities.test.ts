import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  AdvertisementDecoder,
  concatBytes,
  decodeAdvertisement,
  encodeLsRefsRequest,
  LsRefsDecoder,
  RemoteError,
  RemoteProtocolError,
  type AdvertisementOptions,
} from '../../main/git/index.ts';
import { bytesOf, feedEveryWay, outcomeOf, textOf } from '../support/feed.ts';
import { makeTempDir, removeTempDirs } from '../support/temp.ts';
import { delimiter, flush, oidA, oidB, packets, responseEnd, type Part } from './packets.ts';
import { askUploadPack, gitOut, lsRemoteVerdict, makeRepository } from './real-git.ts';

let dir: string;
beforeAll(() => {
  dir = makeTempDir('capabilities');
  gitOut(dir, ['init', '-q']);
});
afterAll(removeTempDirs);

function feed(bytes: Uint8Array, options: AdvertisementOptions = {}) {
  return feedEveryWay(bytes, (chunks) => {
    const decoder = new AdvertisementDecoder(options);
    for (const chunk of chunks) decoder.push(chunk);
    const advertisement = decoder.finish();
    return { advertisement, rest: textOf(decoder.takeRest()) };
  });
}

const caps = [
  'version 2\n',
  'agent=git/2.39\n',
  'ls-refs=unborn\n',
  'fetch=shallow filter\n',
  'object-format=sha1\n',
];

describe('a v2 advertisement', () => {
  test('says who the server is and what it can do', () => {
    expect(feed(packets(...caps, 'server-option\n', flush))).toEqual({
      value: {
        advertisement: {
          version: 2,
          agent: 'git/2.39',
          objectFormat: 'sha1',
          commands: new Map(
            [
              ['version 2', []],
              ['ls-refs', ['unborn']],
              ['fetch', ['shallow', 'filter']],
              ['server-option', []],
            ].slice(1) as [string, string[]][],
          ),
          serverOptions: true,
          raw: [
            'agent=git/2.39',
            'ls-refs=unborn',
            'fetch=shallow filter',
            'object-format=sha1',
            'server-option',
          ],
        },
        rest: '',
      },
    });
  });

  test('may come behind the prelude of smart HTTP, with lines of metadata', () => {
    const bytes = packets('# service=git-upload-pack\n', 'later metadata\n', flush, ...caps, flush);
    expect(feed(bytes)).toMatchObject({ value: { advertisement: { version: 2 } } });
    // "# service=" in an ssh stream, which git refuses too.
    expect(feed(bytes, { carrier: 'stream' })).toHaveProperty('error');
  });

  test('leaves what follows on a stream to others', () => {
    const bytes = concatBytes([packets(...caps, flush), bytesOf('0009other')]);
    expect(feed(bytes, { carrier: 'stream' })).toMatchObject({ value: { rest: '0009other' } });
    expect(feed(bytes)).toMatchObject({ reason: 'advertisement' });
  });

  test.each(['sha1', 'sha256'] as const)('of the real upload-pack in a %s repository', (format) => {
    const path = makeRepository(makeTempDir('real'), format);
    const outcome = feed(askUploadPack(path, null));
    expect(outcome).toMatchObject({ value: { advertisement: { version: 2, objectFormat: format } } });
    if (!('value' in outcome) || outcome.value.advertisement.version !== 2)
      throw new Error('no advertisement');
    expect(outcome.value.advertisement.commands.get('fetch')).toEqual(
      expect.arrayContaining(['shallow', 'filter', 'ref-in-want']),
    );
    expect(outcome.value.advertisement.agent).toMatch(/^git\//);
  });
});

describe('a v0 or v1 advertisement', () => {
  const refs: Part[] = [
    `${oidA} HEAD\0multi_ack agent=git/1.8 symref=HEAD:refs/heads/main\n`,
    `${oidA} refs/heads/main\n`,
    `${oidB} refs/tags/v1\n`,
    `${oidA} refs/tags/v1^{}\n`,
    `shallow ${oidB}\n`,
  ];
  const expected = {
    agent: 'git/1.8',
    objectFormat: 'sha1',
    refs: [
      { name: 'HEAD', oid: oidA, symrefTarget: 'refs/heads/main', peeled: null },
      { name: 'refs/heads/main', oid: oidA, symrefTarget: null, peeled: null },
      { name: 'refs/tags/v1', oid: oidB, symrefTarget: null, peeled: oidA },
    ],
    shallow: [oidB],
    droppedNames: 0,
  };

  test('lists the refs', () => {
    expect(feed(packets('# service=git-upload-pack\n', flush, ...refs, flush))).toMatchObject({
      value: { advertisement: { version: 0, ...expected } },
    });
    expect(feed(packets('version 1\n', ...refs, flush), { carrier: 'stream' })).toMatchObject({
      value: { advertisement: { version: 1, ...expected } },
    });
  });

  test('of an empty repository lists none', () => {
    const bytes = packets(`${'0'.repeat(40)} capabilities^{}\0agent=x object-format=sha1\n`, flush);
    expect(feed(bytes, { carrier: 'stream' })).toMatchObject({
      value: { advertisement: { version: 0, refs: [] } },
    });
  });

  test('counts names that git refuses, and their peeled lines with them', () => {
    const bytes = packets(
      `${oidA} refs/heads/../x\0\n`,
      `${oidB} refs/heads/../x^{}\n`,
      `${oidA} refs/heads/ok\n`,
      flush,
    );
    expect(feed(bytes, { carrier: 'stream' })).toMatchObject({
      value: { advertisement: { droppedNames: 1, refs: [{ name: 'refs/heads/ok', peeled: null }] } },
    });
  });

  test('of the real upload-pack, with SHA-256', () => {
    const path = makeRepository(makeTempDir('real'), 'sha256');
    const bytes = gitOut(path, ['upload-pack', '--http-backend-info-refs', path]);
    expect(feed(bytes, { carrier: 'stream' })).toMatchObject({
      value: {
        advertisement: {
          version: 0,
          objectFormat: 'sha256',
          symrefs: new Map([['HEAD', 'refs/heads/main']]),
        },
      },
    });
  });
});

describe('what is no advertisement', () => {
  test.each([
    // A login page of a hotel network, a web server's listing, a banner, a page that begins with hex digits.
    ['<!DOCTYPE html><html><body>Sign in</body></html>', 'not-git'],
    ['Welcome to the server\n', 'not-git'],
    ['dead links everywhere', 'not-git'],
    ['\x1f\x8b\x08\0\0', 'not-git'],
    ['', 'not-git'],
    ['{"error":"not found"}', 'not-git'],
    ['0000', 'advertisement'],
    ['000eversion 2', 'truncated'],
    ['00', 'truncated'],
    ['000dversion 3', 'advertisement'],
    ['000dversion 1', 'advertisement'],
    ['000dhello Git', 'not-git'],
  ])('%j', (text, reason) => {
    expect(feed(bytesOf(text))).toMatchObject({ error: 'RemoteProtocolError', reason });
  });

  test('a dumb server is told from a broken one', () => {
    for (const text of [
      `${oidA}\trefs/heads/main\n`,
      `${'0'.repeat(40)}\trefs/heads/main\n`,
      `${'b'.repeat(64)}\trefs/heads/x\n`,
    ]) {
      expect(feed(bytesOf(text))).toMatchObject({ value: { advertisement: { version: 'dumb' } } });
    }
    expect(feed(bytesOf(oidA))).toMatchObject({ reason: 'not-git' });
  });

  test('an ERR packet is the server speaking', () => {
    expect(() => decodeAdvertisement(packets('ERR access \x1b[31mdenied\n'))).toThrow(
      new RemoteError('access denied'),
    );
    expect(() => decodeAdvertisement(packets(...caps, 'ERR too late', flush))).toThrow(RemoteError);
  });

  test('limits: a server that lists capabilities without end', () => {
    const many = packets('version 2\n', ...Array.from({ length: 70_000 }, () => 'x\n'));
    expect(() => decodeAdvertisement(many)).toThrow(expect.objectContaining({ reason: 'limit' }));
    const long = packets('version 2\n', ...Array.from({ length: 100 }, () => 'x'.repeat(60_000)));
    expect(() => decodeAdvertisement(long)).toThrow(RemoteProtocolError);
  });
});

describe('verdicts of git ls-remote', () => {
  const accepts = (answer: Uint8Array): boolean => {
    const outcome = outcomeOf(() => {
      const decoder = new AdvertisementDecoder({ carrier: 'stream' });
      decoder.push(answer);
      const advertisement = decoder.finish();
      if (advertisement.version !== 2) return;
      const refs = new LsRefsDecoder({ objectFormat: advertisement.objectFormat });
      refs.push(decoder.takeRest());
      refs.finish();
    });
    return 'value' in outcome;
  };
  const head = `${oidA} HEAD symref-target:refs/heads/main\n`;
  const main = `${oidA} refs/heads/main\n`;
  const list = (...refs: Part[]): Uint8Array => packets(...caps, flush, ...refs, flush);
  const sha256Oid = 'c'.repeat(64);

  test.each<[string, Uint8Array]>([
    ['plain', list(head, main)],
    ['no refs', list()],
    ['upper-case hex length', packets(...caps, flush, { raw: `003D${main}` }, flush)],
    ['lines without LF', packets('version 2', 'ls-refs', 'fetch', flush, main.trim(), flush)],
    [
      'unknown, empty and duplicate capabilities',
      packets(...caps, '', 'ls-refs=x', 'agent=2', 'unknown=1', '=', flush, main, flush),
    ],
    [
      '5,000 capabilities',
      packets(...caps, ...Array.from({ length: 5000 }, (_, i) => `cap-${i}\n`), flush, main, flush),
    ],
    ['version twice', packets('version 2\n', ...caps, flush, main, flush)],
    ['missing fetch', packets('version 2\n', 'ls-refs\n', flush, main, flush)],
    ['missing ls-refs', packets('version 2\n', 'fetch\n', flush, main, flush)],
    ['a longest line', list(`${oidA} refs/heads/${'x'.repeat(65_516 - 52)}`)],
    ['upper-case ids', list(`${oidA.toUpperCase()} refs/heads/main\n`)],
    ['null id', list(`${'0'.repeat(40)} refs/heads/main\n`)],
    ['duplicate refs', list(main, main)],
    ['symref to itself', list(`${oidA} HEAD symref-target:HEAD\n`)],
    ['symref out of the repository', list(`${oidA} HEAD symref-target:../../etc/passwd\n`)],
    ['names with ..', list(`${oidA} refs/heads/../../../x\n`)],
    ['names with ESC', list(`${oidA} refs/heads/\x1b[31m\n`)],
    ['space in a name', list(`${oidA} refs/heads/a b\n`)],
    ['unknown attribute', list(`${oidA} refs/heads/a colour:red\n`)],
    ['peeled', list(`${oidA} refs/tags/a peeled:${oidB}\n`)],
    ['bad peeled', list(`${oidA} refs/tags/a peeled:xyz\n`)],
    ['short peeled', list(`${oidA} refs/tags/a peeled:${oidB.slice(1)}\n`)],
    ['unborn HEAD', list('unborn HEAD symref-target:refs/heads/main\n')],
    ['no flush', packets(...caps, flush, main)],
    ['no refs at all', packets(...caps, flush)],
    ['cut in a line', packets(...caps, flush, { raw: '003daaaa' })],
    ['delimiter in refs', list(main, delimiter, main)],
    ['response-end in refs', list(main, responseEnd)],
    ['delimiter in capabilities', packets(...caps, delimiter, flush, main, flush)],
    ['empty line in refs', list(main, '', main)],
    ['length 3', packets(...caps, flush, { raw: '0003' }, main, flush)],
    ['length 00g5', packets(...caps, flush, { raw: '00g5' }, flush)],
    ['length ffff', packets(...caps, flush, { raw: 'ffff' }, flush)],
    ['39 digits', list(`${oidA.slice(1)} refs/heads/main\n`)],
    ['41 digits', list(`${oidA}0 refs/heads/main\n`)],
    ['no space', list(`${oidA}\n`)],
    ['two spaces', list(`${oidA}  refs/heads/main\n`)],
    ['tab for space', list(`${oidA}\trefs/heads/main\n`)],
    ['version 3', packets('version 3\n', ...caps.slice(1), flush, main, flush)],
    ['version 0 said aloud', packets('version 0\n', main, flush)],
    ['unknown object format', packets('version 2\n', 'ls-refs\n', 'object-format=md5\n', flush, main, flush)],
    [
      'sha256',
      packets(
        'version 2\n',
        'ls-refs\n',
        'object-format=sha256\n',
        flush,
        `${sha256Oid} refs/heads/x\n`,
        flush,
      ),
    ],
    [
      'sha256 with 40 digits',
      packets('version 2\n', 'ls-refs\n', 'object-format=sha256\n', flush, main, flush),
    ],
    ['HTML', bytesOf('<html></html>')],
    ['prelude of HTTP', packets('# service=git-upload-pack\n', flush, ...caps, flush, main, flush)],
    ['ERR', packets('ERR no\n')],
    ['ERR among refs', list(main, 'ERR no\n')],
    ['v0', packets(`${oidA} HEAD\0agent=x\n`, main, flush)],
    ['v0 with a delimiter', packets(`${oidA} HEAD\0agent=x\n`, delimiter, flush)],
    ['v1', packets('version 1\n', `${oidA} HEAD\0agent=x\n`, main, flush)],
    ['v0, no flush', packets(`${oidA} HEAD\0agent=x\n`, main)],
    ['v0, bad id', packets(`${oidA.slice(1)} HEAD\0agent=x\n`, flush)],
  ])('%s', (_, answer) => {
    const verdict = lsRemoteVerdict(dir, answer);
    expect(accepts(answer), verdict.stderr).toBe(verdict.accepted);
  });

  test('every truncation of a small answer is refused by both', () => {
    const whole = packets('version 2\n', 'ls-refs\n', flush, main, flush);
    for (let length = 0; length < whole.length; length++) {
      expect(accepts(whole.subarray(0, length)), String(length)).toBe(false);
      if (length % 7 === 0) expect(lsRemoteVerdict(dir, whole.subarray(0, length)).accepted).toBe(false);
    }
  });
});

test('a request for refs as the real upload-pack answers it', () => {
  const path = makeRepository(makeTempDir('real'));
  const request = encodeLsRefsRequest({
    objectFormat: 'sha1',
    agent: 'packmule/test',
    peel: true,
    symrefs: true,
    unborn: true,
    refPrefixes: ['HEAD', 'refs/tags/'],
  });
  const decoder = new LsRefsDecoder({ objectFormat: 'sha1' });
  const refs = decoder.push(askUploadPack(path, request));
  decoder.finish();
  const of = (name: string) => gitOut(path, ['rev-parse', name]).toString().trim();
  expect(refs).toEqual([
    { name: 'HEAD', oid: of('main'), symrefTarget: 'refs/heads/main', peeled: null },
    { name: 'refs/tags/v1', oid: of('v1'), symrefTarget: null, peeled: of('v1^{}') },
  ]);
});
