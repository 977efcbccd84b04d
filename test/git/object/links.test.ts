import { describe, expect, it } from 'vitest';
import { commitLinks, tagTarget } from '../../../main/git/object/links.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const id = (digit: string) => digit.repeat(40);

describe('links of commits and tags', () => {
  it('reads tree and parents, and nothing of the message', () => {
    const body = bytes(
      `tree ${id('a')}\nparent ${id('b')}\nparent ${id('c')}\nauthor x\n\nparent ${id('d')}\n`,
    );
    expect(commitLinks(body)).toEqual({ tree: id('a'), parents: [id('b'), id('c')] });
  });

  it('reads a root commit of a SHA-256 repository', () => {
    expect(commitLinks(bytes(`tree ${'e'.repeat(64)}\nauthor x\n\n`))).toEqual({
      tree: 'e'.repeat(64),
      parents: [],
    });
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
