/**
 * One pack from the remote into the hidden repository: spooled and indexed as it comes. An interrupted try leaves its
 * spool, counted; the figures say honestly what of it was for nothing.
 */

import { encodeFetchRequest, type FetchRequest } from '../../git/index.ts';
import { EngineError, failureOf, type EngineFailure } from '../errors.ts';
import { startIndexing, type VerifiedPack } from '../objects/index.ts';
import type { SpoolFile } from '../ports.ts';
import { protocolAgent, type GitConnection } from '../remote/index.ts';
import { receivePack, type PackStreamResult } from '../transfer/index.ts';
import type { LiveArtefact } from './live-job.ts';
import type { StoredAttempt } from './records.ts';
import { countSpool } from './spool-count.io.ts';
import type { WorkContext } from './work-context.ts';

export interface DownloadWish {
  connection: GitConnection;
  objectFormat: 'sha1' | 'sha256';
  request: Omit<FetchRequest, 'objectFormat' | 'agent' | 'done' | 'ofsDelta'>;
  /** Let index-pack follow the links inside the pack as well. */
  checkClosure: boolean;
  promisor: boolean;
}

export interface Downloaded {
  pack: VerifiedPack;
  stream: PackStreamResult;
}

/** Failures that mean the line broke while bytes were coming: what a person calls "a drop". */
const drops = new Set(['connection-lost', 'connection-timed-out', 'network-unreachable']);

function beginArtefact(context: WorkContext): LiveArtefact {
  const { live, ports, address } = context;
  const id = ports.chance.id();
  const artefact: LiveArtefact = {
    stored: {
      id,
      jobId: live.id,
      kind: 'pack-stream',
      source: address.host,
      state: 'arriving',
      totalBytes: null,
      totalObjects: null,
      objects: 0,
      spoolName: `${id}.pack`,
      createdAtMs: ports.clock.nowMs(),
    },
    pieces: [],
    bytes: 0,
  };
  ports.store.saveArtefact(artefact.stored);
  live.artefacts.push(artefact);
  return artefact;
}

function beginAttempt(context: WorkContext, artefactId: string): StoredAttempt {
  const { live, ports, address } = context;
  const attempt: StoredAttempt = {
    id: ports.chance.id(),
    jobId: live.id,
    number: live.attempts.length + 1,
    artefactId,
    source: address.host,
    startedAtMs: ports.clock.nowMs(),
    endedAtMs: null,
    bytes: 0,
    result: 'running',
    failure: null,
    entriesKept: null,
  };
  ports.store.saveAttempt(attempt);
  live.attempts.push(attempt);
  return attempt;
}

/** Says in the database how much of the spool is on the disk for good. */
function keepPiece(context: WorkContext, artefact: LiveArtefact, durableBytes: number): void {
  const last = artefact.pieces[0];
  if (durableBytes === 0 || last?.toBytes === durableBytes) return;
  const piece = last ?? {
    id: context.ports.chance.id(),
    artefactId: artefact.stored.id,
    fromBytes: 0,
    toBytes: 0,
    state: 'here' as const,
  };
  piece.toBytes = durableBytes;
  artefact.pieces = [piece];
  context.ports.store.savePiece(piece);
}

function endAttempt(
  context: WorkContext,
  attempt: StoredAttempt,
  bytes: number,
  failure: EngineFailure | null,
): void {
  attempt.endedAtMs = context.ports.clock.nowMs();
  attempt.bytes = bytes;
  attempt.failure = failure;
  attempt.result = failure !== null ? 'failed' : context.signal.aborted ? 'paused' : 'complete';
  context.ports.store.saveAttempt(attempt);
}

/**
 * Earlier spools of the job are now known to be superseded: their bytes were for nothing, unless they were indexed.
 * The longest is kept on disk until the clone is whole; it is what a person could still save by hand.
 */
