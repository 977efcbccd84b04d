import { describe, expect, it } from 'vitest';
import { setAsideFailure, setAsideSentence, shownPath } from '../../../main/engine/jobs/set-aside.ts';
import type { SetAside } from '../../../main/engine/ports.ts';

const file = (path: string, bytesSeen = 3 * 1024 * 1024): SetAside => ({
  why: 'too-large',
  oid: 'ab'.repeat(20),
  path,
  bytesSeen,
});

describe('what is said of objects that are too large', () => {
  it.each([
    ['films/a.bin', 'films/a.bin'],
    ['caf\u00c3\u00a9.bin', 'café.bin'],
    ['caf\u00e9.bin', 'caf\\xE9.bin'],
    ['', '/'],
  ])('names the path %j as %s', (path, shown) => {
    expect(shownPath(path)).toBe(shown);
  });

  it('says in the log how much came', () => {
    expect(setAsideSentence(file('a.bin'))).toMatch(
      /^A version of “a\.bin” \(abab.*at most 3\.0 MiB of it came/,
    );
    expect(setAsideSentence(file('src/'))).toMatch(/^The list of the folder “src\/”/);
  });

  it('does without a path that nobody knows', () => {
    const unknown = { ...file(''), path: null };
    expect(setAsideSentence(unknown)).toMatch(/^An object \(abab/);
    expect(setAsideFailure('h', [unknown]).facts).not.toHaveProperty('path');
  });

  it('tells first what the server says it does not have', () => {
    const gone: SetAside = { ...file('b', 0), why: 'refused', oid: 'cd'.repeat(20) };
    expect(setAsideSentence(gone)).toMatch(/^A version of “b” \(cdcd.* was refused/);
    const { code, facts } = setAsideFailure('h', [file('a'), gone]);
    expect(code).toBe('objects-missing');
    expect(facts).toMatchObject({ host: 'h', objects: 1, oid: 'cd'.repeat(20) });
  });

  it('names the one that got furthest, and how many there are', () => {
    const { code, facts } = setAsideFailure('h', [file('a', 10), file('b', 30), file('c', 20)]);
    expect(code).toBe('object-too-large');
    expect(facts).toEqual({ host: 'h', objects: 3, path: 'b', oid: 'ab'.repeat(20), bytesSeen: 30 });
  });
});
