/** One clone, timed from the start of the command to its end. What it made is removed afterwards, untimed. */

import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { git } from '../support/git.ts';
import { runPackmule } from '../support/packmule.ts';
import { makeTempDir } from '../support/temp.ts';

export interface CommandLine {
  name: string;
  entry: string;
}

/** Seconds. */
export async function gitCloneOnce(url: string): Promise<number> {
  const directory = join(makeTempDir('bench'), 'clone');
  const began = performance.now();
  await git(['clone', '--quiet', url, directory]);
  const seconds = (performance.now() - began) / 1000;
  rmSync(directory, { recursive: true });
  return seconds;
}

/** Seconds, with the start and the end of the engine: each command has a home of its own, as for a first user. */
export async function packmuleCloneOnce(command: CommandLine, url: string): Promise<number> {
  const directory = join(makeTempDir('bench'), 'clone');
  const home = makeTempDir('bench-home');
  const began = performance.now();
  const run = await runPackmule(['clone', '--quiet', url, directory], {
    home,
    entry: command.entry,
    timeoutMs: 600_000,
  });
  const seconds = (performance.now() - began) / 1000;
  if (run.code !== 0) throw new Error(`packmule clone ended with ${run.code}: ${run.stderr}`);
  rmSync(directory, { recursive: true });
  return seconds;
}
