import { randomUUID } from 'node:crypto';
import * as fs from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { codeOf, onDisk } from './disk-errors.ts';
import { processIdentity } from './process-identity.ts';

export interface Lock {
  release(): Promise<void>;
}

/** What a turn's file says. `pid` is null once its owner let go. */
interface Turn {
  pid: number | null;
  identity: string | null;
}

/** A turn that is being written is whole after this long, or its writer is gone. */
const writingMsMax = 1000;
/** What a killed process left half done is swept away after this long. */
const leftoverMs = 60_000;

/**
 * Makes this process the one owner of `path`, or says who is. Survives its owner being killed, and process numbers that
 * come round again. The lock belongs to the process: asking twice in one process gives `holder` the second time.
 *
 * Turns are numbered files `<path>.<n>` that only ever count up. The highest one has the lock while its process lives
 * and has not let go; else whoever first creates the next number does. A file is deleted only when a higher one
 * exists, and who created one looks again whether it is the highest. So a slow process that judges an old turn can
 * never take the lock from a new owner, as it could where a stale file is deleted and created again.
 */
export async function acquireLock(target: string): Promise<Lock | { holder: { pid: number } }> {
  return await onDisk(target, async () => {
    await fs.mkdir(path.dirname(target), { recursive: true });
    const mine: Turn = { pid: process.pid, identity: await processIdentity(process.pid) };
    for (;;) {
      const highest = Math.max(0, ...(await turnsOf(target)));
      const holder = highest === 0 ? null : await holderOf(target, highest);
      if (holder === 'gone') continue;
      if (holder !== null) return { holder };
      const turn = highest + 1;
      if (!(await createTurn(target, turn, mine))) continue;
      const others = (await turnsOf(target)).filter((each) => each !== turn);
      if (others.some((each) => each > turn)) {
        await fs.rm(fileOf(target, turn), { force: true });
        continue;
      }
      for (const each of others) await fs.rm(fileOf(target, each), { force: true });
      await sweep(target);
      return {
        release: once(() => onDisk(target, () => replaceTurn(target, turn, { pid: null, identity: null }))),
      };
    }
  });
}

function fileOf(target: string, turn: number): string {
  return `${target}.${turn}`;
}

async function turnsOf(target: string): Promise<number[]> {
  const prefix = `${path.basename(target)}.`;
  const names = (await fs.readdir(path.dirname(target))).filter((name) => name.startsWith(prefix));
  return names
    .map((name) => name.slice(prefix.length))
    .filter((rest) => /^[1-9]\d{0,14}$/.test(rest))
    .map(Number);
}

/** Null when the turn is over; `gone` when its file has been swept away meanwhile. */
async function holderOf(target: string, turn: number): Promise<{ pid: number } | null | 'gone'> {
  for (const endMs = performance.now() + writingMsMax; ; await sleep(20)) {
    let text: string;
    try {
      text = await fs.readFile(fileOf(target, turn), 'utf8');
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return 'gone';
      throw error;
    }
    const said = parseTurn(text);
    if (said === null && performance.now() < endMs) continue;
    if (said === null || said.pid === null) return null;
    const identity = await processIdentity(said.pid);
    return identity !== null && identity === said.identity ? { pid: said.pid } : null;
  }
}

function parseTurn(text: string): Turn | null {
  try {
    const said = JSON.parse(text) as Partial<Turn> | null;
    if (typeof said !== 'object' || said === null) return null;
    const { pid = null, identity = null } = said;
    return { pid: typeof pid === 'number' ? pid : null, identity };
  } catch {
    return null;
  }
}

/** Whether we were the first. The file appears whole, by a hard link, where the file system has those. */
async function createTurn(target: string, turn: number, content: Turn): Promise<boolean> {
  const beside = await writeBeside(target, content);
  try {
    await fs.link(beside, fileOf(target, turn));
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    return await createTurnInPlace(target, turn, content);
  } finally {
    await fs.rm(beside, { force: true });
  }
}

async function createTurnInPlace(target: string, turn: number, content: Turn): Promise<boolean> {
  try {
    await fs.writeFile(fileOf(target, turn), JSON.stringify(content), { flag: 'wx' });
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

async function replaceTurn(target: string, turn: number, content: Turn): Promise<void> {
  const beside = await writeBeside(target, content);
  await fs.rename(beside, fileOf(target, turn));
}

async function writeBeside(target: string, content: Turn): Promise<string> {
  const beside = `${target}.new-${randomUUID()}`;
  await fs.writeFile(beside, JSON.stringify(content), { flag: 'wx' });
  return beside;
}

async function sweep(target: string): Promise<void> {
  const directory = path.dirname(target);
  for (const name of await fs.readdir(directory)) {
    if (!name.startsWith(`${path.basename(target)}.new-`)) continue;
    const leftover = path.join(directory, name);
    const stats = await fs.stat(leftover).catch(() => null);
    if (stats && Date.now() - stats.mtimeMs > leftoverMs) await fs.rm(leftover, { force: true });
  }
}

function once(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | null = null;
  return () => (done ??= work());
}
