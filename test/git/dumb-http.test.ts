/** What `git update-server-info` writes, and what web servers and strangers put in its place. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  decodeDumbAlternates,
  decodeDumbHead,
  decodeInfoPacks,
  decodeInfoRefs,
  limits,
  parseRemoteUrl,
  type HttpRemoteUrl,
} from '../../main/git/index.ts';
import { bytesOf, outcomeOf } from '../support/feed.ts';
import { makeTempDir, removeTempDirs } from '../support/temp.ts';
import { oidA, oidB } from './packets.ts';
import { gitOut, makeRepository } from './real-git.ts';

afterAll(removeTempDirs);

let dir: string;

beforeAll(() => {
  dir = makeTempDir('dumb');
});

const fileOf = (repository: string, path: string) => new Uint8Array(readFileSync(join(repository, path)));

describe.each(['sha1', 'sha256'] as const)('a static repository of the real git, %s', (format) => {
  let path: string;

  beforeAll(() => {
    path = makeRepository(dir, format);
    gitOut(path, ['repack', '-q', '-d']);
    gitOut(path, ['update-server-info']);
  });

  test('has the refs that git lists', () => {
    const { objectFormat, refs, droppedNames } = decodeInfoRefs(fileOf(path, 'info/refs'));
    expect([objectFormat, droppedNames]).toEqual([format, 0]);
    const lines = refs.flatMap(({ name, oid, peeled }) => [
      `${oid}\t${name}\n`,
      ...(peeled === null ? [] : [`${peeled}\t${name}^{}\n`]),
    ]);
    const listed = gitOut(dir, ['ls-remote', path])
      .toString()
      .split('\n')
      .filter((line) => !line.endsWith('\tHEAD'));
    expect(lines.join('')).toBe(listed.join('\n'));
    expect(refs.some(({ peeled }) => peeled !== null)).toBe(true);
  });

  test('has a HEAD', () => {
    expect(decodeDumbHead(fileOf(path, 'HEAD'), format)).toEqual({ symrefTarget: 'refs/heads/main' });
    const oid = gitOut(path, ['rev-parse', 'main']).toString();
    expect(decodeDumbHead(bytesOf(oid), format)).toEqual({ oid: oid.trim() });
  });

  test('has packs with their hashes', () => {
    const hashes = decodeInfoPacks(fileOf(path, 'objects/info/packs'), format);
    expect(hashes.length).toBe(1);
    for (const hash of hashes)
      expect(fileOf(path, `objects/pack/pack-${hash}.pack`).length).toBeGreaterThan(0);
  });
});

test('an empty repository has empty files', () => {
  const path = join(dir, 'empty.git');
  gitOut(dir, ['init', '-q', '--bare', path]);
  gitOut(path, ['update-server-info']);
  expect(decodeInfoRefs(fileOf(path, 'info/refs'))).toEqual({
    objectFormat: 'sha1',
    refs: [],
    droppedNames: 0,
  });
  expect(decodeInfoPacks(fileOf(path, 'objects/info/packs'), 'sha1')).toEqual([]);
});

describe('info/refs', () => {
  const line = `${oidA}\trefs/heads/main\n`;

  test.each<[story: string, text: string, reason: string]>([
    ['a page that says 200', '<!DOCTYPE html>\n', 'not-git'],
    ['spaces where the tab should be', `${oidA} refs/heads/main\n`, 'not-git'],
    ['a length of neither hash', `${oidA.slice(1)}\trefs/heads/main\n`, 'not-git'],
    ['a file that was cut (git forgets the line)', `${line}${oidB}\trefs/heads/ma`, 'truncated'],
    ['a file that was cut in its first name', line.slice(0, -3), 'truncated'],
    ['a line of another hash', `${line}${oidB}${oidB.slice(16)}\trefs/heads/b\n`, 'object-id'],
    [
      'digits that are none (git takes them for some id)',
      `${line}${'x'.repeat(40)}\trefs/heads/b\n`,
      'object-id',
    ],
    ['an empty line', `${line}\n${line}`, 'dumb-http'],
    ['a peeled line for another tag', `${line}${oidB}\trefs/tags/v1^{}\n`, 'dumb-http'],
    ['a line that does not end', line + 'x'.repeat(limits.pktLineBytesMax + 1), 'limit'],
  ])('refused: %s', (_story, text, reason) => {
    expect(outcomeOf(() => decodeInfoRefs(bytesOf(text)))).toMatchObject({
      error: 'RemoteProtocolError',
      reason,
    });
  });

  test('names that Git refuses are left out, with what they stand for', () => {
    const text = `${oidA}\trefs/heads/../../x\n${oidB}\trefs/heads/../../x^{}\n${line}${'0'.repeat(40)}\trefs/heads/n\n`;
    const { refs, droppedNames } = decodeInfoRefs(bytesOf(text));
    expect(refs).toEqual([{ name: 'refs/heads/main', oid: oidA, symrefTarget: null, peeled: null }]);
    expect(droppedNames).toBe(2);
  });

  test('is not read when it is larger than any', () => {
    const outcome = outcomeOf(() => decodeInfoRefs(new Uint8Array(limits.dumbFileBytesMax + 1)));
    expect(outcome).toMatchObject({ reason: 'limit' });
  });
});

describe('HEAD', () => {
  test.each<[text: string, expected: object]>([
    ['ref: refs/heads/main', { symrefTarget: 'refs/heads/main' }],
    ['ref:\trefs/heads/a/b\r\n', { symrefTarget: 'refs/heads/a/b' }],
    [`${oidA.toUpperCase()}\n`, { oid: oidA }],
  ])('%j', (text, expected) => {
    expect(decodeDumbHead(bytesOf(text), 'sha1')).toEqual(expected);
  });

  test.each([
    '',
    'ref: ',
    'ref: ../../config',
    'ref: HEAD',
    'ref: refs/heads/a\nb',
    '<html>',
    oidA.slice(1),
    'z'.repeat(41),
  ])('points nowhere: %j', (text) => {
    expect(outcomeOf(() => decodeDumbHead(bytesOf(text), 'sha1'))).toMatchObject({ reason: 'dumb-http' });
  });
});

describe('objects/info/packs', () => {
  test('other lines and names are passed over, and each pack is named once', () => {
    const pack = (hash: string) => `P pack-${hash}.pack\n`;
    const text = `D old\n${pack(oidA)}${pack('../../../etc/passwd')}${pack(`${oidB}x`)}P ${oidA}\n\n${pack(oidA)}${pack(oidB)}`;
    expect(decodeInfoPacks(bytesOf(text.trimEnd()), 'sha1')).toEqual([oidA, oidB]);
    expect(decodeInfoPacks(bytesOf(text), 'sha256')).toEqual([]);
    expect(decodeInfoPacks(bytesOf('<html>'), 'sha1')).toEqual([]);
  });

  test('has an end', () => {
    const names = Array.from(
      { length: limits.dumbPacksMax + 1 },
      (_, i) => `P pack-${String(i).padStart(40, '0')}.pack\n`,
    );
    expect(outcomeOf(() => decodeInfoPacks(bytesOf(names.join('')), 'sha1'))).toMatchObject({
      reason: 'limit',
    });
  });
});

describe('alternates', () => {
  const repository = parseRemoteUrl('https://user:secret@git.host/pub/scm/linux.git/') as HttpRemoteUrl;
  const decode = (text: string, file: 'alternates' | 'http-alternates' = 'http-alternates') =>
    decodeDumbAlternates(bytesOf(text), repository, file);

  test.each<[line: string, href: string, sameOrigin: boolean]>([
    ['/pub/scm/linus.git/objects', 'https://git.host/pub/scm/linus.git/', true],
    ['../../linus.git/objects', 'https://git.host/pub/scm/linus.git/', true],
    ['../../../../objects', 'https://git.host/', true],
    ['../nested/objects', 'https://git.host/pub/scm/linux.git/nested/', true],
    ['https://git.host:443/x/objects', 'https://git.host/x/', true],
    ['http://git.host/x/objects', 'http://git.host/x/', false],
    ['https://elsewhere/x/objects', 'https://elsewhere/x/', false],
  ])('%s', (line, href, sameOrigin) => {
    const { repositories, refused } = decode(`# borrowed\n\n${line}\n`);
    expect(refused).toEqual([]);
    expect(repositories).toMatchObject([{ url: { href, username: null, password: null }, sameOrigin }]);
    expect(JSON.stringify(repositories)).not.toContain('secret');
  });

  test.each<[story: string, line: string]>([
    ['above the root', '../../../../../objects'],
    ['not of objects', '/pub/scm/linus.git'],
    ['of something that only ends like it', '/pub/scm/myobjects'],
    ['with dots inside', '/pub/../secret/objects'],
    ['another host in disguise', '//evil/x/objects'],
    ['another host behind a name', 'https://git.host@evil/x/objects'],
    ['a file of this computer', 'file:///srv/x/objects'],
    ['ssh', 'ssh://-oProxyCommand=x/objects'],
    ['a relative path', 'x/objects'],
    ['a query', '/x?/objects'],
    ['an escape of terminals', '/x\x1b[2J/objects'],
  ])('refused: %s', (_story, line) => {
    const { repositories, refused } = decode(`${line}\n/ok/objects\n`);
    expect(repositories.map(({ url }) => url.path)).toEqual(['/ok/']);
    expect(refused).toEqual([{ line: line.replace('\x1b[2J', ''), why: expect.stringMatching(/\.$/) }]);
  });

  test('a URL stands in http-alternates only; each repository counts once, the last line too', () => {
    expect(decode('https://git.host/x/objects\n', 'alternates').refused).toHaveLength(1);
    expect(decode('/x/objects\nhttps://git.host/x/objects\n/y/objects').repositories).toHaveLength(2);
    expect(outcomeOf(() => decode('/x\n'.repeat(limits.alternatesMax + 1)))).toMatchObject({
      reason: 'limit',
    });
  });
});
