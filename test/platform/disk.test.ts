import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { createDisk } from '../../main/platform/disk.ts';
import { makeTempDir, removeTempDirs } from '../support/temp.ts';

const disk = createDisk();
let dir: string;
const at = (...names: string[]) => path.join(dir, ...names);

beforeEach(() => {
  dir = makeTempDir('disk');
});
afterAll(removeTempDirs);

test('kindOf tells what is there, and follows no link', async () => {
  fs.writeFileSync(at('file'), 'x');
  fs.mkdirSync(at('empty'));
  fs.mkdirSync(at('full', 'inner'), { recursive: true });
  fs.symlinkSync(at('empty'), at('link'));
  fs.symlinkSync(at('nowhere'), at('dangling'));
  const kinds = ['file', 'empty', 'full', 'link', 'dangling', 'nothing', 'file/below'];
  expect(await Promise.all(kinds.map((name) => disk.kindOf(at(name))))).toEqual([
    ...['file', 'empty-directory', 'directory', 'other', 'other', 'nothing', 'nothing'],
  ]);
});

describe('makeDirectory', () => {
  test('makes what is missing, and is content with what is there', async () => {
    await disk.makeDirectory(at('a', 'b', 'c'));
    expect(fs.statSync(at('a', 'b', 'c')).isDirectory()).toBe(true);
    await Promise.all([1, 2, 3].map(() => disk.makeDirectory(at('a', 'd', 'e'))));
    await disk.makeDirectory(at('a', 'd'));
    expect(fs.readdirSync(at('a')).sort()).toEqual(['b', 'd']);
  });

  test('goes through a link to a directory, and stops at a file and a link to nothing', async () => {
    fs.mkdirSync(at('real'));
    fs.symlinkSync(at('real'), at('link'));
    await disk.makeDirectory(at('link', 'x'));
    expect(fs.readdirSync(at('real'))).toEqual(['x']);
    fs.writeFileSync(at('file'), '');
    fs.symlinkSync(at('nowhere'), at('dangling'));
    for (const name of ['file', 'dangling'])
      await expect(disk.makeDirectory(at(name, 'x'))).rejects.toMatchObject({ code: 'disk-failed' });
  });

  test('leaves nothing when it cannot go on', async () => {
    await expect(disk.makeDirectory(at('a', 'b', 'n'.repeat(300)))).rejects.toMatchObject({
      code: 'disk-failed',
    });
    expect(fs.readdirSync(dir)).toEqual([]);
  });

  // Node's own `recursive` never comes back from here.
  test.runIf(process.platform === 'linux')('says at once where no directory can be made', async () => {
    await expect(disk.makeDirectory('/proc/packmule-test/x')).rejects.toMatchObject({
      code: expect.stringMatching(/^(target-not-writable|disk-failed)$/) as string,
    });
  });
});

describe('rename', () => {
  test('takes a directory to nothing, and over an empty directory', async () => {
    for (const to of ['new', 'empty']) {
      fs.mkdirSync(at('from'));
      fs.writeFileSync(at('from', 'a'), 'x');
      if (to === 'empty') fs.mkdirSync(at(to));
      await disk.rename(at('from'), at(to));
      expect(fs.readdirSync(at(to))).toEqual(['a']);
      expect(fs.existsSync(at('from'))).toBe(false);
    }
  });

  test('replaces nothing else', async () => {
    fs.mkdirSync(at('from'));
    fs.writeFileSync(at('from', 'a'), 'x');
    fs.mkdirSync(at('full'));
    fs.writeFileSync(at('full', 'b'), 'y');
    fs.writeFileSync(at('file'), 'z');
    fs.mkdirSync(at('empty'));
    fs.symlinkSync(at('empty'), at('link'));
    for (const [from, to] of [
      ['from', 'full'],
      ['from', 'file'],
      ['from', 'link'],
      ['file', 'empty'],
      ['file', path.join('full', 'b')],
    ] as const) {
      await expect(disk.rename(at(from), at(to))).rejects.toMatchObject({
        code: 'target-exists',
        facts: { path: at(to) },
      });
    }
    expect(fs.readFileSync(at('full', 'b'), 'utf8')).toBe('y');
    expect(fs.existsSync(at('from', 'a'))).toBe(true);
  });
});

