/**
 * `npm run bench`: clones by Packmule beside clones by git, over loopback from the real http-backend, in one run. Which
 * rows there are is in rows.ts; all of them together take the better part of an hour.
 *
 *   --rows <a,b>     only these rows or groups (all)
 *   --repo <path>    any bare repository instead of the generated one
 *   --objects <n>    size of the generated repository (400000; it has the proportions of public ones, see RESULTS.md)
 *   --assets <MB>    binary files in it (16; six of a hundred bytes of its pack)
 *   --pairs <n>      pairs of clones over loopback (5)
 *   --limit <s>      a clone that takes longer is ended and told as not finished (900)
 *   --cuts           short for --rows cuts; --ten-times for --rows ten-times
 *   --record         append the figures to RESULTS.md
 */

import { appendFileSync, existsSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { cpus, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { makeBigRepo } from '../support/big-repo.ts';
import { git } from '../support/git.ts';
import { removeTempDirs } from '../support/temp.ts';
import type { Bench } from './bench.ts';
import type { CommandLine } from './clone-once.ts';
import { table, type Row } from './figures.ts';
import { highestPeak } from './memory.ts';
import { chosenRows } from './rows.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { values } = parseArgs({
  options: {
    rows: { type: 'string' },
    repo: { type: 'string' },
    objects: { type: 'string', default: '400000' },
    assets: { type: 'string' },
    pairs: { type: 'string', default: '5' },
    limit: { type: 'string', default: '900' },
    cuts: { type: 'boolean', default: false },
    'ten-times': { type: 'boolean', default: false },
    record: { type: 'boolean', default: false },
  },
});

const shorts = [values.cuts ? 'cuts' : [], values['ten-times'] ? 'ten-times' : []].flat();
const wanted = [values.rows ?? [], shorts].flat();
const rowsToMeasure = chosenRows(wanted.length === 0 ? undefined : wanted.join(','));
const repoPath =
  values.repo === undefined
    ? await makeBigRepo({
        objects: Number(values.objects),
        ...(values.assets !== undefined && { assetBytes: Number(values.assets) * 1e6 }),
      })
    : resolve(values.repo);
const commands = commandLines();
const bench: Bench = {
  repoPath,
  command: commands[0]!,
  commands,
  pairs: Number(values.pairs),
  limitMs: Number(values.limit) * 1000,
  peaks: [],
  say: (text) => console.log(`  ${text}`),
};

const size = await sizeOf(repoPath);
console.log(`Repository: ${basename(repoPath)}, ${size}`);
const rows: Row[] = [];
for (const chosen of rowsToMeasure) {
  console.log(chosen.name);
  rows.push(...(await chosen.measure(bench)));
}
rows.push(...highestPeak(bench));
const text = table(rows);
console.log(`\n${text}`);
if (values.record) record(text);
removeTempDirs();

/** As people run it; from the sources too, where both are there. */
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
  // Where a repository lies is nobody's business; its name is.
  const args = process.argv.slice(2).map((word) => (word === values.repo ? basename(repoPath) : word));
  const command = ['npm run bench --', ...args].join(' ');
  const head = `\n## ${new Date().toISOString().slice(0, 10)}\n\n\`${command}\` on ${basename(repoPath)} (${size}); ${machine}; node ${process.version}\n\n`;
  appendFileSync(join(root, 'test', 'bench', 'RESULTS.md'), `${head}${text}\n`);
}
