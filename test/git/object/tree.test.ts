import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TreeVersions } from '../../../main/git/object/tree.ts';

interface Entry {
  mode: string;
  name: string;
  digit: number;
}

function tree(entries: readonly Entry[]): Uint8Array {
  const sortName = ({ mode, name }: Entry) => Buffer.from(mode === '40000' ? `${name}/` : name);
  const sorted = [...entries].sort((a, b) => Buffer.compare(sortName(a), sortName(b)));
  return Buffer.concat(
    sorted.map(({ mode, name, digit }) =>
      Buffer.concat([Buffer.from(`${mode} ${name}\0`), Buffer.alloc(20, digit)]),
    ),
  );
}

function visited(versions: TreeVersions, bytes: Uint8Array): string[] {
  const seen: string[] = [];
  versions.next(bytes, ({ bytes: tree, nameFrom, nameTo, oidAt, kind }) => {
    seen.push(`${kind} ${Buffer.from(tree.subarray(nameFrom, nameTo)).toString()} ${tree[oidAt]}`);
  });
  return seen;
}

const file = (name: string, digit: number): Entry => ({ mode: '100644', name, digit });

describe('versions of a tree', () => {
  it('visits everything of the first, and then what is new', () => {
    const versions = new TreeVersions(20);
    expect(
      visited(versions, tree([file('a', 1), file('b', 2), { mode: '40000', name: 'c', digit: 3 }])),
    ).toEqual(['blob a 1', 'blob b 2', 'tree c 3']);
    expect(
      visited(versions, tree([file('a', 1), file('b', 9), { mode: '40000', name: 'c', digit: 3 }])),
    ).toEqual(['blob b 9']);
  });

  it('follows insertions, deletions and modes', () => {
    const versions = new TreeVersions(20);
    visited(versions, tree([file('a', 1), file('c', 3), file('e', 5)]));
    expect(visited(versions, tree([file('a', 1), file('b', 2), file('c', 3), file('e', 5)]))).toEqual([
      'blob b 2',
    ]);
    // What follows a deletion may be looked at once more.
    expect(visited(versions, tree([file('a', 1), file('e', 5)])).length).toBeLessThanOrEqual(1);
    expect(visited(versions, tree([{ mode: '100755', name: 'a', digit: 1 }, file('e', 6)]))).toContain(
      'blob e 6',
    );
  });

  it('never visits commits of submodules, and takes links for blobs', () => {
    const versions = new TreeVersions(20);
    expect(
      visited(
        versions,
        tree([
          { mode: '160000', name: 'sub', digit: 1 },
          { mode: '120000', name: 'link', digit: 2 },
        ]),
      ),
    ).toEqual(['blob link 2']);
  });

  it('refuses a tree that ends in the middle of an entry', () => {
    const whole = tree([file('a', 1), file('b', 2)]);
    expect(() => visited(new TreeVersions(20), whole.subarray(0, whole.length - 1))).toThrow(/does not end/);
  });

  it('misses nothing that is new, whatever the versions', () => {
    const entry = fc.record({
      mode: fc.constantFrom('100644', '100755', '40000'),
      name: fc.stringMatching(/^[a-d]{1,3}$/),
      digit: fc.integer({ min: 0, max: 255 }),
    });
    const version = fc.uniqueArray(entry, { selector: (one) => one.name, maxLength: 12 });
    fc.assert(
      fc.property(fc.array(version, { minLength: 1, maxLength: 6 }), (history) => {
        const versions = new TreeVersions(20);
        const seen = new Set<string>();
        for (const entries of history) {
          for (const line of visited(versions, tree(entries))) seen.add(line);
          for (const { mode, name, digit } of entries) {
            expect(seen).toContain(`${mode === '40000' ? 'tree' : 'blob'} ${name} ${digit}`);
          }
        }
      }),
      { numRuns: 500 },
    );
  });
});