describe('remove', () => {
  test('takes the tree and leaves what links point to', async () => {
    fs.mkdirSync(at('tree', 'deep', 'er'), { recursive: true });
    fs.mkdirSync(at('kept'));
    fs.writeFileSync(at('kept', 'a'), 'x');
    fs.symlinkSync(at('kept'), at('tree', 'link'));
    fs.symlinkSync(at('kept'), at('link'));
    await disk.remove(at('tree'));
    await disk.remove(`${at('link')}/`);
    await disk.remove(at('nothing'));
    expect(fs.readdirSync(dir)).toEqual(['kept']);
    expect(fs.readdirSync(at('kept'))).toEqual(['a']);
  });

  // Root may remove from read-only directories anyway, so an ordinary user does it where we are root.
  test('takes read-only directories too', () => {
    fs.mkdirSync(at('tree', 'locked'), { recursive: true });
    fs.writeFileSync(at('tree', 'locked', 'pack'), 'x');
    fs.chmodSync(at('tree', 'locked', 'pack'), 0o444);
    const isRoot = process.getuid?.() === 0;
    if (isRoot) execFileSync('chown', ['-R', '65534', dir]);
    fs.chmodSync(at('tree', 'locked'), 0o555);
    fs.chmodSync(dir, 0o777);
    const door = new URL('../../main/platform/disk.ts', import.meta.url).href;
    const script = `const { createDisk } = await import(${JSON.stringify(door)});
      ${isRoot ? 'process.setuid(65534);' : ''} await createDisk().remove(${JSON.stringify(at('tree'))});`;
    execFileSync(process.execPath, ['--input-type=module', '-e', script]);
    expect(fs.existsSync(at('tree'))).toBe(false);
  });
});

describe('write and read', () => {
  test('replaces a file whole and leaves nothing beside it', async () => {
    await disk.write(at('a'), 'one');
    await disk.write(at('a'), Buffer.from('two'));
    expect(Buffer.from((await disk.read(at('a'))) ?? []).toString()).toBe('two');
    expect(fs.readdirSync(dir)).toEqual(['a']);
    expect(await disk.read(at('b'))).toBe(null);
    expect(await disk.sizeOf(at('a'))).toBe(3);
    expect(await disk.sizeOf(at('b'))).toBe(null);
    expect(await disk.list(dir)).toEqual(['a']);
  });

  test('a failed write leaves the old file, and says whose fault it was', async () => {
    fs.mkdirSync(at('a'));
    await expect(disk.write(at('a'), 'x')).rejects.toMatchObject({
      code: 'disk-failed',
      facts: { path: at('a') },
    });
    await expect(disk.write(at('no', 'where'), 'x')).rejects.toMatchObject({ code: 'disk-failed' });
    await expect(disk.list(at('no'))).rejects.toMatchObject({ code: 'disk-failed' });
    expect(fs.readdirSync(dir)).toEqual(['a']);
  });

  test('streams from where it is asked to', async () => {
    const bytes = Buffer.alloc(700_000, 'abcdefg');
    fs.writeFileSync(at('a'), bytes);
    const chunks: Uint8Array[] = [];
    for await (const chunk of disk.stream(at('a'), 5)) chunks.push(chunk);
    expect(Buffer.concat(chunks).equals(bytes.subarray(5))).toBe(true);
    expect(chunks.length).toBeGreaterThan(1);
  });
});

describe('a file of spans', () => {
  test('takes its parts in any order, beyond 4 GiB too, and keeps what is there', async () => {
    const far = 5 * 2 ** 30;
    const file = await disk.openSpans(at('spans'));
    await Promise.all([file.write(far, Buffer.from('far')), file.write(3, Buffer.from('near'))]);
    await file.sync();
    await file.close();
    await file.close();
    const again = await disk.openSpans(at('spans'));
    const into = Buffer.alloc(10, 1);
    expect(await again.read(0, into)).toBe(10);
    expect(into.toString('latin1')).toBe('\0\0\0near\0\0\0');
    expect(await again.read(far + 1, into)).toBe(2);
    expect(into.subarray(0, 2).toString()).toBe('ar');
    await again.resize(5);
    expect(await disk.sizeOf(at('spans'))).toBe(5);
    await again.close();
    await expect(again.write(0, into)).rejects.toMatchObject({ code: 'disk-failed' });
    await expect(disk.openSpans(at('no', 'such'))).rejects.toMatchObject({ code: 'disk-failed' });
  });

  test.skipIf(!fs.existsSync('/dev/full'))('a full disk is disk-full', async () => {
    const file = await disk.openSpans('/dev/full');
    await expect(file.write(7, Buffer.from('x'))).rejects.toMatchObject({ code: 'disk-full' });
    await file.close();
  });
});

