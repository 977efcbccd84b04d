import { describe, expect, it } from 'vitest';
import { SizeByPath } from '../../../main/engine/pieces/index.ts';
import { RequestRoom } from '../../../main/engine/pieces/size-by-path.ts';

describe('sizes by path', () => {
  it('knows nothing at first, then the path itself, else its folder with something to spare', () => {
    const sizes = new SizeByPath();
    expect(sizes.expect('po/de.po', 700)).toBe(700);
    for (const bytes of [30_000, 10_000, 20_000]) sizes.learn('po/de.po', bytes);
    expect(sizes.expect('po/de.po', 700)).toBeCloseTo(20_000);
    expect(sizes.expect('po/fr.po', 700)).toBeCloseTo(25_000);
    expect(sizes.expect('README', 700)).toBe(700);
    expect(sizes.expect('po/old/fr.po', 700), 'a folder inside is another one').toBe(700);
  });

  it('takes the versions of a folder to be in the folder above it', () => {
    const sizes = new SizeByPath();
    sizes.learn('a/b/', 100);
    expect(sizes.expect('a/c/', 7)).toBeCloseTo(125);
    expect(sizes.expect('a/b/', 7)).toBe(100);
    sizes.learn('', 5_000);
    expect(sizes.expect('', 7)).toBe(5_000);
  });

  it('is no larger for very many paths, and keeps what was seen last', () => {
    const sizes = new SizeByPath();
    for (let number = 0; number < 10_000; number++) sizes.learn(`folder-${number}/file`, number);
    expect(sizes.expect('folder-9999/file', -1)).toBe(9_999);
    expect(sizes.expect('folder-1/file', -1)).toBe(-1);
  });
});

describe('the room in a request', () => {
  it('takes ids as long as their bytes and their number fit, and one at least', () => {
    const bytesOf = (path: string) => Number(path);
    const room = new RequestRoom({ idsMax: 10, bytesMax: 100, bytesOf });
    expect(room.fill('30', 2)).toBe(2);
    expect(room.fill('30', 5)).toBe(1);
    expect(room.fill('30', 1)).toBe(0);
    expect(room.fill('1', 50)).toBe(7);
    expect(room.fill('1', 1)).toBe(0);
    const small = new RequestRoom({ idsMax: 10, bytesMax: 100, bytesOf });
    expect(small.fill('5000', 4)).toBe(1);
    expect(small.fill('1', 4)).toBe(0);
    expect(new RequestRoom({ idsMax: 0, bytesMax: 100, bytesOf }).fill('1', 4)).toBe(0);
  });
});
