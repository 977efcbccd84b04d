import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isBranchName, isRefName, shortenRef } from '../../main/git/index.ts';
import { gitEnvironment } from '../support/git.ts';
import { seededRandom } from '../support/feed.ts';

const gitTakes = (name: string): boolean =>
  spawnSync('git', ['check-ref-format', name], { env: gitEnvironment }).status === 0;

const gitTakesBranch = (name: string): boolean =>
  spawnSync('git', ['check-ref-format', '--branch', name], { env: gitEnvironment, cwd: '/' }).status === 0;

const names = [
  'refs/heads/main',
  'refs/heads/a/b/c',
  'heads/main',
  'main',
  'refs',
  'refs/',
  '/refs/heads/x',
  'refs//heads/x',
  'refs/heads/',
  'refs/heads/.x',
  'refs/heads/x.',
  'refs/heads/x./y',
  'refs/heads/x..y',
  'refs/heads/..',
  'refs/heads/.',
  'refs/.heads/x',
  'refs/heads/x.lock',
  'refs/heads/x.lock/y',
  'refs/heads/x.lockx',
  'refs/heads/lock',
  'refs/heads/.lock',
  'refs/x.lock.lock',
  'refs/heads/a b',
  'refs/heads/a~1',
  'refs/heads/a^',
  'refs/heads/a:b',
  'refs/heads/a?',
  'refs/heads/a*',
  'refs/heads/a[b',
  'refs/heads/a]b',
  'refs/heads/a\\b',
  'refs/heads/@',
  '@',
  '@/x',
  'refs/heads/@{',
  'refs/heads/a@{1}',
  'refs/heads/{@}',
  'refs/heads/a@b',
  'refs/heads/\x7f',
  'refs/heads/\x01',
  'refs/heads/\t',
  'refs/heads/\n',
  'refs/heads/\x1b[31m',
  'refs/heads/ü',
  'refs/heads/世界',
  'refs/heads/-x',
  '-x/y',
  'refs/heads/--upload-pack=x',
  'refs/heads/$(id)',
  'refs/heads/`id`',
  "refs/heads/'",
  'refs/heads/"',
  'refs/heads/%2e',
  'refs/heads/../../../x',
  '../x',
  'refs/heads/HEAD',
  'HEAD/x',
  'FETCH_HEAD',
  'refs/heads/\u202e',
  'refs/heads/x\u0085',
];

describe('isRefName', () => {
  test.each(names)('%j as git check-ref-format says', (name) => {
    expect(isRefName(name)).toBe(gitTakes(name));
  });

  test('takes HEAD, and nothing that only looks like a name', () => {
    expect(isRefName('HEAD')).toBe(true);
    for (const name of ['', 'refs/heads/a\0b', 'refs/heads/\ud800', `refs/heads/${'x'.repeat(5000)}`]) {
      expect(isRefName(name)).toBe(false);
    }
  });

  test('takes bytes that are no UTF-8, as git does', () => {
    expect(isRefName('refs/heads/caf\udce9')).toBe(true);
    expect(isRefName('refs/heads/\udcff..x')).toBe(false);
    expect(isRefName('refs/heads/\udc41')).toBe(false);
  });

  test('fuzz: agrees with git on names made of what the rules speak of', () => {
    const random = seededRandom(20);
    const units = ['a', '/', '.', '..', '.lock', '@', '@{', '{', 'refs/', ' ', '~', '-', 'ü', '\\', '*'];
    for (let round = 0; round < 400; round++) {
      const name = Array.from(
        { length: 1 + Math.floor(random() * 5) },
        () => units[Math.floor(random() * units.length)],
      ).join('');
      expect(isRefName(name), JSON.stringify(name)).toBe(gitTakes(name));
    }
  });

  test('property: a name stays a name below one more directory', () => {
    const part = fc.string({ unit: fc.constantFrom(...'ab.@{/-~'), minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(part, part, (a, b) => {
        // Only the whole name may not end in a dot, so `a` is asked about with something behind it.
        const inner = isRefName(`x/${a}/y`) && isRefName(`x/${b}`);
        expect(isRefName(`x/${a}/${b}`)).toBe(inner);
      }),
    );
  });
});

describe('isBranchName', () => {
  test.each([
    'main',
    'feature/x',
    '-x',
    'HEAD',
    '@',
    'a..b',
    'a b',
    'x.lock',
    '',
    'refs/heads/x',
    'ü',
    '--output=x',
  ])('%j as git', (name) => {
    expect(isBranchName(name)).toBe(gitTakesBranch(name));
  });
});

test('shortenRef takes off what git takes off', () => {
  expect(
    ['refs/heads/a/b', 'refs/tags/v1', 'refs/remotes/origin/x', 'refs/notes/commits', 'HEAD'].map(shortenRef),
  ).toEqual(['a/b', 'v1', 'origin/x', 'refs/notes/commits', 'HEAD']);
});
