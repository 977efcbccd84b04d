/**
 * `npm run soak:kills`: the engine is killed (kill -9) at many seeded moments of clones over a line that is cut again and
 * again, started anew each time, and every clone compared with git's. Ends with 1 when anything differs.
 *
 *   --kills 200    how many kills
 *   --seed 1       of the first clone; each has the next one
 */

import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { StageName } from '../../main/engine/jobs/states.ts';
import { ensureBuilt } from '../support/built.ts';
import { expectSameAsGitClone } from '../support/compare.ts';
import { git } from '../support/git.ts';
import { startGitHttpServer } from '../support/git-http-server.ts';
import { seededFractions } from '../support/noise.ts';
import { startEngine, waitForJob, type TestEngine } from '../support/packmule.ts';
import { makeRandomRepo } from '../support/random-repo.ts';
import { calm, randomCuts, StormyClone } from '../support/storm.ts';
import { makeTempDir } from '../support/temp.ts';

const { values } = parseArgs({
  options: { kills: { type: 'string', default: '200' }, seed: { type: 'string', default: '1' } },
});
const killsWanted = Number(values.kills);

/** Kills of one clone; then it is let be. */
const killsPerCloneMax = 10;

interface Totals {
  clones: number;
  kills: number;
  killedIn: Map<string, number>;
  cuts: number;
  /** Of the packs as they lie at the server, what the server sent, and what the engine counted. */
  packBytes: number;
  sentBytes: number;
  wireBytes: number;
  wastedBytes: number;
  faults: string[];
}

const localStages: readonly StageName[] = ['index', 'connect', 'checkout'];

/** Waits for a moment that chance chooses: some milliseconds of whatever happens, or some into a stage. */
async function moment(clone: StormyClone, fraction: () => number): Promise<void> {
  if (fraction() < 0.5) return void (await sleep(10 + fraction() * 500));
  const stage = localStages[Math.floor(fraction() * localStages.length)];
  const begun = waitForJob(
    clone.engine.client,
    clone.id,
    ({ job, stages }) =>
      job.state === 'done' || stages.some(({ name, state }) => name === stage && state === 'active'),
    2_500,
  );
  // A stage that does not come soon is waited for in vain; then this is a moment as good as any.
  await begun.catch(() => undefined);
  await sleep(fraction() * 120);
}

async function killAgainAndAgain(clone: StormyClone, fraction: () => number, totals: Totals): Promise<void> {
  for (let kills = 0; kills < killsPerCloneMax && totals.kills < killsWanted; kills++) {
    await moment(clone, fraction);
    const { job } = await clone.detail();
    if (job.state === 'done') return;
    if (['failed', 'needs-you', 'retrying', 'waiting-for-network'].includes(job.state)) {
      await clone.engine.client.ask('job.resume', { ids: [clone.id] });
      continue;
    }
    const working = await clone.make('kill');
    if (!working) continue;
    totals.kills++;
    const killedIn = /while (\S+)/.exec(clone.moves.at(-1) ?? '')?.[1] ?? '?';
    totals.killedIn.set(killedIn, (totals.killedIn.get(killedIn) ?? 0) + 1);
  }
}

/** One repository, one clone, up to ten kills. */
async function oneClone(seed: number, engine: TestEngine, totals: Totals): Promise<TestEngine> {
  const fraction = seededFractions(seed * 104_729);
  const commits = 40 + Math.floor(fraction() * 160);
  const noiseBytes = Math.round(500 * 16 ** fraction());
  // Every other one is large behind the download.
  const files = seed % 2 === 0 ? 5_000 : 0;
  const path = await makeRandomRepo(makeTempDir('soak'), { seed, commits, noiseBytes, files });
  const packBytes =
    Number(/^size-pack: (\d+)$/m.exec(await git(['-C', path, 'count-objects', '-v']))?.[1]) * 1024;
  const server = await startGitHttpServer({
    root: dirname(path),
    config: { 'uploadpack.allowFilter': 'true' },
  });
  const clone = new StormyClone(engine);
  try {
    server.onRequest = randomCuts(fraction, {
      bytesMin: 6_000,
      bytesMax: packBytes,
      wholeShare: files > 0 ? 0.7 : 0.3,
      resetShare: 0.4,
      bytesPerSecond: Math.max(100_000, packBytes),
    });
    const directory = join(makeTempDir('ours'), 'clone');
    const url = `${server.url}/random.git`;
    await clone.start(url, directory);
    await killAgainAndAgain(clone, fraction, totals);
    const { job } = await clone.finish();
    calm(server);
    const sentBefore = server.bytesSent;
    const told = `seed ${seed} (${clone.moves.join('; ')})`;
    const { wireBytes, usefulBytes, wastedBytes } = job.bytes;
    totals.clones++;
    totals.cuts += server.log.filter(({ end }) => end === 'cut').length;
    totals.wireBytes += wireBytes;
    totals.wastedBytes += wastedBytes;
    totals.sentBytes += sentBefore;
    totals.packBytes += packBytes;
    if (job.state === 'done') {
      const theirs = join(makeTempDir('theirs'), 'clone');
      await git(['clone', '--quiet', url, theirs]);
      await expectSameAsGitClone(directory, theirs).catch((error: unknown) => {
        totals.faults.push(`${told}: ${String(error)}`);
      });
    } else totals.faults.push(`${told}: ${job.state}, ${JSON.stringify(job.failure)}`);
    if (usefulBytes + wastedBytes > wireBytes) {
      totals.faults.push(`${told}: ${usefulBytes} useful and ${wastedBytes} wasted of ${wireBytes} bytes`);
    }
    if (wireBytes > sentBefore * 1.02) {
      totals.faults.push(`${told}: ${wireBytes} bytes counted, ${sentBefore} sent`);
    }
  } catch (error) {
    totals.faults.push(`seed ${seed} (${clone.moves.join('; ')}): ${String(error)}`);
  } finally {
    await server.close();
  }
  return clone.engine;
}

function summary(totals: Totals, seconds: number): string {
  const states = [...totals.killedIn].map(([state, kills]) => `${kills} ${state}`).join(', ');
  const share = (bytes: number, of: number) => (bytes / of).toFixed(3);
  return (
    `${totals.kills} kills (${states}) and ${totals.cuts} cuts in ${totals.clones} clones, ${Math.round(seconds)} s: ` +
    `sent ÷ full packs ${share(totals.sentBytes, totals.packBytes)}, ` +
    `counted ÷ sent ${share(totals.wireBytes, totals.sentBytes)}, ` +
    `wasted ÷ counted ${share(totals.wastedBytes, totals.wireBytes)}, ` +
    `${totals.faults.length} faults`
  );
}

const totals: Totals = {
  clones: 0,
  kills: 0,
  killedIn: new Map(),
  cuts: 0,
  packBytes: 0,
  sentBytes: 0,
  wireBytes: 0,
  wastedBytes: 0,
  faults: [],
};
await ensureBuilt();
const began = performance.now();
let engine = await startEngine();
for (let seed = Number(values.seed); totals.kills < killsWanted; seed++) {
  const faultsBefore = totals.faults.length;
  engine = await oneClone(seed, engine, totals);
  console.log(`seed ${seed}: ${totals.kills} kills so far`);
  for (const fault of totals.faults.slice(faultsBefore)) console.log(`  ${fault}`);
}
await engine.quit();
console.log(summary(totals, (performance.now() - began) / 1_000));
process.exitCode = totals.faults.length === 0 ? 0 : 1;
