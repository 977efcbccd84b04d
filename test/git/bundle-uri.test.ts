/** Addresses in lists. What git makes of them is in the names of the rows (git 2.55, test-tool bundle-uri). */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  bundleBaseOf,
  bundleListOf,
  parseArtefactUrl,
  parseRemoteUrl,
  resolveBundleList,
  resolveBundleUri,
  resolveLocalBundleUri,
} from '../../main/git/index.ts';
import { outcomeOf } from '../support/feed.ts';

const baseOf = (list: string) => bundleBaseOf(parseArtefactUrl(list), 'file');
const base = baseOf('https://bundles.example.com/git/git/');
const resolve = (uri: string, from = base) => resolveBundleUri(uri, from).href;

describe('an address in a list', () => {
  test.each<[uri: string, href: string]>([
    ['https://cdn.example/x.bundle', 'https://cdn.example/x.bundle'],
    ['http://cdn.example:8080/x?sig=a%2Fb%&c=d', 'http://cdn.example:8080/x?sig=a%2Fb%&c=d'],
    ['HTTPS://CDN.example/X', 'https://cdn.example/X'],
    [
      '2022-02-09-1644442631-daily-blobless.bundle',
      'https://bundles.example.com/git/git/2022-02-09-1644442631-daily-blobless.bundle',
    ],
    [
      '/git/git/2022-02-02-1643842568-blobless.bundle',
      'https://bundles.example.com/git/git/2022-02-02-1643842568-blobless.bundle',
    ],
    ['../b', 'https://bundles.example.com/git/b'],
    ['./b', 'https://bundles.example.com/git/git/b'],
    ['sub/dir/b', 'https://bundles.example.com/git/git/sub/dir/b'],
    ['sub/../b', 'https://bundles.example.com/git/git/b'],
    ['../../b', 'https://bundles.example.com/b'],
    ['sub/', 'https://bundles.example.com/git/git/sub/'],
    ['..', 'https://bundles.example.com/git/'],
    ['.', 'https://bundles.example.com/git/git/'],
    ['b?token=1', 'https://bundles.example.com/git/git/b?token=1'],
    ['b#f', 'https://bundles.example.com/git/git/b'],
    ['./a:b', 'https://bundles.example.com/git/git/a:b'],
    ['é.bundle', 'https://bundles.example.com/git/git/%C3%A9.bundle'],
    ['%2e%2e/b', 'https://bundles.example.com/git/git/%2e%2e/b'],
    ['a//b', 'https://bundles.example.com/git/git/a//b'],
    ['/x/../y', 'https://bundles.example.com/y'],
  ])('%s', (uri, href) => {
    expect(resolve(uri)).toBe(href);
  });

  test.each<[list: string, uri: string, href: string]>([
    ['https://h/git/list', 'b', 'https://h/git/b'],
    ['https://h', 'b', 'https://h/b'],
    ['https://h/list?path=/a/b', 'b', 'https://h/b'],
    ['https://user:secret@h:444/git/list', 'b', 'https://h:444/git/b'],
    ['http://[::1]:8000/list', '/b', 'http://[::1]:8000/b'],
  ])('of the list %s', (list, uri, href) => {
    expect(resolve(uri, baseOf(list))).toBe(href);
  });

  test.each<[remote: string, uri: string, href: string]>([
    ['https://h/team/repo.git', 'b', 'https://h/team/repo.git/b'],
    ['https://h/team/repo.git/', '../b', 'https://h/team/b'],
    ['https://h/team/repo.git', '/b', 'https://h/b'],
  ])('advertised by %s', (remote, uri, href) => {
    expect(resolve(uri, bundleBaseOf(parseRemoteUrl(remote), 'remote'))).toBe(href);
  });
});

describe('not followed', () => {
  test.each<[story: string, uri: string, reason: string]>([
    ['a file of this computer (git copies it)', 'file:///etc/passwd', 'scheme-unknown'],
    ['with one slash', 'file:/etc/passwd', 'scheme-unknown'],
    ['a drive', 'C:/secret', 'scheme-unknown'],
    ['a share of Windows, which tells it who you are (CVE-2026-62960)', '\\\\evil\\share', 'malformed'],
    ['the same, as URLs write it (git opens a path)', '//evil/share', 'malformed'],
    ['and in disguise: browsers read //evil/x', '/\\evil/x', 'malformed'],
    ['an option of ssh (CVE-2017-1000117)', 'ssh://-oProxyCommand=x/y', 'scheme-unknown'],
    ['a program', 'ext::sh -c x', 'malformed'],
    ['a program without a space', 'ext::sh', 'scheme-unknown'],
    ['host:path of ssh', 'host:path', 'scheme-unknown'],
    ['git://', 'git://h/x', 'scheme-unknown'],
    ['ftp:', 'ftp://h/x', 'scheme-unknown'],
    ['data:', 'data:,x', 'scheme-unknown'],
    ['a scheme without its slashes (git looks for a file)', 'http:b', 'scheme-unknown'],
    ['an option (git joins it to the base)', '-oX', 'leading-dash'],
    ['above the root (git dies, or makes up a name)', '../../../b', 'outside-root'],
    ['above the root, from the root', '/../b', 'outside-root'],
    ['a name and a password', 'https://user:secret@h/x', 'credentials-not-allowed'],
    ['a host that is not the one it looks like', 'https://good@evil/x', 'credentials-not-allowed'],
    ['a number that is an address elsewhere', 'http://2130706433/x', 'host-malformed'],
    ['a second request, on a line of its own', 'https://h/x\nget evil', 'control-character'],
    ['a second request, after a space', 'https://h/x /tmp/y', 'malformed'],
    ['a space in a path', 'a b', 'malformed'],
    ['a NUL as an escape', 'a%00b', 'control-character'],
    ['a tab that browsers drop', 'ht\ttps://h/x', 'control-character'],
    ['only a query, of which parsers disagree', '?x', 'malformed'],
    ['only a fragment', '#x', 'malformed'],
    ['nothing', '', 'empty'],
    ['more than anything', 'x'.repeat(9000), 'too-long'],
    ['half a character', '\ud800', 'malformed'],
  ])('%s', (_story, uri, reason) => {
    expect(outcomeOf(() => resolve(uri))).toMatchObject({ error: 'RemoteUrlError', reason });
  });

  test('a relative address of a list that came over ssh; an absolute one is', () => {
    const none = bundleBaseOf(parseRemoteUrl('git@h:repo.git'), 'remote');
    expect(none).toBeNull();
    expect(outcomeOf(() => resolveBundleUri('b', none))).toMatchObject({ reason: 'no-base' });
    expect(outcomeOf(() => resolveBundleUri('/b', none))).toMatchObject({ reason: 'no-base' });
    expect(resolveBundleUri('https://h/b', none).href).toBe('https://h/b');
  });
});

