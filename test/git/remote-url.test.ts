import { spawnSync } from 'node:child_process';
import { chmodSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  displayUrl,
  parseRemoteUrl,
  RemoteUrlError,
  type RemoteUrl,
  type RemoteUrlOptions,
} from '../../main/git/index.ts';
import { gitEnvironment } from '../support/git.ts';
import { makeTempDir, removeTempDirs } from '../support/temp.ts';

afterAll(removeTempDirs);

function reasonOf(text: string, options: RemoteUrlOptions = {}): string {
  try {
    return JSON.stringify(parseRemoteUrl(text, options));
  } catch (error) {
    if (!(error instanceof RemoteUrlError)) throw error;
    // Addresses hold secrets; the sentence goes to logs.
    expect(error.message).not.toMatch(/secret/);
    return error.reason;
  }
}

describe('addresses that are taken', () => {
  test.each<[string, Partial<RemoteUrl>]>([
    [
      'https://example.com/a/b.git',
      {
        transport: 'https',
        host: 'example.com',
        port: 443,
        path: '/a/b.git',
        origin: 'https://example.com',
        username: null,
      },
    ],
    [
      'HTTPS://Example.COM:443/a',
      { transport: 'https', href: 'https://example.com/a', origin: 'https://example.com' },
    ],
    ['http://example.com:8080/a/', { transport: 'http', port: 8080, href: 'http://example.com:8080/a/' }],
    ['https://example.com', { transport: 'https', path: '/', href: 'https://example.com/' }],
    ['https://example.com:/a', { transport: 'https', port: 443 }],
    [
      'https://me:secret@example.com/a',
      { transport: 'https', href: 'https://example.com/a', username: 'me', password: 'secret' },
    ],
    [
      'https://me%40corp:p%3Aa%40b@example.com/a',
      { transport: 'https', username: 'me@corp', password: 'p:a@b' },
    ],
    ['https://:secret@example.com/a', { transport: 'https', username: '', password: 'secret' }],
    ['https://@example.com/a', { transport: 'https', username: null, password: null }],
    ['https://example.com/My%20Project/_git/x', { transport: 'https', path: '/My%20Project/_git/x' }],
    ['https://example.com/grüße/{x}', { transport: 'https', path: '/gr%C3%BC%C3%9Fe/%7Bx%7D' }],
    ['https://example.com/%ff', { transport: 'https', path: '/%ff' }],
    [
      'https://[2001:DB8:0:0:0:0:0:1]:8443/a',
      { transport: 'https', host: '2001:db8::1', port: 8443, origin: 'https://[2001:db8::1]:8443' },
    ],
    ['http://[::ffff:127.0.0.1]/a', { transport: 'http', host: '::ffff:7f00:1' }],
    ['http://127.0.0.1/a', { transport: 'http', host: '127.0.0.1' }],
    ['https://example.com./a', { transport: 'https', host: 'example.com.' }],
    ['https://xn--bcher-kva.example/a', { transport: 'https', host: 'xn--bcher-kva.example' }],
    [
      'ssh://git@example.com/a/b',
      { transport: 'ssh', user: 'git', host: 'example.com', port: null, path: '/a/b', scpLike: false },
    ],
    ['ssh://example.com:2222/~me/b', { transport: 'ssh', user: null, port: 2222, path: '~me/b' }],
    ['ssh://example.com/%7eme/a%20b', { transport: 'ssh', path: '~me/a b' }],
    ['git+ssh://example.com/a', { transport: 'ssh' }],
    ['ssh+git://[::1]:22/a', { transport: 'ssh', host: '::1', port: 22 }],
    ['git://example.com/a', { transport: 'git', port: 9418, path: '/a' }],
    ['git://example.com:1234/~me/a', { transport: 'git', port: 1234, path: '~me/a' }],
    [
      'git@example.com:a/b.git',
      { transport: 'ssh', user: 'git', host: 'example.com', path: 'a/b.git', scpLike: true },
    ],
    ['host:/abs/path', { transport: 'ssh', host: 'host', path: '/abs/path', scpLike: true }],
    ['host:~me/x', { transport: 'ssh', path: '~me/x' }],
    ['host:/~me/x', { transport: 'ssh', path: '~me/x' }],
    ['[::1]:src', { transport: 'ssh', host: '::1', path: 'src' }],
    ['me@[::1]:src', { transport: 'ssh', user: 'me', host: '::1' }],
    ['[me@::1]:src', { transport: 'ssh', user: 'me', host: '::1' }],
    ['[host:123]:src', { transport: 'ssh', host: 'host', port: 123, path: 'src' }],
    ['me@[host:123]:src', { transport: 'ssh', user: 'me', host: 'host', port: 123 }],
    ['file:///srv/a%20b.git', { transport: 'file', path: '/srv/a b.git' }],
    ['/srv/a:b', { transport: 'file', path: '/srv/a:b' }],
    ['./a:b', { transport: 'file', path: './a:b' }],
    ['../a b', { transport: 'file', path: '../a b' }],
    ['C:\\repos\\x', { transport: 'file', path: 'C:\\repos\\x' }],
    ['c:/repos/x', { transport: 'file', path: 'c:/repos/x' }],
    ['\\\\server\\share', { transport: 'file', path: '\\\\server\\share' }],
    ['c:temp', { transport: 'ssh', host: 'c', path: 'temp' }],
  ])('%s', (text, expected) => {
    const url = parseRemoteUrl(text);
    expect(url).toMatchObject(expected);
    if (url.transport === 'http' || url.transport === 'https') expect(url.href).toBe(url.origin + url.path);
  });
});

