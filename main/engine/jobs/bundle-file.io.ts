/**
 * One address out of `--bundle-uri` or a list: fetched in spans, resumed by its pieces, and told apart: a bundle, or another
 * list. Each is an artefact of the job.
 */

import {
  beginsLikeBundle,
  BundleHeaderReader,
  limits,
  parseBundleList,
  RemoteProtocolError,
  type BundleHeader,
  type BundleList,
} from '../../git/index.ts';
import { EngineError, failureOf } from '../errors.ts';
import type { HttpClient, HttpTimeouts } from '../ports.ts';
import { userAgent } from '../remote/index.ts';
import { downloadRange, type RangeNotice } from '../transfer/index.ts';
import { isDrop, spoolPath } from './ledger.io.ts';
import type { LiveArtefact } from './live-job.ts';
import type { StoredAttempt, StoredPiece } from './records.ts';
import type { WorkContext } from './work-context.ts';

export type BundleFile =
  | { kind: 'bundle'; artefact: LiveArtefact; header: BundleHeader; packAt: number }
  | { kind: 'list'; list: BundleList };

const timeouts: HttpTimeouts = { connectMs: 15_000, headersMs: 30_000, silenceMs: 30_000 };
const connectionsMax = 4;
/** So long without one more byte, and the remote itself is asked, which is there and has everything. */
const patienceMs = 30_000;
const watchMs = 1_000;
const shownEveryMs = 1_000;

/** What an earlier run had begun of this address, or a new artefact. */
function artefactFor(context: WorkContext, url: string): LiveArtefact {
  const { live, ports } = context;
  const begun = live.artefacts.find(
    ({ stored }) =>
      stored.spoolName?.endsWith('.bundle') === true &&
      (stored.state === 'arriving' || stored.state === 'spooled') &&
      ports.store.loadRange(stored.id)?.sources[0]?.url === url,
  );
  if (begun !== undefined) return begun;
  const id = ports.chance.id();
  const artefact: LiveArtefact = {
    stored: {
      ...{ id, jobId: live.id, kind: 'bundle', source: new URL(url).hostname, state: 'arriving' },
      ...{ totalBytes: null, totalObjects: null, objects: 0, spoolName: `${id}.bundle` },
      createdAtMs: ports.clock.nowMs(),
    },
    pieces: [],
    bytes: 0,
  };
  ports.store.saveArtefact(artefact.stored);
  live.artefacts.push(artefact);
  return artefact;
}

function beginAttempt({ live, ports }: WorkContext, { stored }: LiveArtefact): StoredAttempt {
  const attempt: StoredAttempt = {
    ...{ id: ports.chance.id(), jobId: live.id, number: live.attempts.length + 1, artefactId: stored.id },
    ...{ source: stored.source, startedAtMs: ports.clock.nowMs(), endedAtMs: null, bytes: 0 },
    ...{ result: 'running', failure: null, entriesKept: null },
  };
  ports.store.saveAttempt(attempt);
  live.attempts.push(attempt);
  return attempt;
}

/** Neighbouring pieces as one, for whoever looks at them. */
export function joined(pieces: readonly StoredPiece[]): StoredPiece[] {
  const runs: StoredPiece[] = [];
  for (const piece of pieces.toSorted((one, other) => one.fromBytes - other.fromBytes)) {
    const last = runs.at(-1);
    if (last?.state === piece.state && last.toBytes === piece.fromBytes) last.toBytes = piece.toBytes;
    else runs.push({ ...piece });
  }
  return runs;
}

/** How many bytes from the first one on are here. */
export function wholeUpTo(pieces: readonly StoredPiece[]): number {
  const [first] = joined(pieces.filter(({ state }) => state === 'here'));
  return first?.fromBytes === 0 ? first.toBytes : 0;
}

/** The first bytes of the file, once it is too large for a list. Null while they are not here. */
async function isBundleAtAll(context: WorkContext, artefact: LiveArtefact): Promise<boolean | null> {
  for await (const chunk of context.ports.disk.stream(spoolPath(context, artefact)))
    return chunk[0] === 0 ? null : beginsLikeBundle(chunk);
  return null;
}

class Watch {
  readonly stop = new AbortController();
  readonly #context: WorkContext;
  readonly #artefact: LiveArtefact;
  readonly #end: () => void;
  #grewAtMs: number | null = null;
  #shownAtMs = 0;
  #looked = false;
  drops = 0;

  constructor(context: WorkContext, artefact: LiveArtefact) {
    this.#context = context;
    this.#artefact = artefact;
    this.#end = context.ports.clock.every(watchMs, () => this.#look());
  }

