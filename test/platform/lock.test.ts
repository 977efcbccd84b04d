import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { acquireLock } from '../../main/platform/lock.ts';
import { processIdentity } from '../../main/platform/process-identity.ts';
import { makeTempDir, removeTempDirs } from '../support/temp.ts';

type Holder = ChildProcessByStdio<Writable, Readable, null>;

let target: string;
const holders: Holder[] = [];

beforeEach(() => {
  target = path.join(makeTempDir('lock'), 'packmule.lock');
});
afterEach(() => {
  for (const each of holders.splice(0)) each.kill('SIGKILL');
});
afterAll(removeTempDirs);

const script = new URL('./lock-holder.ts', import.meta.url).pathname;

/** Another process that asks for the lock; its first words. */
async function ask(): Promise<{ child: Holder; said: string }> {
  const child = spawn(process.execPath, [script, target], { stdio: ['pipe', 'pipe', 'inherit'] });
  holders.push(child);
  for await (const line of createInterface({ input: child.stdout })) return { child, said: line };
  throw new Error('the process ended without a word');
}

const exited = (child: Holder) => new Promise<void>((resolve) => child.once('exit', () => resolve()));

test('one owner at a time, in this process too', async () => {
  const lock = await acquireLock(target);
  if ('holder' in lock) throw new Error('a fresh lock has a holder');
  expect(await acquireLock(target)).toEqual({ holder: { pid: process.pid } });
  expect((await ask()).said).toBe(`holder ${process.pid}`);
  await lock.release();
  await lock.release();
  const next = await ask();
  expect(next.said).toBe(`own ${next.child.pid}`);
  expect(await acquireLock(target)).toEqual({ holder: { pid: next.child.pid } });
  next.child.stdin.end();
  await exited(next.child);
  expect('release' in (await acquireLock(target))).toBe(true);
});

test('outlives neither kill -9 nor leaves more than one file behind', async () => {
  for (let n = 0; n < 3; n++) {
    const { child, said } = await ask();
    expect(said).toBe(`own ${child.pid}`);
    child.kill('SIGKILL');
    await exited(child);
  }
  const lock = await acquireLock(target);
  expect('release' in lock).toBe(true);
  expect(readdirSync(path.dirname(target))).toEqual(['packmule.lock.4']);
});

test('a number that came round again is not the owner', async () => {
  const said = { pid: process.pid, identity: 'another start' };
  writeFileSync(`${target}.7`, JSON.stringify(said));
  if (process.platform === 'win32') return;
  expect('release' in (await acquireLock(target))).toBe(true);
  expect(existsSync(`${target}.8`)).toBe(true);
});

test('a turn that was never written whole is over after a while', async () => {
  writeFileSync(`${target}.1`, '{"pid":');
  const before = performance.now();
  expect('release' in (await acquireLock(target))).toBe(true);
  expect(performance.now() - before).toBeGreaterThan(900);
});

test('of eight who race for a killed owner’s lock one wins, every time', async () => {
  for (let round = 0; round < 3; round++) {
    const { child, said } = await ask();
    expect(said).toBe(`own ${child.pid}`);
    child.kill('SIGKILL');
    await exited(child);
    const asked = await Promise.all(Array.from({ length: 8 }, ask));
    const owners = asked.filter((each) => each.said.startsWith('own'));
    expect(owners.length).toBe(1);
    const pid = owners[0]?.child.pid ?? 0;
    for (const each of asked) if (each !== owners[0]) expect(each.said).toBe(`holder ${pid}`);
    owners[0]?.child.kill('SIGKILL');
    for (const { child: each } of asked)
      if (each.exitCode === null && each.signalCode === null) await exited(each);
  }
}, 60_000);

test('many turns in one process at once: never two owners', async () => {
  let owners = 0;
  let ownersMax = 0;
  let wins = 0;
  await Promise.all(
    Array.from({ length: 12 }, async () => {
      for (let n = 0; n < 20; n++) {
        const lock = await acquireLock(target);
        if ('holder' in lock) continue;
        wins++;
        ownersMax = Math.max(ownersMax, ++owners);
        await new Promise((resolve) => setTimeout(resolve, 1));
        owners--;
        await lock.release();
      }
    }),
  );
  expect(ownersMax).toBe(1);
  expect(wins).toBeGreaterThan(1);
});

test.skipIf(process.platform !== 'linux')(
  'an identity lasts as long as its process, and a zombie has none',
  async () => {
    const { child } = await ask();
    const pid = child.pid ?? 0;
    const identity = await processIdentity(pid);
    expect(identity).toContain(readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim());
    expect(await processIdentity(pid)).toBe(identity);
    expect(await processIdentity(process.pid)).not.toBe(identity);
    child.kill('SIGKILL');
    await exited(child);
    expect(await processIdentity(pid)).toBe(null);
  },
);
