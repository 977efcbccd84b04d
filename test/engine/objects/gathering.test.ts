import { expect, it } from 'vitest';
import { PackGathering } from '../../../main/engine/objects/index.ts';

const { signal } = new AbortController();
const path = '/somewhere/gathered.part';

/** Every pack has 100 bytes of entries; those in `broken` cannot be copied. */
function gathering(broken: readonly string[] = []) {
  const done: string[] = [];
  let lengthBytes = 12;
  const gathered = new PackGathering({
    disk: { remove: (each) => Promise.resolve(void done.push(`remove ${each}`)) },
    packs: {
      append: async (packPath, target) => {
        expect(target).toBe(path);
        await Promise.resolve();
        if (broken.includes(packPath)) throw new Error('the disk is full');
        done.push(packPath);
        return (lengthBytes += 100);
      },
    },
    path,
    format: 'sha1',
    signal,
  });
  return { gathered, done };
}

it('puts packs behind each other in the order they are named, in a file begun anew', async () => {
  const { gathered, done } = gathering();
  for (const pack of ['a', 'b', 'c']) gathered.add(pack);
  expect(await gathered.end()).toEqual({ path, packPaths: ['a', 'b', 'c'], lengthBytes: 312 });
  expect(done).toEqual([`remove ${path}`, 'a', 'b', 'c']);
});

it('has nothing to begin with when no pack came, or when one could not be copied', async () => {
  expect(await gathering().gathered.end()).toBeNull();
  const { gathered, done } = gathering(['b']);
  for (const pack of ['a', 'b', 'c']) gathered.add(pack);
  expect(await gathered.end()).toBeNull();
  expect(done, 'nothing is left of it').toEqual([`remove ${path}`, 'a', `remove ${path}`]);
});
