/** What all rows share: which repository, which command, and a stock server in front of the repository. */

import { basename, dirname } from 'node:path';
import {
  startGitHttpServer,
  type GitHttpServer,
  type GitHttpServerOptions,
} from '../support/git-http-server.ts';
import {
  gitCloneOnce,
  packmuleCloneOnce,
  type Afterwards,
  type CommandLine,
  type PackmuleRun,
} from './clone-once.ts';
import { mebibytes } from './figures.ts';

export interface Bench {
  repoPath: string;
  /** The one most rows are about. */
  command: CommandLine;
  /** All that are compared over loopback. */
  commands: readonly CommandLine[];
  pairs: number;
  /** A clone that takes longer is ended and told as not finished. */
  limitMs: number;
  /** The engine's peak memory of every run so far. */
  peaks: { of: string; bytes: number }[];
  say(text: string): void;
}

export const withFilter = { 'uploadpack.allowFilter': 'true' };

export async function withServer<T>(
  repoPath: string,
  options: Omit<GitHttpServerOptions, 'root'>,
  use: (server: GitHttpServer, url: string) => Promise<T>,
): Promise<T> {
  const server = await startGitHttpServer({ root: dirname(repoPath), config: withFilter, ...options });
  try {
    return await use(server, `${server.url}/${basename(repoPath)}`);
  } finally {
    await server.close();
  }
}

export const answeredBytes = (server: GitHttpServer): number =>
  server.log.reduce((sum, request) => sum + request.bodyBytes, 0);
export const askedBytes = (server: GitHttpServer): number =>
  server.log.reduce((sum, request) => sum + request.requestBytes, 0);

/** One clone by Packmule; its engine's peak memory joins the others'. */
export async function runOne(
  bench: Bench,
  of: string,
  url: string,
  options: { command?: CommandLine; account?: boolean; check?: boolean } & Afterwards = {},
): Promise<PackmuleRun> {
  const { command = bench.command, ...rest } = options;
  const run = await packmuleCloneOnce(command, url, { limitMs: bench.limitMs, ...rest });
  if (!Number.isNaN(run.peakBytes)) bench.peaks.push({ of, bytes: run.peakBytes });
  const end = run.finished ? '' : ', not finished';
  bench.say(`${of}: ${command.name} ${run.seconds.toFixed(2)} s, peak ${mebibytes(run.peakBytes)}${end}`);
  return run;
}

export interface FullClone {
  /** Of the answers. */
  bytes: number;
  seconds: number;
}

const known = new Map<string, FullClone>();

/** The peer of every cut: one uncut `git clone` over loopback, measured once in a run for each repository. */
export async function uncutByGit(bench: Bench, repoPath = bench.repoPath): Promise<FullClone> {
  const before = known.get(repoPath);
  if (before !== undefined) return before;
  const full = await withServer(repoPath, {}, async (server, url) => {
    // Once before, to warm the disk's cache.
    await gitCloneOnce(url);
    const bytesBefore = answeredBytes(server);
    const seconds = await gitCloneOnce(url);
    return { bytes: answeredBytes(server) - bytesBefore, seconds };
  });
  bench.say(`uncut git clone: ${(full.bytes / 1e6).toFixed(1)} MB, ${full.seconds.toFixed(2)} s`);
  known.set(repoPath, full);
  return full;
}
