import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readHistory } from '../../../main/engine/objects/index.ts';
import { makeObjectStore, type ObjectStore } from '../../support/object-store.ts';
import { removeTempDirs } from '../../support/temp.ts';

afterAll(removeTempDirs);

async function historyOf(store: ObjectStore, tips: string[]) {
  const commits: { oid: string; tree: string; parents: readonly string[] }[] = [];
  await readHistory(store.reader, tips, {
    onCommit: (oid, tree, parents) => commits.push({ oid, tree, parents }),
  });
  return commits;
}

describe('reading a history', () => {
  it('needs no trees, passes over tips that are none, and puts children first', async () => {
    const store = makeObjectStore();
    const blob = store.blob('b');
    const tree = store.tree({ blob });
    const one = store.commit(tree);
    const two = store.commit(tree, one);
    const three = store.commit(tree, one, two);
    const tag = store.run(['mktag'], `object ${three}\ntype commit\ntag t\ntagger A <a@b> 0 +0000\n\nt\n`);
    store.run(['update-ref', 'refs/tags/t', tag]);
    const expected = [
      { oid: three, tree, parents: [one, two] },
      { oid: two, tree, parents: [one] },
      { oid: one, tree, parents: [] },
    ];
    expect(await historyOf(store, [tag, blob])).toEqual(expected);
    store.lose(tree);
    expect(await historyOf(store, [tag])).toEqual(expected);
  });

  it('ends at the shallow boundary', async () => {
    const store = makeObjectStore();
    const tree = store.tree({});
    const one = store.commit(tree);
    const two = store.commit(tree, one);
    store.lose(one);
    await expect(historyOf(store, [two])).rejects.toMatchObject({ code: 'git-failed' });
    writeFileSync(join(store.gitDir, 'shallow'), `${two}\n`);
    expect(await historyOf(store, [two])).toEqual([{ oid: two, tree, parents: [] }]);
  });
});
