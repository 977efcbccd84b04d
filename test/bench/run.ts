/**
 * `npm run bench`: how long a clone takes beside `git clone`, and how much memory the engine needs. Over loopback, from
 * the real http-backend, the two in turns, so that whatever else the machine does befalls both.
 *
 *   --pairs <n>      pairs of clones per command (5)
 *   --objects <n>    size of the generated repository (400000)
 *   --repo <path>    any bare repository instead
 *   --noise <MB>     incompressible content in it, on top (200)
 *   --quick          no memory part
 *   --cuts           connections that are cut, instead of the above
 *   --record         append the figures to RESULTS.md
 */

import { appendFileSync, existsSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { cpus, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startGitHttpServer } from '../support/git-http-server.ts';
import { git } from '../support/git.ts';
import { makeBigRepo } from '../support/big-repo.ts';
import { removeTempDirs } from '../support/temp.ts';
import { gitCloneOnce, packmuleCloneOnce, type CommandLine } from './clone-once.ts';
import { median, table, type Row } from './figures.ts';
import { measureCuts } from './cuts.ts';
import { enginePeakBytes } from './peak-memory.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { values } = parseArgs({
  options: {
    pairs: { type: 'string', default: '5' },
    objects: { type: 'string', default: '400000' },
    noise: { type: 'string', default: '200' },
    repo: { type: 'string' },
    quick: { type: 'boolean', default: false },
    cuts: { type: 'boolean', default: false },
    record: { type: 'boolean', default: false },
  },
});

/** The targets of the first version: wall time beside git's, and the engine's memory at its peak. */
const ratioMax = 1.15;
const peakBytesMax = 200 * 1024 * 1024;

const pairs = Number(values.pairs);
const repoPath =
  values.repo === undefined
    ? await makeBigRepo({ objects: Number(values.objects), noiseBytes: Number(values.noise) * 1024 * 1024 })
    : resolve(values.repo);
const rows: Row[] = [];

console.log(`Repository: ${basename(repoPath)}, ${await sizeOf(repoPath)}`);
if (values.cuts) rows.push(...(await measureCuts(repoPath)));
else {
  await measureTime();
  if (!values.quick) await measureMemory();
}
const text = table(rows);
console.log(`\n${text}`);
if (values.record) record(text);
removeTempDirs();

async function measureTime(): Promise<void> {
  const server = await startGitHttpServer({ root: dirname(repoPath) });
  const url = `${server.url}/${basename(repoPath)}`;
  try {
    for (const command of commandLines()) {
      const ours: number[] = [];
      const theirs: number[] = [];
      // One of each to warm the disk's cache.
      await gitCloneOnce(url);
      await packmuleCloneOnce(command, url);
      for (let pair = 0; pair < pairs; pair++) {
        theirs.push(await gitCloneOnce(url));
        ours.push(await packmuleCloneOnce(command, url));
        console.log(`  ${command.name}: ${ours.at(-1)?.toFixed(2)} s, git: ${theirs.at(-1)?.toFixed(2)} s`);
      }
      const ratio = median(ours) / median(theirs);
      rows.push({
        figure: `clone, ${command.name}`,
        ours: `${median(ours).toFixed(2)} s`,
        git: `${median(theirs).toFixed(2)} s`,
        result: `${ratio.toFixed(2)} × (target ≤ ${ratioMax})`,
        met: ratio <= ratioMax,
      });
    }
  } finally {
    await server.close();
  }
}

/** The same engine, two packs of very different size: the peak may not follow the size. */
async function measureMemory(): Promise<void> {
  for (const noiseBytes of [50_000_000, 400_000_000]) {
    const path = await makeBigRepo({ objects: 5_000, noiseBytes });
    const peak = await enginePeakBytes(path);
    if (peak === null) {
      console.log('The peak memory of another process can only be read on Linux: left out.');
      return;
    }
    rows.push({
      figure: `engine's peak memory, pack of ${noiseBytes / 1e6} MB`,
      ours: `${(peak / 1024 / 1024).toFixed(0)} MiB`,
      git: '–',
      result: `target ≤ ${peakBytesMax / 1024 / 1024} MiB`,
      met: peak <= peakBytesMax,
    });
  }
}

function commandLines(): CommandLine[] {
  const built = join(root, 'out', 'main', 'cli.js');
  const source = { name: 'node main/cli.ts', entry: join(root, 'main', 'cli.ts') };
  if (existsSync(built)) return [{ name: 'packmule (built)', entry: built }, source];
  console.log('Not built (npm run build): only the sources are measured.');
  return [source];
}

async function sizeOf(path: string): Promise<string> {
  const counts = await git(['-C', path, 'count-objects', '-v']);
  const field = (name: string) => Number(new RegExp(`^${name}: (\\d+)`, 'm').exec(counts)?.[1] ?? 0);
  return `${field('in-pack') + field('count')} objects, ${(field('size-pack') / 1024).toFixed(1)} MiB`;
}

function record(text: string): void {
  const machine = `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GiB`;
  const command = `npm run bench -- ${process.argv.slice(2).join(' ')}`;
  const head = `\n## ${new Date().toISOString().slice(0, 10)}\n\n\`${command}\` on ${basename(repoPath)}; ${machine}; node ${process.version}\n\n`;
  appendFileSync(join(root, 'test', 'bench', 'RESULTS.md'), `${head}${text}\n`);
}