describe('addresses that are refused', () => {
  test.each([
    ['', 'empty'],
    ['x'.repeat(9000), 'too-long'],
    ['lone\ud800', 'malformed'],
    // An option of ssh, a proxy command or git, in disguise (CVE-2017-1000117 and its kin).
    ['-oProxyCommand=x:y', 'leading-dash'],
    ['--upload-pack=x', 'leading-dash'],
    ['ssh://-oProxyCommand=x/y', 'leading-dash'],
    ['ssh://%2doProxyCommand=x/y', 'leading-dash'],
    ['ssh://-u@h/y', 'leading-dash'],
    ['ssh://%2Du@h/y', 'leading-dash'],
    ['ssh://u@-h/y', 'leading-dash'],
    ['ssh://h:-p/y', 'leading-dash'],
    ['u@-h:y', 'leading-dash'],
    ['-u@h:y', 'leading-dash'],
    ['h:-y', 'leading-dash'],
    ['[-h:22]:y', 'leading-dash'],
    ['https://-h/y', 'leading-dash'],
    ['git://-h/y', 'leading-dash'],
    // Transports that run programs (CVE-2026-28292: a block-list that looked at letter case).
    ['ext::sh -c id', 'scheme-unknown'],
    ['EXT::sh -c id', 'scheme-unknown'],
    ['fd::7', 'scheme-unknown'],
    ['transport::https://example.com/x', 'scheme-unknown'],
    ['https::https://example.com/x', 'scheme-unknown'],
    ['::x', 'scheme-unknown'],
    ['ext%3A%3Ash://x', 'scheme-unknown'],
    [' ext::sh', 'host-malformed'],
    ['ftp://example.com/x', 'scheme-unknown'],
    ['javascript://example.com/x', 'scheme-unknown'],
    ['a/b://x', 'scheme-unknown'],
    ['http:/example.com/x', 'malformed'],
    ['https:example.com/x', 'malformed'],
    // Where two parsers see two hosts (CVE-2026-82247 and the cases of git's t0300).
    ['https://good?@evil/x', 'query-not-allowed'],
    ['https://good#@evil/x', 'query-not-allowed'],
    ['https://good\\@evil/x', 'malformed'],
    ['https://good/x\\..\\y', 'malformed'],
    ['https://a@b@evil/x', 'malformed'],
    ['https://good%2f@evil%2f/x', 'host-malformed'],
    ['https://good%40evil/x', 'host-malformed'],
    ['https:///evil/x', 'host-missing'],
    ['https://:80/x', 'host-missing'],
    ['https://u@/x', 'host-missing'],
    ['ssh:///x', 'host-missing'],
    ['https://[::1/x', 'host-malformed'],
    ['https://[fe80::1%25eth0]/x', 'host-malformed'],
    ['https://[::1]evil/x', 'host-malformed'],
    ['https://[1:2:3:4:5:6:7:8:9]/x', 'host-malformed'],
    ['https://[1::2::3]/x', 'host-malformed'],
    ['https://[::1.2.3.256]/x', 'host-malformed'],
    ['https://[::01.2.3.4]/x', 'host-malformed'],
    ['https://a..b/x', 'host-malformed'],
    ['https://./x', 'host-malformed'],
    ['https://bücher.example/x', 'host-malformed'],
    ['https://2130706433/x', 'host-malformed'],
    ['https://0x7f.1/x', 'host-malformed'],
    ['https://0177.0.0.1/x', 'host-malformed'],
    ['https://127.1/x', 'host-malformed'],
    ['https://1.2.3.4./x', 'host-malformed'],
    [`https://${'a.'.repeat(130)}b/x`, 'host-malformed'],
    ['https://h:0/x', 'port-malformed'],
    ['https://h:65536/x', 'port-malformed'],
    ['https://h:8o/x', 'port-malformed'],
    ['https://h:+8/x', 'port-malformed'],
    ['https://h:1:2/x', 'port-malformed'],
    ['https://h/%zz', 'malformed'],
    ['https://h/a b', 'malformed'],
    ['https://u%ff@h/x', 'malformed'],
    ['ssh://h', 'path-missing'],
    ['git://h', 'path-missing'],
    ['h:', 'path-missing'],
    ['ssh://u:secret@h/x', 'credentials-not-allowed'],
    ['git://u@h/x', 'credentials-not-allowed'],
    ['ssh://u$(id)@h/x', 'malformed'],
    ['a@b@h:x', 'malformed'],
    ['u@[v@h:1]:x', 'malformed'],
    ['file://host/x', 'malformed'],
  ])('%j: %s', (text, reason) => {
    expect(reasonOf(text)).toBe(reason);
  });

  test('credentials in an address that a server gave', () => {
    expect(reasonOf('https://u:secret@h/x', { credentials: 'refuse' })).toBe('credentials-not-allowed');
    expect(reasonOf('https://@h/x', { credentials: 'refuse' })).toBe('credentials-not-allowed');
    expect(reasonOf('https://h/x', { credentials: 'refuse' })).toContain('"https"');
  });

  // Line ends split the records of credential helpers (CVE-2020-5260, CVE-2024-52006), escapes act on prompts (CVE-2024-50349).
  const controls = [...Array.from({ length: 32 }, (_, code) => code), 0x7f];
  const places: [string, (c: string) => string][] = [
    ['https user', (c) => `https://u${c}v@example.com/x`],
    ['https password', (c) => `https://u:secret${c}v@example.com/x`],
    ['https host', (c) => `https://exa${c}mple.com/x`],
    ['https path', (c) => `https://example.com/a${c}b`],
    ['ssh user', (c) => `ssh://u${c}v@example.com/x`],
    ['ssh host', (c) => `ssh://exa${c}mple.com/x`],
    ['ssh path', (c) => `ssh://example.com/a${c}b`],
    ['git path', (c) => `git://example.com/a${c}b`],
    ['file path', (c) => `file:///a${c}b`],
  ];
  test.each(places)('control characters, raw and percent, in the %s', (_, build) => {
    for (const code of controls) {
      expect(reasonOf(build(String.fromCharCode(code))), `raw ${code}`).toBe('control-character');
      expect(reasonOf(build(`%${code.toString(16).padStart(2, '0')}`)), `percent ${code}`).toBe(
        'control-character',
      );
    }
  });
  test('control characters in scp-like addresses and paths', () => {
    for (const code of controls) {
      const c = String.fromCharCode(code);
      for (const text of [`u${c}@h:x`, `h${c}:x`, `h:x${c}`, `/srv/${c}`, `${c}https://h/x`])
        expect(reasonOf(text)).toBe('control-character');
    }
  });
});

