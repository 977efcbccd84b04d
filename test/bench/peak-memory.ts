/** The most memory the engine's process ever held while it cloned, as the kernel counted it. */

import { readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { startGitHttpServer } from '../support/git-http-server.ts';
import { cloneWith, startEngine } from '../support/packmule.ts';
import { makeTempDir } from '../support/temp.ts';

/** Bytes; null where the system does not tell. git's own processes are not in it. */
export async function enginePeakBytes(repoPath: string): Promise<number | null> {
  const server = await startGitHttpServer({ root: dirname(repoPath) });
  const engine = await startEngine();
  try {
    const url = `${server.url}/${basename(repoPath)}`;
    const directory = join(makeTempDir('bench'), 'clone');
    const detail = await cloneWith(engine.client, { url, directory }, 600_000);
    if (detail.job.state !== 'done')
      throw new Error(`The clone ended ${JSON.stringify(detail.job.failure)}.`);
    return highWaterMark(engine.pid);
  } finally {
    await engine.quit();
    await server.close();
  }
}

/** `VmHWM` of proc_pid_status(5): the peak of the resident set. */
export function highWaterMark(pid: number): number | null {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const kib = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
    return kib === undefined ? null : Number(kib) * 1024;
  } catch {
    return null;
  }
}
