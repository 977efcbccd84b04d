import { describe, expect, it } from 'vitest';
import { commitLinks, tagTarget } from '../../../main/git/object/links.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const id = (digit: string) => digit.repeat(40);

describe('links of commits and tags', () => {
  it('reads tree and parents, and nothing of the message', () => {
    const body = bytes(
      `tree ${id('a')}\nparent ${id('b')}\nparent ${id('c')}\nauthor x\n\nparent ${id('d')}\n`,
    );
    expect(commitLinks(body)).toEqual({ tree: id('a'), parents: [id('b'), id('c')], seconds: 0 });
  });

  it('reads a root commit of a SHA-256 repository', () => {
    expect(commitLinks(bytes(`tree ${'e'.repeat(64)}\nauthor x\n\n`))).toEqual({
      tree: 'e'.repeat(64),
      parents: [],
      seconds: 0,
    });
  });

  it.each([
    ['committer A U Thor <a@b> 1700000060 +0200', 1_700_000_060],
    ['committer > <> <a> 5 -0030', 5],
    ['committer A U Thor <a@b>', 0],
    ['committer A U Thor <a@b> -7 +0000', 0],
    ['committer A U Thor <a@b> 99999999999999 +0000', 0],
    ['encoding x', 0],
  ])("reads when it was committed, where that is said in Git's way: %s", (line, seconds) => {
    const body = bytes(`tree ${id('a')}\nauthor x <y> 1 +0000\n${line}\n\nmessage\n`);
    expect(commitLinks(body).seconds).toBe(seconds);
  });

  it('reads what a tag names', () => {
    expect(tagTarget(bytes(`object ${id('a')}\ntype tag\ntag v1\n`))).toEqual({ oid: id('a'), type: 'tag' });
  });

  it.each(['', 'tree', `tree ${'a'.repeat(39)}\nauthor\n`, `tree ${id('a')}`, `object ${id('a')}\ntype x\n`])(
    'refuses %j as a commit',
    (text) => {
      expect(() => commitLinks(bytes(text))).toThrow(expect.objectContaining({ reason: 'object' }));
    },
  );
});