test('no name and no password of the list stay with its bundles', () => {
  const list = parseArtefactUrl('https://user:secret@h/list?key=secret');
  expect(list).toMatchObject({ username: 'user', password: 'secret', href: 'https://h/list?key=secret' });
  for (const uri of ['b', '/b', 'https://h/b', 'https://elsewhere/b']) {
    const url = resolveBundleUri(uri, bundleBaseOf(list, 'file'));
    expect(url).toMatchObject({ username: null, password: null });
    expect(JSON.stringify(url)).not.toContain('secret');
  }
});

test('a list keeps what can be followed and says of the rest why not', () => {
  const entries = Object.entries({ a: 'a.bundle', b: 'file:///etc/passwd', c: '/c.bundle' });
  const list = bundleListOf([
    { name: 'bundle.d.filter', value: 'blob:none' },
    ...entries.map(([id, value]) => ({ name: `bundle.${id}.uri`, value })),
  ]);
  const { bundles, dropped } = resolveBundleList(list, base);
  expect(bundles.map(({ id, url }) => `${id} ${url.path}`)).toEqual(['a /git/git/a.bundle', 'c /c.bundle']);
  expect(dropped).toEqual([
    { id: 'd', why: 'has no address' },
    { id: 'b', why: expect.stringContaining('Only http:// and https:// addresses') },
  ]);
});

describe('a list on this computer', () => {
  test.each<[uri: string, expected: object]>([
    ['b.bundle', { transport: 'file', path: '/srv/lists/b.bundle' }],
    ['../b.bundle', { transport: 'file', path: '/srv/lists/../b.bundle' }],
    ['/srv/b.bundle', { transport: 'file', path: '/srv/b.bundle' }],
    ['file:///srv/b%20c', { transport: 'file', path: '/srv/b c' }],
    ['C:\\b', { transport: 'file', path: 'C:\\b' }],
    ['https://h/b?x', { transport: 'https', href: 'https://h/b?x' }],
  ])('%s', (uri, expected) => {
    expect(resolveLocalBundleUri(uri, '/srv/lists/list')).toMatchObject(expected);
  });

  test.each(['ssh://h/x', 'h:x', 'ext::sh', '-x', '', 'https://user@h/x'])('not %j', (uri) => {
    expect(outcomeOf(() => resolveLocalBundleUri(uri, '/srv/list'))).toMatchObject({
      error: 'RemoteUrlError',
    });
  });
});

describe('for any address', () => {
  const segment = fc.constantFrom('a', 'b.bundle', '.', '..', '', '...', '%20', '%2F', 'x~y', 'é', 'a+b');
  const path = fc.array(segment, { minLength: 1, maxLength: 6 }).map((segments) => segments.join('/'));

  test('a relative one stays on the host, and is what browsers make of it', () => {
    fc.assert(
      fc.property(path, fc.option(fc.constantFrom('a=b', '', 'x/../y')), (relative, query) => {
        const uri = relative + (query === null ? '' : `?${query}`);
        const outcome = outcomeOf(() => resolve(uri));
        if ('error' in outcome) {
          expect(['malformed', 'outside-root', 'empty']).toContain(outcome.reason);
          return;
        }
        expect(outcome.value).toBe(new URL(uri, 'https://bundles.example.com/git/git/').href);
        expect(resolve(outcome.value)).toBe(outcome.value);
      }),
      { numRuns: 2000 },
    );
  });

  test('whatever is followed is http(s), without credentials, and reads the same twice', () => {
    const piece = fc.constantFrom(
      'http',
      'https',
      ':',
      '/',
      '//',
      '@',
      '?',
      '#',
      '..',
      '-',
      '\\',
      'h',
      '%41',
      ':80',
      '[::1]',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 10 }), (pieces) => {
        const outcome = outcomeOf(() => resolve(pieces.join('')));
        if ('error' in outcome) {
          expect(outcome.error).toBe('RemoteUrlError');
          return;
        }
        const again = new URL(outcome.value);
        expect(['http:', 'https:']).toContain(again.protocol);
        expect(again.username + again.password).toBe('');
        expect(parseArtefactUrl(outcome.value).host).toBe(again.hostname.replace(/^\[(.*)\]$/, '$1'));
        expect(resolve(outcome.value)).toBe(outcome.value);
      }),
      { numRuns: 5000 },
    );
  });
});