async function supersedeEarlier(context: WorkContext, keep: LiveArtefact): Promise<void> {
  const { live, ports, workspace } = context;
  const stale = live.artefacts.filter((other) => other !== keep && other.stored.state === 'arriving');
  for (const other of stale) {
    other.stored.state = 'abandoned';
    live.record.bytes.wastedBytes += other.bytes;
    ports.store.saveArtefact(other.stored);
  }
  const spooled = live.artefacts.filter(
    (other) => other.stored.state === 'abandoned' && other.stored.spoolName !== null,
  );
  const longest = spooled.reduce<LiveArtefact | null>(
    (best, one) => (best === null || one.bytes > best.bytes ? one : best),
    null,
  );
  for (const other of spooled) {
    if (other === longest || other.stored.spoolName === null) continue;
    await ports.disk.remove(ports.disk.join(workspace.spools, other.stored.spoolName));
    other.stored.spoolName = null;
    ports.store.saveArtefact(other.stored);
  }
}

async function streamAndIndex(
  context: WorkContext,
  wish: DownloadWish,
  artefact: LiveArtefact,
  spool: SpoolFile,
): Promise<Downloaded> {
  const { live, ports, workspace, signal, address } = context;
  const body = encodeFetchRequest({
    ...wish.request,
    objectFormat: wish.objectFormat,
    agent: protocolAgent,
    done: true,
    ofsDelta: true,
  });
  const indexing = startIndexing(ports.git, workspace.gitDir, {
    checkClosure: wish.checkClosure,
    promisor: wish.promisor,
    signal,
    listener: {
      onObjects: (done, total) => live.progress.advance('download', done, total, 'objects'),
      onDeltas: (done, total) => live.progress.advance('index', done, total, 'deltas'),
    },
  });
  try {
    const stream = await receivePack(await wish.connection.request(body, signal), {
      spool,
      sink: indexing,
      host: address.host,
      objectFormat: wish.objectFormat,
      listener: {
        onBytes: (bytes) => {
          artefact.bytes = bytes;
          keepPiece(context, artefact, spool.durableBytes);
        },
        onRemoteProgress: () => {},
        onObjectCount: (objects) => {
          artefact.stored.totalObjects = objects;
          ports.store.saveArtefact(artefact.stored);
        },
      },
    });
    context.report('downloaded');
    live.progress.complete('download');
    live.progress.begin('index');
    return { stream, pack: await indexing.finish() };
  } catch (error) {
    await indexing.abandon();
    throw error;
  }
}

/**
 * Fetches one pack. Throws EngineErrors as they come from the connection, the stream or git; the signal's reason when
 * stopped. In every case the spool is closed and durable and the attempt is in the database.
 */
export async function downloadPack(context: WorkContext, wish: DownloadWish): Promise<Downloaded> {
  const { live, ports, workspace } = context;
  const artefact = beginArtefact(context);
  await supersedeEarlier(context, artefact);
  const attempt = beginAttempt(context, artefact.stored.id);
  const spoolPath = ports.disk.join(workspace.spools, artefact.stored.spoolName ?? artefact.stored.id);
  const spool = await ports.disk.openSpool(spoolPath);
  try {
    const downloaded = await streamAndIndex(context, wish, artefact, spool);
    await spool.close();
    artefact.stored.state = 'verified';
    artefact.stored.totalBytes = downloaded.stream.packBytes;
    artefact.stored.objects = downloaded.stream.objects;
    artefact.pieces = artefact.pieces.map((piece) => ({ ...piece, state: 'indexed' as const }));
    artefact.stored.spoolName = null;
    endAttempt(context, attempt, artefact.bytes, null);
    ports.store.saveArtefact(artefact.stored);
    for (const piece of artefact.pieces) ports.store.savePiece(piece);
    // The pack is in the repository now; the same bytes twice on the disk help nobody.
    await ports.disk.remove(spoolPath);
    live.progress.complete('index');
    return downloaded;
  } catch (error) {
    await closeQuietly(spool);
    keepPiece(context, artefact, spool.durableBytes);
    const failure = context.signal.aborted ? null : failureOf(error);
    endAttempt(context, attempt, artefact.bytes, failure);
    if (failure !== null && drops.has(failure.code)) live.record.drops++;
    countSpool(context, artefact, attempt, wish.objectFormat);
    throw error;
  }
}

/** The first error is the one worth telling. */
async function closeQuietly(spool: SpoolFile): Promise<void> {
  try {
    await spool.close();
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
  }
}
