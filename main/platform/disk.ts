import { randomUUID } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import * as fs from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { EngineError } from '../engine/errors.ts';
import type { Disk, PathKind } from '../engine/ports.ts';
import { codeOf, diskError, onDisk } from './disk-errors.ts';
import { openSpanFile } from './disk-spans.ts';
import { openSpoolFile } from './disk-spool.ts';

const isWindows = process.platform === 'win32';

/** How much `stream` reads at a time. */
const streamChunkBytes = 256 * 1024;

/**
 * The files of this computer, as the `Disk` port says. Paths are taken as they are: nothing is expanded. Symbolic links
 * on the way to a path are followed, a link at its end never is (it is `other`).
 */
export function createDisk(): Disk {
  return {
    kindOf: (target) => onDisk(target, () => kindOf(target)),
    makeDirectory: (target) => onDisk(target, () => makeDirectory(path.resolve(target))),
    rename: (from, to) => onDisk(to, () => rename(from, to)),
    remove: (target) => onDisk(target, () => remove(path.resolve(target))),
    list: (target) => onDisk(target, () => fs.readdir(target)),
    read: (target) => onDisk(target, () => unlessNothing(fs.readFile(target))),
    stream,
    write: (target, content) => onDisk(target, () => write(target, content)),
    sizeOf: (target) => onDisk(target, async () => (await unlessNothing(fs.stat(target)))?.size ?? null),
    async openSpool(target, keepBytes = 0) {
      const spool = await openSpoolFile(target, keepBytes);
      await onDisk(target, () => syncDirectory(path.dirname(target)));
      return spool;
    },
    async openSpans(target) {
      const file = await openSpanFile(target);
      await onDisk(target, () => syncDirectory(path.dirname(target)));
      return file;
    },
    async freeBytes(target) {
      try {
        const { path: existing } = await nearestExisting(target);
        const { bavail, bsize } = await fs.statfs(existing);
        return bavail * bsize;
      } catch {
        return null;
      }
    },
    async isWritable(target) {
      try {
        const existing = await nearestExisting(target);
        if (!existing.stats.isDirectory()) return false;
        await fs.access(existing.path, constants.W_OK | constants.X_OK);
        return true;
      } catch {
        return false;
      }
    },
    join: (...parts) => path.join(...parts),
    resolve: (target) => path.resolve(target),
    parentOf: (target) => path.dirname(target),
    nameOf: (target) => path.basename(target),
  };
}

/** Null instead of an error where there is nothing. */
async function unlessNothing<T>(work: Promise<T>): Promise<T | null> {
  try {
    return await work;
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw error;
  }
}

async function kindOf(target: string): Promise<PathKind> {
  const stats = await unlessNothing(fs.lstat(target));
  if (stats === null) return 'nothing';
  if (stats.isFile()) return 'file';
  if (!stats.isDirectory()) return 'other';
  const directory = await fs.opendir(target);
  try {
    return (await directory.read()) === null ? 'empty-directory' : 'directory';
  } finally {
    await directory.close();
  }
}

/**
 * One directory after the other, from the nearest that exists. Not by mkdir's own `recursive`: where a file system makes
 * no directories and says ENOENT (Linux's /proc, proc(5)), Node 24 tries the parent for ever and never answers.
 * What was made before a failure is taken away again.
 */
async function makeDirectory(target: string): Promise<void> {
  const { path: existing } = await nearestExisting(target);
  const names = path.relative(existing, target).split(path.sep);
  const made: string[] = [];
  try {
    for (let at = existing, i = 0; i < names.length; i++) {
      at = path.join(at, names[i] ?? '');
      if (await makeOne(at)) made.push(at);
    }
  } catch (error) {
    for (const one of made.reverse()) await fs.rmdir(one).catch(() => undefined);
    throw error;
  }
  if (made[0] !== undefined) await syncDirectory(path.dirname(made[0]));
}

/** Whether it had to be made. */
async function makeOne(target: string): Promise<boolean> {
  try {
    await fs.mkdir(target);
    return true;
  } catch (error) {
    const code = codeOf(error);
    // Somebody else was quicker, or there was nothing to make.
    const isThere = async () => (await unlessNothing(fs.stat(target)))?.isDirectory() === true;
    if ((code === 'EEXIST' || code === 'EPERM' || code === 'EISDIR') && (await isThere())) return false;
    // Its parent is there: this place takes no names.
    if (code !== 'ENOENT') throw error;
    const detail = error instanceof Error ? error.message : code;
    throw new EngineError('target-not-writable', { path: target, detail }, { cause: error });
  }
}

/**
 * rename(2) itself refuses to replace a directory that is not empty, so for directories no moment lies between asking
 * and doing. A file would replace a file: there the question comes first, and two writers of one name are not our case.
 */
