import { describe, expect, it } from 'vitest';
import { packedRefsFile, withoutConflicts } from '../../../main/engine/repo/packed-refs.ts';

const oid = 'a'.repeat(40);
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

describe('packed-refs', () => {
  it('is sorted by bytes, not by JavaScript', () => {
    // U+FF5E sorts after the surrogates of an emoji in UTF-16, and before it in UTF-8.
    const names = ['refs/heads/\u{1f600}', 'refs/heads/\uff5e', 'refs/heads/a', 'refs/heads/B'];
    const file = text(packedRefsFile(names.map((name) => ({ name, oid, peeled: null }))));
    const sorted = file
      .split('\n')
      .slice(1, -1)
      .map((line) => line.slice(41));
    expect(sorted).toEqual(['refs/heads/B', 'refs/heads/a', 'refs/heads/\uff5e', 'refs/heads/\u{1f600}']);
  });

  it('names what an annotated tag points to on a line of its own', () => {
    const file = text(packedRefsFile([{ name: 'refs/tags/v1', oid, peeled: 'b'.repeat(40) }]));
    expect(file).toBe(
      `# pack-refs with: peeled fully-peeled sorted \n${oid} refs/tags/v1\n^${'b'.repeat(40)}\n`,
    );
  });

  it('holds names that are no UTF-8 as the bytes they were, in their order', () => {
    const names = ['refs/heads/\udcff', 'refs/heads/caf\udce9', 'refs/heads/café'];
    const file = Buffer.from(packedRefsFile(names.map((name) => ({ name, oid, peeled: null }))));
    expect(file.toString('latin1').split('\n').slice(1, -1)).toEqual([
      `${oid} refs/heads/caf\xc3\xa9`,
      `${oid} refs/heads/caf\xe9`,
      `${oid} refs/heads/\xff`,
    ]);
  });
});

describe('names that exclude each other', () => {
  it('keeps the shorter one, which git would find first', () => {
    const refs = ['refs/heads/a', 'refs/heads/a/b', 'refs/heads/ab', 'refs/heads/a/b/c'].map((name) => ({
      name,
    }));
    expect(withoutConflicts(refs)).toEqual({
      kept: [{ name: 'refs/heads/a' }, { name: 'refs/heads/ab' }],
      dropped: ['refs/heads/a/b', 'refs/heads/a/b/c'],
    });
  });
});