  readonly onProgress = (hereBytes: number, totalBytes: number | null): void => {
    const artefact = this.#artefact;
    const { live, ports } = this.#context;
    const nowMs = ports.clock.monotonicMs();
    // What was here before is looked at first, which takes its time.
    if (this.#grewAtMs === null || hereBytes > artefact.bytes) this.#grewAtMs = nowMs;
    artefact.bytes = hereBytes;
    artefact.stored.totalBytes = totalBytes;
    if (nowMs - this.#shownAtMs >= shownEveryMs) {
      this.#shownAtMs = nowMs;
      artefact.pieces = joined(ports.store.loadPieces(artefact.stored.id));
    }
    const files = live.artefacts.filter(
      ({ stored }) => stored.kind === 'bundle' && stored.state !== 'abandoned',
    );
    const total = files.reduce((sum, { stored }) => sum + (stored.totalBytes ?? Number.NaN), 0);
    const done = files.reduce((sum, { bytes }) => sum + bytes, 0);
    live.progress.advance('download', done, Number.isNaN(total) ? null : total, 'bytes');
    if (Math.max(hereBytes, totalBytes ?? 0) > limits.configBytesMax) void this.#refuseOthers();
  };

  readonly onNotice = (notice: RangeNotice): void => {
    if (notice.kind === 'waiting' && isDrop(notice.failure)) this.drops++;
    this.#context.ports.log('bundle', { job: this.#context.live.id, ...notice });
  };

  end(): void {
    this.#end();
  }

  #look(): void {
    const { clock } = this.#context.ports;
    if (this.#grewAtMs === null || clock.monotonicMs() - this.#grewAtMs < patienceMs) return;
    const host = this.#artefact.stored.source;
    const detail = `nothing came for ${patienceMs / 1000} seconds`;
    this.stop.abort(new EngineError('connection-timed-out', { host, detail }));
  }

  async #refuseOthers(): Promise<void> {
    if (this.#looked) return;
    this.#looked = true;
    const isBundle = await isBundleAtAll(this.#context, this.#artefact).catch(() => null);
    if (isBundle === null) this.#looked = false;
    else if (!isBundle)
      this.stop.abort(new RemoteProtocolError('not-git', 'It is neither a bundle nor a list.'));
  }
}

async function download(
  context: WorkContext,
  http: HttpClient,
  artefact: LiveArtefact,
  url: string,
  signal: AbortSignal,
): Promise<void> {
  const { live, ports, hosts } = context;
  const attempt = beginAttempt(context, artefact);
  const watch = new Watch(context, artefact);
  const wish = { artefactId: artefact.stored.id, path: spoolPath(context, artefact), sources: [{ url }] };
  const world = { ...ports, http, hosts, connectionsMax, timeouts, userAgent };
  const before = artefact.bytes;
  try {
    const result = await downloadRange(wish, world, AbortSignal.any([signal, watch.stop.signal]), watch);
    watch.drops = Math.max(watch.drops, result.cuts);
    live.record.bytes.wastedBytes += Math.max(0, result.receivedBytes - result.freshBytes);
    live.record.bytes.savedBytes += before;
    artefact.stored.state = 'spooled';
    artefact.bytes = result.totalBytes ?? artefact.bytes;
    attempt.result = 'complete';
  } catch (error) {
    attempt.result = signal.aborted ? 'paused' : 'failed';
    attempt.failure = signal.aborted ? null : failureOf(error);
    throw error;
  } finally {
    watch.end();
    live.record.drops += watch.drops;
    artefact.pieces = joined(ports.store.loadPieces(artefact.stored.id));
    attempt.endedAtMs = ports.clock.nowMs();
    attempt.bytes = artefact.bytes;
    ports.store.together(() => {
      ports.store.saveArtefact(artefact.stored);
      ports.store.saveAttempt(attempt);
    });
  }
}

/** @throws RemoteProtocolError when it is no bundle, or one that cannot be read */
export async function readBundleHeader(
  context: WorkContext,
  artefact: LiveArtefact,
): Promise<{ header: BundleHeader; packAt: number }> {
  const reader = new BundleHeaderReader();
  for await (const chunk of context.ports.disk.stream(spoolPath(context, artefact))) {
    reader.push(chunk);
    if (reader.header !== null) break;
  }
  return { header: reader.finish(), packAt: reader.headerBytes };
}

/** A list has done its work when it was read. */
async function readList(context: WorkContext, artefact: LiveArtefact): Promise<BundleList> {
  const { store, disk } = context.ports;
  const path = spoolPath(context, artefact);
  if (artefact.bytes > limits.configBytesMax)
    throw new RemoteProtocolError('limit', 'It is neither a bundle nor a list.');
  const list = parseBundleList((await disk.read(path)) ?? new Uint8Array());
  artefact.stored.kind = 'bundle-list';
  artefact.stored.state = 'verified';
  artefact.stored.totalBytes = artefact.bytes;
  artefact.stored.spoolName = null;
  store.saveArtefact(artefact.stored);
  await disk.remove(path);
  return list;
}

/**
 * @throws EngineErrors of the network, of servers and of the disk; RemoteProtocolError for what is neither a bundle nor a
 * list; the signal's reason. Whatever ends it, what came stays.
 */
export async function fetchBundleFile(
  context: WorkContext,
  http: HttpClient,
  url: string,
  signal: AbortSignal,
): Promise<BundleFile> {
  const artefact = artefactFor(context, url);
  await download(context, http, artefact, url, signal);
  for await (const chunk of context.ports.disk.stream(spoolPath(context, artefact))) {
    if (beginsLikeBundle(chunk) === false) return { kind: 'list', list: await readList(context, artefact) };
    break;
  }
  return { kind: 'bundle', artefact, ...(await readBundleHeader(context, artefact)) };
}