describe('one parser', () => {
  const label = fc.stringMatching(/^[a-z0-9][a-z0-9_-]{0,8}$/);
  const host = fc.oneof(
    fc.tuple(label, label).map(([a, b]) => `${a}.${b}x`),
    fc.ipV4(),
    fc.ipV6().map((address) => `[${address}]`),
  );
  const port = fc.oneof(
    fc.constant(''),
    fc.integer({ min: 1, max: 65_535 }).map((number) => `:${number}`),
  );
  const path = fc.webPath().map((text) => `/${text.replace(/^\//, '')}`);
  const user = fc.oneof(
    fc.constant(''),
    fc.stringMatching(/^[a-z0-9._~+$=,]{1,8}$/).map((name) => `${name}@`),
  );
  const address = fc.oneof(
    fc
      .tuple(fc.constantFrom('http', 'https', 'ssh', 'git+ssh'), user, host, port, path)
      .map(([s, u, h, p, rest]) => `${s}://${u}${h}${p}${rest}`),
    fc.tuple(host, port, path).map(([h, p, rest]) => `git://${h}${p}${rest}`),
    fc.tuple(user, host, path).map(([u, h, rest]) => `${u}${h}:${rest}`),
    fc.tuple(user, label, port, path).map(([u, h, p, rest]) => `[${u}${h}x${p}]:${rest}`),
    path.map((rest) => `file://${rest}`),
    path,
    fc.string({ unit: fc.constantFrom(...'ab:/@[]%.~-\\?#1 '), maxLength: 20 }),
  );
  const parsed = (text: string): RemoteUrl | null => {
    try {
      return parseRemoteUrl(text);
    } catch (error) {
      if (error instanceof RemoteUrlError) return null;
      throw error;
    }
  };

  test('property: what is displayed parses to the same, without the secrets', () => {
    let taken = 0;
    fc.assert(
      fc.property(address, (text) => {
        const url = parsed(text);
        if (url === null) return;
        taken++;
        const again = parseRemoteUrl(displayUrl(url));
        expect(again).toEqual('username' in url ? { ...url, username: null, password: null } : url);
        expect(displayUrl(again)).toBe(displayUrl(url));
      }),
      { numRuns: 5000 },
    );
    expect(taken).toBeGreaterThan(1500);
  });

  // Whatever connects in the end uses the WHATWG parser; it must see the host and port that policy saw.
  test('property: the WHATWG parser sees the same host and port in every http address we take', () => {
    fc.assert(
      fc.property(
        address,
        fc.string({ unit: fc.constantFrom(...'ab:@[]%.0x7f\\/1'), maxLength: 12 }),
        (text, junk) => {
          for (const candidate of [text, `https://${junk}/x`, `https://${junk}@h/x`, `https://h${junk}/x`]) {
            const url = parsed(candidate);
            if (url === null || (url.transport !== 'http' && url.transport !== 'https')) continue;
            const theirs = new URL(url.href);
            expect(theirs.origin).toBe(url.origin);
            expect(theirs.username + theirs.password + theirs.search + theirs.hash).toBe('');
            const typed = new URL(candidate);
            expect(typed.host).toBe(theirs.host);
          }
        },
      ),
      { numRuns: 5000 },
    );
  });
});

