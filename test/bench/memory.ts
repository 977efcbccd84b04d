/** The most memory the engine's process ever held while it cloned, as the kernel counted it. */

import { makeBigRepo } from '../support/big-repo.ts';
import { runOne, withServer, type Bench } from './bench.ts';
import { peakBytesMax } from './cuts.ts';
import { judged, mebibytes, times, type Row } from './figures.ts';

/** Two packs of very different size: the peak may not follow the size. */
export async function measureMemory(bench: Bench): Promise<Row[]> {
  const rows: Row[] = [];
  for (const assetBytes of [50_000_000, 400_000_000]) {
    const repoPath = await makeBigRepo({ objects: 5_000, assetBytes });
    const name = `engine's peak memory, pack of ${assetBytes / 1e6} MB`;
    const { peakBytes } = await withServer(repoPath, {}, (_server, url) => runOne(bench, name, url));
    rows.push(judged(name, peakBytes, { max: 200 * 2 ** 20, show: mebibytes }));
  }
  return rows;
}

const smallObjects = 40_000;
const ratioMax = 1.3;

/** The same clone of a repository and of one ten times larger, uncut and cut, as far as the first got in the limit. */
export async function measureTenTimes(bench: Bench): Promise<Row[]> {
  const rows: Row[] = [];
  const ways = [
    { way: 'no cuts', limits: {} },
    { way: 'cut every 5 MB', limits: { cutAfterBytes: 5_000_000 } },
  ];
  for (const { way, limits } of ways) {
    const peaks: number[] = [];
    for (const objects of [smallObjects, 10 * smallObjects]) {
      const repoPath = await makeBigRepo({ objects });
      const name = `${objects / 1000} thousand objects, ${way}`;
      const run = await withServer(repoPath, { limits }, (_server, url) => runOne(bench, name, url));
      peaks.push(run.peakBytes);
    }
    const [small = NaN, large = NaN] = peaks;
    const shown = `${mebibytes(small)} → ${mebibytes(large)}`;
    const name = `engine's peak memory, ten times more, ${way}`;
    rows.push(judged(name, large / small, { max: ratioMax, show: times }, '–', shown));
  }
  return rows;
}

/** Over everything this run has measured. */
export function highestPeak(bench: Bench): Row[] {
  const highest = bench.peaks.reduce<Bench['peaks'][number] | null>(
    (most, each) => (most === null || each.bytes > most.bytes ? each : most),
    null,
  );
  if (highest === null) return [];
  const name = `engine's peak memory over all rows (${highest.of})`;
  return [judged(name, highest.bytes, { max: peakBytesMax, show: mebibytes })];
}
