/** One clone, timed from the start of the command to its end. */

import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { git, tryGit } from '../support/git.ts';
import { runPackmule } from '../support/packmule.ts';
import { makeTempDir } from '../support/temp.ts';

export interface CommandLine {
  name: string;
  entry: string;
}

export interface PackmuleRun {
  /** False when it was ended because it took too long. */
  finished: boolean;
  seconds: number;
  /** Of the engine's process alone; NaN where the system does not tell. */
  peakBytes: number;
  /** Of the answers' bytes, what was of no use: by Packmule's own account. NaN unless `account` was asked for. */
  wastedBytes: number;
}

/** How often the engine's memory is looked at. What it held at most is counted by the kernel in between. */
const lookEveryMs = 100;

/**
 * What was cloned goes at once, untimed, or stays until the temporary directories are removed. Ext4 makes new files slowly
 * where many were removed in the last minute (recently_deleted, fs/ext4/ialloc.c): a checkout of some thousand files
 * takes seconds instead of tenths. So what is compared to the tenth of a second stays.
 */
export interface Afterwards {
  stays?: boolean;
}

/** Nobody's clone shall wait for what an earlier one has left to be written. */
function settleDisk(): void {
  if (process.platform !== 'win32') spawnSync('sync');
}

/** Seconds. */
export async function gitCloneOnce(url: string, { stays = false }: Afterwards = {}): Promise<number> {
  const directory = join(makeTempDir('bench'), 'clone');
  settleDisk();
  const began = performance.now();
  await git(['clone', '--quiet', url, directory]);
  const seconds = (performance.now() - began) / 1000;
  if (!stays) rmSync(directory, { recursive: true });
  return seconds;
}

/** In so many tries; each begins anew, as `git clone` does. */
export async function gitCloneFinishes(url: string, tries: number): Promise<boolean> {
  for (let number = 0; number < tries; number++) {
    const directory = join(makeTempDir('bench'), 'clone');
    const { code } = await tryGit(['clone', '--quiet', url, directory]);
    rmSync(directory, { recursive: true, force: true });
    if (code === 0) return true;
  }
  return false;
}

/**
 * With the start and the end of the engine: each command has a home of its own, as for a first user.
 * @throws Error when it ends with anything but success
 */
export async function packmuleCloneOnce(
  command: CommandLine,
  url: string,
  options: { limitMs: number; account?: boolean; check?: boolean } & Afterwards,
): Promise<PackmuleRun> {
  const directory = join(makeTempDir('bench'), 'clone');
  const home = makeTempDir('bench-home');
  const watch = new EngineWatch();
  settleDisk();
  const began = performance.now();
  const run = await runPackmule(['clone', options.account ? '--json' : '--quiet', url, directory], {
    home,
    entry: command.entry,
    timeoutMs: options.limitMs,
    onStart: (child) => watch.begin(child.pid ?? 0),
  });
  const seconds = (performance.now() - began) / 1000;
  await watch.end();
  const finished = run.code === 0;
  if (!finished && run.code !== null) {
    throw new Error(`packmule clone ended with ${run.code}: ${run.stderr}`);
  }
  if (finished && options.check) await git(['-C', directory, 'fsck', '--connectivity-only']);
  if (!options.stays) {
    rmSync(directory, { recursive: true, force: true });
    rmSync(home, { recursive: true, force: true });
  }
  const wasted = run.result['wastedBytes'];
  return {
    finished,
    seconds,
    peakBytes: watch.peakBytes,
    wastedBytes: typeof wasted === 'number' ? wasted : NaN,
  };
}

/** Follows the one child of the command: the engine. Linux only (proc_pid_status(5), proc_pid_task(5)). */
class EngineWatch {
  peakBytes = NaN;
  #commandPid = 0;
  #enginePid = 0;
  #timer: NodeJS.Timeout | undefined;

  begin(commandPid: number): void {
    this.#commandPid = commandPid;
    this.#timer = setInterval(() => this.#look(), lookEveryMs);
  }

  /** Waits until the engine is gone as well: one whose command was killed ends by itself. */
  async end(): Promise<void> {
    while (this.#enginePid !== 0 && this.#look()) await sleep(20);
    clearInterval(this.#timer);
  }

  #look(): boolean {
    if (this.#enginePid === 0) {
      const children = read(`/proc/${this.#commandPid}/task/${this.#commandPid}/children`);
      this.#enginePid = Number(children.trim().split(' ')[0] ?? 0);
    }
    const status = read(`/proc/${this.#enginePid}/status`);
    const kib = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
    if (kib !== undefined) this.peakBytes = Math.max(Number(kib) * 1024, this.peakBytes || 0);
    // One that has ended and that nobody has asked about yet has no memory, but a status.
    return kib !== undefined;
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
