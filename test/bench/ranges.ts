/**
 * `npm run bench:ranges`: downloads of one file by ranges from nginx, beside curl, over loopback, in one run.
 *
 *   --mebibytes <n>  size of the file (1024)
 *   --cuts <n>       how often its connections break (1000)
 *   --pairs <n>      downloads at full speed by each (3)
 *   --rows <a,b>     only these of cuts, limited, full
 */

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, closeSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startNginx, type Nginx } from '../support/nginx.ts';
import { noise, seededFractions } from '../support/noise.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';
import { makeTempDir, removeTempDirs } from '../support/temp.ts';
import { builtScript, runNode } from './run-node.ts';

const { values } = parseArgs({
  options: {
    mebibytes: { type: 'string', default: '1024' },
    cuts: { type: 'string', default: '1000' },
    pairs: { type: 'string', default: '3' },
    rows: { type: 'string', default: 'cuts,limited,full' },
  },
});
const mebi = 2 ** 20;
const script = await builtScript(fileURLToPath(new URL('./range-process.ts', import.meta.url)));
const limitBytesPerSecond = 2_000_000;
/** What one connection needs half a minute for. */
const limitedBytes = 60_000_000;
const peakBytesMax = 150 * mebi;

interface Figures {
  seconds: number;
  peakBytes: number;
  cpuSeconds: number;
  receivedBytes: number;
  requests: number;
  cuts: number;
  rows: number;
  connectionsMost: number;
}

function makeFile(server: Nginx, name: string, bytes: number): void {
  const file = openSync(join(server.root, name), 'w');
  for (let at = 0; at < bytes; at += 64 * mebi)
    writeSync(file, noise(Math.min(64 * mebi, bytes - at), at / mebi + 1));
  closeSync(file);
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

/** By Packmule; the bytes are compared. */
async function fetched(url: string, connections: number, like: string): Promise<Figures> {
  const directory = makeTempDir('bench-range');
  execFileSync('sync');
  const said = await runNode(script, [url, directory, String(connections)]);
  const figures = JSON.parse(said) as Figures;
  if ((await digestOf(join(directory, 'file'))) !== (await digestOf(like)))
    throw new Error('the bytes are not the same');
  rmSync(directory, { recursive: true });
  return figures;
}

/** By curl; `durable`: with the fdatasync without which nothing counts here. */
function fetchedByCurl(url: string, durable: boolean): number {
  const path = join(makeTempDir('bench-curl'), 'file');
  execFileSync('sync');
  const began = performance.now();
  execFileSync('curl', ['-sS', '-o', path, url]);
  if (durable) execFileSync('sync', ['-d', path]);
  const seconds = (performance.now() - began) / 1000;
  rmSync(path);
  return seconds;
}

function say(row: string, text: string, good?: boolean): void {
  console.log(`${row.padEnd(44)} ${text}${good === undefined ? '' : good ? '  ok' : '  MISSED'}`);
}

const speed = (bytes: number, seconds: number) => `${(bytes / seconds / 1e6).toFixed(1)} MB/s`;
const median = (of: number[]) => of.toSorted((one, other) => one - other)[Math.floor(of.length / 2)] ?? NaN;

async function measureCuts(bytes: number): Promise<void> {
  const server = await startNginx();
  makeFile(server, 'file', bytes);
  const road = await startTcpProxy({ port: Number(new URL(server.origin).port) });
  const fraction = seededFractions(1);
  const mean = bytes / Number(values.cuts);
  let seen = -1;
  const timer = setInterval(() => {
    if (road.connections.length === seen) return;
    seen = road.connections.length;
    road.set('down', {
      limitBytes: Math.ceil(mean * (0.5 + fraction())),
      end: fraction() < 0.5 ? 'fin' : 'reset',
    });
  }, 1);
  const run = await fetched(`${road.origin}/file`, 4, join(server.root, 'file'));
  clearInterval(timer);
  const again = run.receivedBytes - bytes;
  say(
    `${values.cuts} cuts of ${bytes / mebi} MiB: seconds, cuts`,
    `${run.seconds.toFixed(1)} s, ${run.cuts} cuts, ${run.requests} requests, ${run.rows} rows`,
  );
  say(
    '  came twice',
    `${again} bytes, ${(again / Math.max(1, run.cuts)).toFixed(0)} per cut`,
    again <= 65_536 * run.cuts,
  );
  const through = road.total('down') - bytes;
  say(
    '  passed the road beyond the file',
    `${(through / Math.max(1, run.cuts)).toFixed(0)} bytes per cut (heads included)`,
    through <= 65_536 * run.cuts,
  );
  say('  peak memory', `${(run.peakBytes / mebi).toFixed(1)} MiB`, run.peakBytes <= peakBytesMax);
  await road.close();
  await server.close();
}

async function measureLimited(): Promise<void> {
  const server = await startNginx([`limit_rate ${limitBytesPerSecond};`]);
  makeFile(server, 'one', limitedBytes);
  makeFile(server, 'four', 12 * limitedBytes);
  const byCurl = fetchedByCurl(`${server.origin}/one`, false);
  const one = await fetched(`${server.origin}/one`, 1, join(server.root, 'one'));
  const four = await fetched(`${server.origin}/four`, 4, join(server.root, 'four'));
  const ratio = (12 * byCurl) / four.seconds;
  say('2 MB/s for each connection: curl', speed(limitedBytes, byCurl));
  say('  one connection', speed(limitedBytes, one.seconds));
  say(
    '  four connections',
    `${speed(12 * limitedBytes, four.seconds)}, ${ratio.toFixed(2)} x curl, ${four.connectionsMost} at most`,
    ratio >= 3.5,
  );
  await server.close();
}

async function measureFull(bytes: number): Promise<void> {
  const server = await startNginx();
  makeFile(server, 'file', bytes);
  const times: Record<'ours' | 'curl' | 'durable', number[]> = { ours: [], curl: [], durable: [] };
  let peakBytes = 0;
  let cpuSeconds = 0;
  for (let pair = 0; pair < Number(values.pairs); pair++) {
    times.curl.push(fetchedByCurl(`${server.origin}/file`, false));
    const run = await fetched(`${server.origin}/file`, 4, join(server.root, 'file'));
    times.ours.push(run.seconds);
    peakBytes = Math.max(peakBytes, run.peakBytes);
    cpuSeconds = run.cpuSeconds;
    times.durable.push(fetchedByCurl(`${server.origin}/file`, true));
  }
  const [ours, curl, durable] = [median(times.ours), median(times.curl), median(times.durable)];
  say(`no limit, ${bytes / mebi} MiB: curl`, speed(bytes, curl));
  say('  curl, and durable', speed(bytes, durable));
  say(
    '  Packmule, hashed and durable',
    `${speed(bytes, ours)}, ${(curl / ours).toFixed(2)} x curl, ${cpuSeconds.toFixed(1)} s of processor`,
  );
  say('  against curl and durable', `${(durable / ours).toFixed(2)} x`, durable / ours >= 1);
  say('  peak memory', `${(peakBytes / mebi).toFixed(1)} MiB`, peakBytes <= peakBytesMax);
  const { size } = statSync(join(server.root, 'file'));
  if (size !== bytes) throw new Error('the file has changed');
  await server.close();
}

const chosen = values.rows.split(',');
const bytes = Number(values.mebibytes) * mebi;
if (chosen.includes('cuts')) await measureCuts(bytes);
if (chosen.includes('limited')) await measureLimited();
if (chosen.includes('full')) await measureFull(bytes);
removeTempDirs();