async function rename(from: string, to: string): Promise<void> {
  const [source, kind] = [await fs.lstat(from), await kindOf(to)];
  const replaceable = kind === 'nothing' || (kind === 'empty-directory' && source.isDirectory());
  if (!replaceable) throw new EngineError('target-exists', { path: to });
  // Windows renames onto nothing only.
  if (isWindows && kind === 'empty-directory') await fs.rmdir(to);
  try {
    await renamePatiently(from, to);
  } catch (error) {
    const code = codeOf(error);
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST' && code !== 'ENOTDIR') throw error;
    throw new EngineError('target-exists', { path: to }, { cause: error });
  }
  await syncDirectory(path.dirname(to));
  if (path.dirname(from) !== path.dirname(to)) await syncDirectory(path.dirname(from));
}

/** On Windows a virus scanner or an indexer may hold a fresh file for some seconds. */
async function renamePatiently(from: string, to: string): Promise<void> {
  for (let triesLeft = isWindows ? 10 : 0; ; triesLeft--) {
    try {
      return await fs.rename(from, to);
    } catch (error) {
      const held = ['EBUSY', 'EPERM', 'EACCES'].includes(codeOf(error) ?? '');
      if (!held || triesLeft === 0) throw error;
      await sleep(500);
    }
  }
}

/** Makes names in a directory durable (fsync(2)). Windows has no such call and keeps them by itself. */
async function syncDirectory(target: string): Promise<void> {
  let handle: fs.FileHandle;
  try {
    handle = await fs.open(target, constants.O_RDONLY);
  } catch (error) {
    if (isWindows && ['EPERM', 'EISDIR', 'EACCES'].includes(codeOf(error) ?? '')) return;
    // A directory may let us write names into it and not read it.
    if (codeOf(error) === 'EACCES') return;
    throw error;
  }
  try {
    await handle.sync();
  } catch (error) {
    const code = codeOf(error) ?? '';
    if (isWindows && ['EPERM', 'EISDIR'].includes(code)) return;
    // Some network and FUSE file systems know no fsync of directories (fsync(2): EINVAL).
    if (code !== 'EINVAL' && code !== 'ENOTSUP') throw error;
  } finally {
    await handle.close();
  }
}

async function remove(target: string): Promise<void> {
  const options = { recursive: true, force: true, maxRetries: isWindows ? 10 : 0, retryDelay: 500 };
  try {
    await fs.rm(target, options);
  } catch (error) {
    if (!['EACCES', 'EPERM', 'ENOTEMPTY'].includes(codeOf(error) ?? '')) throw error;
    await makeRemovable(target);
    await fs.rm(target, options);
  }
}

/**
 * Names go only from directories we may write to; Windows also asks it of the files (git keeps packs and loose objects
 * read-only). Links are left alone: chmod(2) would follow them out of the tree.
 */
async function makeRemovable(target: string): Promise<void> {
  const stats = await unlessNothing(fs.lstat(target));
  if (stats === null || stats.isSymbolicLink()) return;
  if (!stats.isDirectory()) {
    if (isWindows) await fs.chmod(target, 0o666);
    return;
  }
  await fs.chmod(target, stats.mode | 0o700);
  for (const name of await fs.readdir(target)) await makeRemovable(path.join(target, name));
}

async function* stream(target: string, fromBytes = 0): AsyncGenerator<Uint8Array> {
  const handle = await onDisk(target, () => fs.open(target, constants.O_RDONLY));
  try {
    for (let position = fromBytes; ;) {
      const { buffer, bytesRead } = await onDisk(target, () =>
        // Fresh memory each time: the reader may keep what it was given.
        handle.read(Buffer.allocUnsafeSlow(streamChunkBytes), 0, streamChunkBytes, position),
      );
      if (bytesRead === 0) return;
      position += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await handle.close();
  }
}

async function write(target: string, content: Uint8Array | string): Promise<void> {
  const beside = path.join(path.dirname(target), `.${path.basename(target)}.${randomUUID().slice(0, 8)}.tmp`);
  try {
    const handle = await fs.open(beside, 'wx');
    try {
      await handle.writeFile(content);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await renamePatiently(beside, target);
  } catch (error) {
    await fs.rm(beside, { force: true }).catch(() => undefined);
    throw diskError(error, target);
  }
  await syncDirectory(path.dirname(target));
}

async function nearestExisting(target: string): Promise<{ path: string; stats: Stats }> {
  for (let candidate = path.resolve(target); ; candidate = path.dirname(candidate)) {
    const stats = await unlessNothing(fs.stat(candidate));
    if (stats !== null) return { path: candidate, stats };
    if (candidate === path.dirname(candidate)) throw new Error(`nothing exists above ${target}`);
  }
}
