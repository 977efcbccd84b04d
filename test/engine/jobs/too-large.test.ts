import { describe, expect, it } from 'vitest';
import { setAsideSentence, shownPath, tooLarge } from '../../../main/engine/jobs/too-large.ts';
import type { SetAside } from '../../../main/engine/ports.ts';

const file = (path: string, bytesSeen = 3 * 1024 * 1024): SetAside => ({
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
    expect(tooLarge('h', [unknown]).facts).not.toHaveProperty('path');
  });

  it('names the one that got furthest, and how many there are', () => {
    const { code, facts } = tooLarge('h', [file('a', 10), file('b', 30), file('c', 20)]);
    expect(code).toBe('object-too-large');
    expect(facts).toEqual({ host: 'h', objects: 3, path: 'b', oid: 'ab'.repeat(20), bytesSeen: 30 });
  });
});
