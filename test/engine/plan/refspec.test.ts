import { spawnSync } from 'node:child_process';
import { afterAll, describe, expect, it } from 'vitest';
import { fetchedBy, isExcluded, parseRefspec, sourcePrefixes } from '../../../main/engine/plan/refspec.ts';
import type { OfferedRef } from '../../../main/engine/remote/index.ts';
import { gitEnvironment } from '../../support/git.ts';
import { makeTempDir, removeTempDirs } from '../../support/temp.ts';

afterAll(removeTempDirs);

const ref = (name: string, oid = 'a'.repeat(40)): OfferedRef => ({
  name,
  oid,
  symrefTarget: null,
  peeled: null,
});
const specOf = (text: string) => parseRefspec(text) ?? expect.fail(`${text} is a refspec`);

describe('reading', () => {
  it('takes sign and sides apart', () => {
    expect(parseRefspec('+refs/notes/*:refs/notes/*')).toEqual({
      negative: false,
      force: true,
      pattern: true,
      source: 'refs/notes/*',
      destination: 'refs/notes/*',
    });
    expect(parseRefspec('main')).toMatchObject({ source: 'main', destination: null });
    expect(parseRefspec('main:')).toMatchObject({ source: 'main', destination: null });
    expect(parseRefspec(':refs/x/y')).toMatchObject({ source: 'HEAD', destination: 'refs/x/y' });
    expect(parseRefspec('@:refs/x/y')).toMatchObject({ source: 'HEAD' });
    expect(parseRefspec('^refs/heads/x*')).toMatchObject({ negative: true, pattern: true });
  });

  // `git fetch` reads all configured refspecs before it does anything, and says "invalid refspec" then.
  const directory = makeTempDir('refspec');
  spawnSync('git', ['init', '-q', '--bare', directory], { env: gitEnvironment });
  const gitReads = (text: string): boolean => {
    const words = [
      '-C',
      directory,
      '-c',
      `remote.x.fetch=${text}`,
      '-c',
      'remote.x.url=/nowhere',
      'fetch',
      'x',
    ];
    const { stderr, status } = spawnSync('git', words, { env: gitEnvironment, encoding: 'utf8' });
    expect(status).not.toBe(0);
    return !stderr.includes('invalid refspec');
  };
  it.each([
    ...[
      'refs/heads/*:refs/x/*',
      '+a:b',
      'a',
      'a:',
      ':',
      ':b',
      '@',
      '@:@',
      'a:@',
      '+',
      '',
      '*:*',
      '*:refs/x/*',
    ],
    ...[
      'refs/notes/*',
      'refs/notes/*:',
      'refs/notes/*:refs/x',
      'refs/x:refs/*',
      'a*b:c*d',
      '**:*',
      '*/*:*/*',
    ],
    ...['^refs/x', '^refs/x/*', '^', '^a:b', '^a..b', `^${'a'.repeat(40)}`, `${'a'.repeat(40)}:refs/x`, '^@'],
    ...[
      'a b:c',
      'a..b:c',
      'a:c..d',
      'a:b:c',
      'a:.b',
      'a/:b',
      'a:b.lock',
      '-a:b',
      '+^a',
      '^+a',
      'true',
      'a\\:b',
    ],
  ])('takes %j if git does', (text) => {
    expect(parseRefspec(text) !== null).toBe(gitReads(text));
  });
});

describe('what is listed for it', () => {
  it('is all before the star, every meaning of a short name, and nothing for an id', () => {
    const prefixes = (text: string) => sourcePrefixes([specOf(text)]);
    expect(prefixes('refs/pull/*/head:refs/pr/*')).toEqual(['refs/pull/']);
    expect(prefixes('*:refs/all/*')).toEqual(['refs/']);
    expect(prefixes('topic:x')).toContain('refs/heads/topic');
    expect(prefixes('^refs/heads/x')).toEqual([]);
    expect(prefixes(`${'a'.repeat(40)}:x`)).toEqual([]);
  });
});

describe('what it brings', () => {
  const refs = [
    'refs/heads/a',
    'refs/heads/a$&b',
    'refs/pull/7/head',
    'refs/pull/7/merge',
    'refs/tags/a',
  ].map((name) => ref(name));
  const names = (text: string) => fetchedBy(specOf(text), refs).map(({ localName }) => localName);

  it('puts the text of the star into the other side', () => {
    expect(names('refs/pull/*/head:refs/remotes/origin/pr/*')).toEqual(['refs/remotes/origin/pr/7']);
    expect(names('refs/heads/*:refs/x/*')).toEqual(['refs/x/a', 'refs/x/a$&b']);
    expect(names('refs/heads/a*a:refs/x/*')).toEqual([]);
  });

  it('finds short names as git does, tags before branches', () => {
    expect(fetchedBy(specOf('a:b'), refs)).toEqual([{ ref: ref('refs/tags/a'), localName: 'refs/heads/b' }]);
    expect(names('heads/a:tags/b')).toEqual(['refs/tags/b']);
    expect(names('refs/heads/a')).toEqual([null]);
    const oid = 'c'.repeat(40);
    expect(fetchedBy(specOf(`${oid}:refs/x/y`), refs)).toEqual([
      { ref: { ...ref(oid), oid }, localName: 'refs/x/y' },
    ]);
  });

  it('writes nowhere but among the refs', () => {
    expect(names('refs/heads/*:*')).toEqual([]);
    // Well-formed as a pattern, and only for some as a name.
    expect(fetchedBy(specOf('refs/tags/v*:refs/x/*'), [ref('refs/tags/v'), ref('refs/tags/v.1')])).toEqual(
      [],
    );
  });

  it('is nothing when it excludes', () => {
    const specs = [specOf('^refs/pull/*/merge'), specOf('^refs/heads/a'), specOf('refs/tags/*:refs/tags/*')];
    expect(specs.slice(0, 2).flatMap((spec) => fetchedBy(spec, refs))).toEqual([]);
    expect(refs.filter(({ name }) => isExcluded(specs, name)).map(({ name }) => name)).toEqual([
      'refs/heads/a',
      'refs/pull/7/merge',
    ]);
  });
});