describe('spool', () => {
  test('counts what is written and what is durable', async () => {
    const spool = await disk.openSpool(at('spool'));
    await spool.append(Buffer.from('hello'));
    expect([spool.lengthBytes, spool.durableBytes]).toEqual([5, 0]);
    const syncing = spool.sync();
    await spool.append(Buffer.from(' world'));
    await syncing;
    expect(spool.lengthBytes).toBe(11);
    expect(spool.durableBytes).toBe(5);
    await spool.sync();
    expect(spool.durableBytes).toBe(11);
    await spool.close();
    await spool.close();
    expect(fs.readFileSync(at('spool'), 'utf8')).toBe('hello world');
    await expect(spool.append(Buffer.from('x'))).rejects.toMatchObject({ code: 'disk-failed' });
  });

  test('goes on after what is kept, cutting the rest; a file too short is a broken promise', async () => {
    fs.writeFileSync(at('spool'), 'hello world');
    const spool = await disk.openSpool(at('spool'), 5);
    expect([spool.lengthBytes, spool.durableBytes]).toEqual([5, 5]);
    await spool.append(Buffer.from('!'));
    await spool.close();
    expect(fs.readFileSync(at('spool'), 'utf8')).toBe('hello!');
    await expect(disk.openSpool(at('spool'), 7)).rejects.toMatchObject({ code: 'disk-failed' });
    await (await disk.openSpool(at('spool'))).close();
    expect(fs.readFileSync(at('spool')).length).toBe(0);
  });

  test.skipIf(!fs.existsSync('/dev/full'))(
    'a full disk is disk-full, and nothing counts as written',
    async () => {
      const spool = await disk.openSpool('/dev/full');
      await expect(spool.append(Buffer.from('x'))).rejects.toMatchObject({
        code: 'disk-full',
        facts: { path: '/dev/full' },
      });
      expect(spool.lengthBytes).toBe(0);
      await spool.close();
    },
  );

  test.skipIf(!canMount())(
    'on a disk that fills up, what fitted stays and writing goes on after there is room',
    async () => {
      fs.mkdirSync(at('small'));
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', at('small')]);
      try {
        const spool = await disk.openSpool(at('small', 'spool'));
        await spool.append(Buffer.alloc(700_000, 1));
        await expect(spool.append(Buffer.alloc(700_000, 2))).rejects.toMatchObject({ code: 'disk-full' });
        expect(spool.lengthBytes).toBe(700_000);
        await spool.append(Buffer.alloc(1000, 3));
        await spool.sync();
        await spool.close();
        const bytes = fs.readFileSync(at('small', 'spool'));
        expect(bytes.indexOf(3)).toBe(700_000);
        await expect(disk.write(at('small', 'other'), Buffer.alloc(1_000_000))).rejects.toMatchObject({
          code: 'disk-full',
        });
        expect(fs.readdirSync(at('small'))).toEqual(['spool']);
      } finally {
        execFileSync('umount', [at('small')]);
      }
    },
  );
});

test('space and permission are asked of the nearest ancestor', async () => {
  expect(await disk.freeBytes(at('a', 'b', 'c'))).toBeGreaterThan(0);
  expect(await disk.isWritable(at('a', 'b', 'c'))).toBe(true);
  fs.writeFileSync(at('file'), 'x');
  expect(await disk.isWritable(at('file', 'below'))).toBe(false);
});

function canMount(): boolean {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
  const probe = makeTempDir('mount');
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', probe], { stdio: 'pipe' });
    execFileSync('umount', [probe]);
    return true;
  } catch {
    return false;
  }
}
