import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseRemoteUrl, RemoteUrlError, suggestedDirectoryName } from '../../main/git/index.ts';
import { makeTempDir, removeTempDirs } from '../support/temp.ts';
import { runGit } from './real-git.ts';

afterAll(removeTempDirs);

/**
 * What git calls the directory: "Cloning into 'x'..." comes before it connects; the transport is forbidden, so nothing
 * ever does. Null when git guesses no name.
 */
function gitName(dir: string, address: string, bare: boolean): string | null {
  const args = ['-c', 'protocol.allow=never', 'clone', ...(bare ? ['--bare'] : []), '--', address];
  const { stderr } = runGit(dir, args, undefined, { GIT_ALLOW_PROTOCOL: 'none' });
  return /Cloning into (?:bare repository )?'(.*)'\.\.\./s.exec(stderr)?.[1] ?? null;
}

const addresses = [
  'https://example.com/a/b.git',
  'https://example.com/a/b',
  'https://example.com/a/b/',
  'https://example.com/a/b.git/',
  'https://example.com/a/b.git//',
  'https://example.com/a/b/.git',
  'https://example.com/a/b/.git/',
  'https://example.com/a/b.git/.git',
  'https://example.com',
  'https://example.com/',
  'https://example.com:8080',
  'https://example.com:8080/',
  'https://user:pass@example.com',
  'https://user:pass@example.com:8080/',
  'https://user@example.com/a@b',
  'ssh://host/',
  'ssh://host:1234/',
  'ssh://user@host:1234/foo',
  'host:foo',
  'host:foo.git',
  'host:/foo/bar.git',
  'user@host:foo/bar',
  'host:a:b.git',
  'ssh://host/foo:bar.git',
  '/foo/bar:2222.git',
  'host:~/',
  'https://example.com/My%20Project',
  'https://example.com/a.bundle',
  'https://example.com/.git.git',
  'https://example.com/x.git.git',
  'file:///srv/a b.git',
  'file:///srv/  spaced   name  .git',
  'git://host/~user/x.git',
  '[::1]:src',
  'ssh://[::1]:22/src',
  'host:grüße.git',
  'https://example.com/...',
  'https://example.com/a/b?c',
  'host:foo  ',
];

describe('suggestedDirectoryName', () => {
  let dir: string;
  beforeAll(() => {
    dir = makeTempDir('names');
    mkdirSync(join(dir, 'empty'));
  });

  test.each(addresses)('%j as git clone', (address) => {
    const cwd = join(dir, 'empty');
    for (const bare of [false, true]) {
      const theirs = gitName(cwd, address, bare);
      if (theirs === null) expect(() => suggestedDirectoryName(address, { bare })).toThrow(RemoteUrlError);
      else expect(suggestedDirectoryName(address, { bare })).toBe(theirs);
    }
    expect(readdirSync(cwd)).toEqual([]);
    expect(existsSync(join(dir, 'b'))).toBe(false);
  });

  test('takes a parsed address as well', () => {
    expect(suggestedDirectoryName(parseRemoteUrl('https://u:p@example.com/a/b.git'), { bare: false })).toBe(
      'b',
    );
    expect(suggestedDirectoryName(parseRemoteUrl('git@example.com:a/b.git'), { bare: true })).toBe('b.git');
  });

  test('takes ".bundle" off bundles', () => {
    expect(suggestedDirectoryName('/srv/a.bundle', { bare: false, bundle: true })).toBe('a');
  });

  test('collapses control characters and spaces', () => {
    expect(suggestedDirectoryName('/srv/a\x01\x02 \tb\n', { bare: false })).toBe('a b');
  });

  // git would take these; a clone must go to a new directory below where the user stands.
  test.each(['host:..', 'host:.', 'host:-x', '', '/', '.git', 'host:.git'])(
    'gives no name for %j',
    (address) => {
      expect(() => suggestedDirectoryName(address, { bare: false })).toThrow(RemoteUrlError);
    },
  );
});
