/** Clones over connections that hold, in turns with `git clone`: over loopback, and over a narrow or a long line. */

import { basename } from 'node:path';
import { removeTempDirs } from '../support/temp.ts';
import { runOne, withServer, type Bench } from './bench.ts';
import { gitCloneOnce } from './clone-once.ts';
import { judged, median, seconds, times, type Row } from './figures.ts';
import type { LineMeasures } from './line.ts';
import { measureLine, throttle } from './throttled.ts';

/** Whatever else the machine does befalls both. */
async function inTurns(
  bench: Bench,
  name: string,
  url: string,
  options: { pairs: number; ratioMax: number; command?: Bench['command'] },
): Promise<Row> {
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let pair = 0; pair < options.pairs; pair++) {
    theirs.push(await gitCloneOnce(url, { stays: true }));
    const run = await runOne(bench, name, url, { stays: true, command: options.command ?? bench.command });
    ours.push(run.finished ? run.seconds : Infinity);
    bench.say(`${name}: git ${seconds(theirs.at(-1) ?? NaN)}`);
  }
  removeTempDirs();
  const ratio = median(ours) / median(theirs);
  const target = { max: options.ratioMax, show: times };
  return judged(name, ratio, target, seconds(median(theirs)), seconds(median(ours)));
}

/** The built command is to be as quick as git; what it is from sources is told beside it. */
export function measureLoopback(bench: Bench): Promise<Row[]> {
  return withServer(bench.repoPath, {}, async (_server, url) => {
    const rows: Row[] = [];
    // One to warm the disk's cache.
    await gitCloneOnce(url, { stays: true });
    for (const command of bench.commands) {
      await runOne(bench, 'warming up', url, { command, stays: true });
      const name = `no cuts, loopback: ${command.name}`;
      rows.push(await inTurns(bench, name, url, { pairs: bench.pairs, ratioMax: 1.0, command }));
    }
    return rows;
  });
}

/** As wide as a good home's line. */
const lineBytesPerSecond = 5_000_000;
/** A line is the same every time and takes a minute: one pair tells. */
const linePairs = 1;

export function measureThrottled(bench: Bench, delayMs: number): Promise<Row[]> {
  const measures: LineMeasures = { bytesPerSecond: lineBytesPerSecond, delayMs };
  return withServer(bench.repoPath, {}, async (server) => {
    const line = await throttle(server.port, measures);
    try {
      const real = await measureLine(server, line);
      const width = `${((real.bytesPerSecond * 8) / 1e6).toFixed(1)} Mbit/s`;
      const name = `no cuts, ${width}, ${real.roundTripMs.toFixed(1)} ms round trip (measured)`;
      const url = `${line.url}/${basename(bench.repoPath)}`;
      return [await inTurns(bench, name, url, { pairs: linePairs, ratioMax: 0.85 })];
    } finally {
      await line.close();
    }
  });
}
