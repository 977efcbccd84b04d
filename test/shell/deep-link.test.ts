import { describe, expect, it } from 'vitest';
import { offeredUrlOfArguments, parseDeepLink, parseOfferedUrl } from '../../main/shell/deep-link.ts';

const link = (url: string): string => `packmule://clone?url=${encodeURIComponent(url)}`;

describe('links that fill the form', () => {
  it.each([
    'https://example.com/team/project.git',
    'http://127.0.0.1:8080/p.git',
    'https://[::1]:8443/p.git',
    'https://example.com/a%20b.git',
    'ssh://git@example.com:22/team/project.git',
    'git://example.com/project.git',
    'git@example.com:team/project.git',
    'HTTPS://Example.COM/Project.git',
  ])('%s', (url) => {
    expect(parseDeepLink(link(url))).toBe(url);
    expect(offeredUrlOfArguments(['packmule', link(url)])).toBe(url);
  });

  it('takes the unescaped form that people type', () => {
    expect(parseDeepLink('packmule://clone?url=https://example.com/p.git')).toBe('https://example.com/p.git');
    expect(parseDeepLink('packmule://clone/?url=https://example.com/p.git')).toBe(
      'https://example.com/p.git',
    );
  });
});

const hostileLinks: [why: string, link: string][] = [
  ['remote helper that runs a command', link('ext::sh -c touch% /tmp/x')],
  ['remote helper without spaces', link('ext::sh')],
  ['remote helper before a good address', link('fd::17')],
  ['remote helper around a good address', link('https::https://example.com/p.git')],
  ['local path', link('/etc/passwd')],
  ['file scheme', link('file:///etc/passwd')],
  ['Windows path', link('C:\\Users\\x')],
  ['Windows path with slashes', link('c:/Users/x')],
  ['share on a Windows network', link('\\\\evil\\share\\p.git')],
  ['switch of git', link('--upload-pack=touch /tmp/x')],
  ['switch of git without spaces', link('--upload-pack=x')],
  ['short switch', link('-uX')],
  ['host that ssh takes for a switch', link('ssh://-oProxyCommand=calc/p.git')],
  ['host that ssh takes for a switch, with user', link('ssh://git@-oProxyCommand=calc/p.git')],
  ['user that ssh takes for a switch', link('ssh://-oProxyCommand=calc@example.com/p.git')],
  ['the same in the short form', link('-oProxyCommand=calc@example.com:p.git')],
  ['host as switch in the short form', link('git@-oProxyCommand=calc:p.git')],
  ['path as switch in the short form', link('git@example.com:--upload-pack')],
  ['password in the address', link('https://user:secret@example.com/p.git')],
  ['token in the address', link('https://token@example.com/p.git')],
  ['host hidden behind a user', link('https://example.com@evil.example/p.git')],
  ['javascript', link('javascript:alert(1)')],
  ['data', link('data:text/html,x')],
  ['ftp', link('ftp://example.com/p.git')],
  ['own scheme inside', link('packmule://clone?url=https://example.com/p.git')],
  ['NUL', link('https://example.com/p\u0000.git')],
  ['line break', link('https://example.com/p\n.git')],
  ['raw percent-encoded line break', 'packmule://clone?url=https://example.com/p%0a--config%0d'],
  ['broken percent-encoding', 'packmule://clone?url=https://example.com/%ff%fe'],
  ['right-to-left override', link('https://example.com/\u202etig.evil')],
  ['invisible character in the host', link('https://exam\u200bple.com/p.git')],
  ['full-width host that is normalised to another', link('https://ｅｘａｍｐｌｅ.com/p.git')],
  ['host written as a number', link('http://2130706433/p.git')],
  ['backslash that URL parsers turn into a slash', link('https:\\\\evil.example\\p.git')],
  ['one slash', link('https:/evil.example/p.git')],
  ['no repository, only a host', link('https://example.com/')],
  ['a second address', `${link('https://example.com/a.git')}&url=https://evil.example/b.git`],
  ['a directory beside it', `${link('https://example.com/a.git')}&directory=/home/x/.ssh`],
  ['a branch beside it', `${link('https://example.com/a.git')}&branch=--upload-pack`],
  ['configuration beside it', `${link('https://example.com/a.git')}&config=core.sshCommand%3Dcalc`],
  ['another command', link('https://example.com/a.git').replace('clone', 'quit')],
  ['a path behind the command', 'packmule://clone/../../x?url=https://example.com/a.git'],
  ['user in the link', 'packmule://x@clone?url=https://example.com/a.git'],
  ['port in the link', 'packmule://clone:22?url=https://example.com/a.git'],
  ['a fragment', `${link('https://example.com/a.git')}#--inspect`],
  ['no slashes', 'packmule:clone?url=https://example.com/a.git'],
  ['space and a switch behind it', `${link('https://example.com/a.git')} --inspect=0.0.0.0:9229`],
  ['quote and a switch behind it', `${link('https://example.com/a.git')}" --no-sandbox --gpu-launcher="calc`],
  ['too long', link(`https://example.com/${'a'.repeat(5000)}.git`)],
  ['empty address', link('')],
  ['no address', 'packmule://clone'],
  ['nothing', ''],
];

describe('hostile links', () => {
  it('has forty of them and more', () => expect(hostileLinks.length).toBeGreaterThanOrEqual(40));
  it.each(hostileLinks)('%s', (_why, text) => {
    expect(parseDeepLink(text)).toBeNull();
    expect(offeredUrlOfArguments(['packmule', text])).toBeNull();
  });
});

describe('arguments of a second start', () => {
  it('passes over the program, its folder and switches of Chromium', () => {
    const argv = [
      '/opt/packmule',
      '--allow-file-access-from-files',
      '--original-process-start-time=1',
      '.',
      link('https://example.com/p.git'),
    ];
    expect(offeredUrlOfArguments(argv)).toBe('https://example.com/p.git');
  });
  it('takes a plain address', () => {
    expect(offeredUrlOfArguments(['packmule', 'https://example.com/p.git'])).toBe(
      'https://example.com/p.git',
    );
  });
  it('takes none of two', () => {
    expect(
      offeredUrlOfArguments(['p', 'https://example.com/a.git', link('https://example.com/b.git')]),
    ).toBeNull();
  });
  it('takes no switch that hides an address', () => {
    expect(offeredUrlOfArguments(['p', '--gpu-launcher=https://example.com/a.git'])).toBeNull();
  });
  it('never takes the program itself', () => {
    expect(offeredUrlOfArguments(['https://example.com/a.git'])).toBeNull();
    expect(offeredUrlOfArguments([])).toBeNull();
  });
});

describe('addresses', () => {
  it('keeps what was written, letter by letter', () => {
    expect(parseOfferedUrl('https://example.com/A/b%2Fc.git')).toBe('https://example.com/A/b%2Fc.git');
  });
});