describe('ssh addresses as the real git takes them apart', () => {
  let dir: string;
  let ssh: string;
  let log: string;
  beforeAll(() => {
    dir = makeTempDir('ssh');
    ssh = join(dir, 'fake-ssh');
    log = join(dir, 'arguments');
    writeFileSync(ssh, `#!/bin/sh\nprintf '%s\\n' "$@" >'${log}'\nexit 1\n`);
    chmodSync(ssh, 0o755);
  });

  /** What git would have ssh do: user@host, port, path; null when it asks ssh for nothing. */
  function gitAsksFor(address: string): string | null {
    rmSync(log, { force: true });
    spawnSync('git', ['ls-remote', address], {
      cwd: dir,
      env: { ...gitEnvironment, GIT_SSH: ssh, GIT_SSH_VARIANT: 'ssh', GIT_PROTOCOL_FROM_USER: '1' },
      timeout: 15_000,
    });
    let args: string[];
    try {
      args = readFileSync(log, 'utf8').trimEnd().split('\n');
    } catch {
      return null;
    }
    const port = args.includes('-p') ? args[args.indexOf('-p') + 1] : '-';
    const command = args.at(-1) ?? '';
    return `${args.at(-2)} ${port} ${command.replace(/^git-upload-pack '(.*)'$/, '$1')}`;
  }

  // The ssh loops of git's t5601-clone.sh, and more of the same kind.
  test.each([
    'myhost:src',
    'user@myhost:src',
    '[myhost]:src',
    '[myhost:123]:src',
    '[user@myhost:123]:src',
    'user@[myhost:123]:src',
    '[::1]:src',
    'user@[::1]:src',
    '[user@::1]:src',
    'host:/src',
    'host:~user/src',
    'host:/~user/src',
    'ssh://host.xz/src',
    'ssh://host.xz:/src',
    'ssh://host.xz:22/src',
    'ssh://user@host.xz:22/src',
    'ssh://user@host.xz/~repo',
    'ssh://host.xz/~user/repo',
    'ssh://[::1]/src',
    'ssh://[::1]:22/src',
    'ssh://user@[::1]:22/src',
    'git+ssh://host.xz/src',
    'ssh+git://host.xz/src',
    'ssh://host.xz/a%20b',
    'ssh://host.xz/%7euser',
    'c:temp',
    'host:a:b',
    'host:a@b',
    'ssh://host.xz/a?b',
    './foo:bar',
    '/foo:bar',
    'foo/bar:baz',
    'foo',
  ])('%s', (address) => {
    const url = parseRemoteUrl(address);
    const ours =
      url.transport === 'ssh'
        ? `${url.user === null ? '' : `${url.user}@`}${url.host} ${url.port ?? '-'} ${url.path}`
        : null;
    expect(ours).toBe(gitAsksFor(address));
  });
});
