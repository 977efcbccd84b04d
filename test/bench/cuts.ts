/**
 * Clones over connections that are cut after so many bytes of each answer, with bytes counted at the server. Beside
 * them, in the same run, one uncut `git clone`; and `git clone` over the same cuts, which is tried.
 */

import { git } from '../support/git.ts';
import { makeBigRepo } from '../support/big-repo.ts';
import {
  answeredBytes,
  askedBytes,
  runOne,
  uncutByGit,
  withFilter,
  withServer,
  type Bench,
} from './bench.ts';
import { gitCloneFinishes } from './clone-once.ts';
import { judged, megabytes, mebibytes, percent, seconds, share, times, told, type Row } from './figures.ts';

export interface Cut {
  afterBytes: number;
  reset: boolean;
}

export interface CutTarget {
  afterBytes: number;
  wireMax: number;
  wastedMax: number;
  /** Wall time beside an uncut `git clone`; null where none is set. */
  timeMax: number | null;
}

export const cutTargets: readonly CutTarget[] = [
  { afterBytes: 20_000_000, wireMax: 0.97, wastedMax: 0.001, timeMax: null },
  { afterBytes: 5_000_000, wireMax: 0.97, wastedMax: 0.005, timeMax: 1.5 },
  { afterBytes: 1_000_000, wireMax: 1.0, wastedMax: 0.02, timeMax: null },
  { afterBytes: 256_000, wireMax: 1.1, wastedMax: 0.06, timeMax: null },
];

const uploadedMax = 0.03;
export const peakBytesMax = 250 * 2 ** 20;
/** `git clone` begins anew each time: three tries tell as much as three hundred. */
const gitTries = 3;

export function cutName({ afterBytes, reset }: Cut): string {
  const size = afterBytes < 1_000_000 ? `${afterBytes / 1000} KB` : `${afterBytes / 1_000_000} MB`;
  return `cut every ${size} (${reset ? 'reset' : 'clean end'})`;
}

/** The size of the largest object as it lies in its pack. */
async function largestPackedBytes(repoPath: string): Promise<number> {
  const args = ['cat-file', '--batch-all-objects', '--unordered', '--batch-check=%(objectsize:disk)'];
  const sizes = await git(['-C', repoPath, ...args]);
  let largest = 0;
  for (const line of sizes.split('\n')) largest = Math.max(largest, Number(line));
  return largest;
}

/** What is larger than a connection can carry never comes: then a repository without such things stands in. */
async function repoFor(bench: Bench, afterBytes: number): Promise<string> {
  if (afterBytes >= 1_000_000 || (await largestPackedBytes(bench.repoPath)) < afterBytes)
    return bench.repoPath;
  bench.say(`an object is larger than ${afterBytes} bytes: a generated repository is used instead`);
  return makeBigRepo({ objects: 100_000 });
}

async function measureCut(bench: Bench, target: CutTarget, reset: boolean): Promise<Row[]> {
  const cut: Cut = { afterBytes: target.afterBytes, reset };
  const name = cutName(cut);
  const limits = { cutAfterBytes: cut.afterBytes, reset };
  const repoPath = await repoFor(bench, cut.afterBytes);
  const full = await uncutByGit(bench, repoPath);
  const gitEnd = await withServer(repoPath, { limits }, (_server, url) => gitCloneFinishes(url, gitTries));
  const gits = gitEnd ? 'finished' : `never finishes (${gitTries} tries)`;
  return withServer(repoPath, { limits }, async (server, url) => {
    const run = await runOne(bench, name, url, { account: true, check: true });
    const wire = answeredBytes(server);
    if (!run.finished) {
      const came = `${megabytes(wire)} of ${megabytes(full.bytes)} in ${server.log.length} requests`;
      return [
        {
          ...told(`${name}: end`, 'not finished', gits),
          result: `${came}, ${seconds(run.seconds)}`,
          met: false,
        },
      ];
    }
    const slowness = run.seconds / full.seconds;
    const wallTime = `${seconds(run.seconds)} beside ${seconds(full.seconds)} of an uncut git clone`;
    return [
      judged(`${name}: wire ÷ full pack`, wire / full.bytes, { max: target.wireMax, show: share }, gits),
      judged(`${name}: wasted ÷ wire`, run.wastedBytes / wire, { max: target.wastedMax, show: percent }),
      judged(`${name}: uploaded ÷ wire`, askedBytes(server) / wire, { max: uploadedMax, show: percent }),
      target.timeMax === null
        ? told(`${name}: time ÷ uncut git clone`, times(slowness), '–', wallTime)
        : judged(`${name}: time ÷ uncut git clone`, slowness, { max: target.timeMax, show: times }),
      told(`${name}: requests`, String(server.log.length)),
      judged(`${name}: engine's peak memory`, run.peakBytes, { max: peakBytesMax, show: mebibytes }),
    ];
  });
}

export async function measureCuts(bench: Bench, target: CutTarget): Promise<Row[]> {
  return [...(await measureCut(bench, target, false)), ...(await measureCut(bench, target, true))];
}

/** A server that offers no filter, so that nothing can be asked for by id in a cheap way. */
export async function measureNoFilter(bench: Bench): Promise<Row[]> {
  const name = 'without filters, cut every 20 MB';
  const config = { ...withFilter, 'uploadpack.allowFilter': 'false' };
  const full = await uncutByGit(bench);
  const limits = { cutAfterBytes: 20_000_000 };
  const gitEnd = await withServer(bench.repoPath, { config, limits }, (_server, url) =>
    gitCloneFinishes(url, gitTries),
  );
  const gits = gitEnd ? 'finished' : `never finishes (${gitTries} tries)`;
  return withServer(bench.repoPath, { config, limits }, async (server, url) => {
    const run = await runOne(bench, name, url, { account: true, check: true });
    const wire = answeredBytes(server);
    const wireTarget = { max: 1.5, show: share };
    const requests = told(`${name}: requests`, String(server.log.length), '–', seconds(run.seconds));
    if (run.finished)
      return [judged(`${name}: wire ÷ full pack`, wire / full.bytes, wireTarget, gits), requests];
    const came = `${share(wire / full.bytes)} of the full pack came (target: finishes, ≤ 1.500)`;
    return [{ ...told(`${name}: end`, 'not finished', gits, came), met: false }, requests];
  });
}
