/**
 * Clones over connections that are cut after so many bytes of each answer, with bytes counted at the server. Beside
 * them, in the same run, one uncut `git clone`; and `git clone` over the same cuts, which must fail.
 */

import { rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { git } from '../support/git.ts';
import { startGitHttpServer, type GitHttpServer } from '../support/git-http-server.ts';
import { cloneWith, startEngine } from '../support/packmule.ts';
import { makeTempDir } from '../support/temp.ts';
import type { Row } from './figures.ts';
import { highWaterMark } from './peak-memory.ts';

interface CutTarget {
  cutAfterBytes: number;
  reset: boolean;
  wireMax: number;
  wastedMax: number;
}

const targets: CutTarget[] = [
  { cutAfterBytes: 20_000_000, reset: false, wireMax: 0.97, wastedMax: 0.001 },
  { cutAfterBytes: 5_000_000, reset: false, wireMax: 0.97, wastedMax: 0.005 },
  { cutAfterBytes: 5_000_000, reset: true, wireMax: 0.97, wastedMax: 0.005 },
  { cutAfterBytes: 1_000_000, reset: false, wireMax: 1.0, wastedMax: 0.02 },
];

const uploadedMax = 0.03;
const timeMax = 1.5;
const peakBytesMax = 250 * 1024 * 1024;

const bodyBytes = (server: GitHttpServer) => server.log.reduce((sum, request) => sum + request.bodyBytes, 0);
const requestBytes = (server: GitHttpServer) =>
  server.log.reduce((sum, request) => sum + request.requestBytes, 0);
const percent = (part: number) => `${(part * 100).toFixed(2)} %`;

async function withServer<T>(
  repoPath: string,
  limits: GitHttpServer['limits'],
  use: (server: GitHttpServer, url: string) => Promise<T>,
): Promise<T> {
  const config = { 'uploadpack.allowFilter': 'true' };
  const server = await startGitHttpServer({ root: dirname(repoPath), config, limits });
  try {
    return await use(server, `${server.url}/${basename(repoPath)}`);
  } finally {
    await server.close();
  }
}

/** Bytes of the answers, and seconds, of one uncut clone by git. */
function uncutByGit(repoPath: string): Promise<{ bytes: number; seconds: number }> {
  return withServer(repoPath, {}, async (server, url) => {
    const directory = join(makeTempDir('bench'), 'clone');
    const began = performance.now();
    await git(['clone', '--quiet', url, directory]);
    const seconds = (performance.now() - began) / 1000;
    rmSync(directory, { recursive: true });
    return { bytes: bodyBytes(server), seconds };
  });
}

async function gitFails(repoPath: string, limits: GitHttpServer['limits']): Promise<boolean> {
  return withServer(repoPath, limits, async (_server, url) => {
    const directory = join(makeTempDir('bench'), 'clone');
    return git(['clone', '--quiet', url, directory]).then(
      () => false,
      () => true,
    );
  });
}

async function cutClone(
  repoPath: string,
  target: CutTarget,
  full: { bytes: number; seconds: number },
): Promise<Row[]> {
  const { cutAfterBytes, reset } = target;
  const how = `cut every ${cutAfterBytes / 1e6} MB (${reset ? 'reset' : 'close'})`;
  const failed = await gitFails(repoPath, { cutAfterBytes, reset });
  return withServer(repoPath, { cutAfterBytes, reset }, async (server, url) => {
    const engine = await startEngine();
    const directory = join(makeTempDir('bench'), 'clone');
    try {
      const began = performance.now();
      const { job } = await cloneWith(engine.client, { url, directory }, 1_800_000);
      const seconds = (performance.now() - began) / 1000;
      if (job.state !== 'done') throw new Error(`${how}: the clone ended ${JSON.stringify(job.failure)}.`);
      await git(['-C', directory, 'fsck', '--connectivity-only']);
      const peak = highWaterMark(engine.pid) ?? 0;
      const wire = bodyBytes(server) / full.bytes;
      const wasted = job.bytes.wastedBytes / job.bytes.wireBytes;
      const uploaded = requestBytes(server) / bodyBytes(server);
      const git_ = failed ? 'never finishes' : 'finished';
      const row = (figure: string, ours: string, value: number, max: number, shown: string): Row => ({
        figure: `${how}: ${figure}`,
        ours,
        git: git_,
        result: `target ≤ ${shown}`,
        met: value <= max,
      });
      return [
        row('wire ÷ full pack', wire.toFixed(3), wire, target.wireMax, target.wireMax.toFixed(2)),
        row('wasted ÷ wire', percent(wasted), wasted, target.wastedMax, percent(target.wastedMax)),
        row('uploaded ÷ wire', percent(uploaded), uploaded, uploadedMax, percent(uploadedMax)),
        row(
          'time ÷ uncut git clone',
          (seconds / full.seconds).toFixed(2),
          seconds / full.seconds,
          timeMax,
          timeMax.toFixed(1),
        ),
        row("engine's peak memory", `${(peak / 2 ** 20).toFixed(0)} MiB`, peak, peakBytesMax, '250 MiB'),
      ];
    } finally {
      rmSync(directory, { recursive: true, force: true });
      await engine.quit();
    }
  });
}

/** One row per figure and kind of cut. */
export async function measureCuts(repoPath: string): Promise<Row[]> {
  const full = await uncutByGit(repoPath);
  console.log(`  uncut git clone: ${(full.bytes / 1e6).toFixed(1)} MB, ${full.seconds.toFixed(1)} s`);
  const rows: Row[] = [];
  for (const target of targets) {
    for (const row of await cutClone(repoPath, target, full)) {
      console.log(`  ${row.figure}: ${row.ours} (${row.result})`);
      rows.push(row);
    }
  }
  return rows;
}
