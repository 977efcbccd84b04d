/**
 * One pack from the remote into the hidden repository: spooled and indexed as it comes. When it is cut off, the spool
 * stays; salvage.io.ts makes of it what can be made.
 */

import { encodeFetchRequest, type FetchRequest, type ObjectFormat } from '../../git/index.ts';
import { EngineError, failureOf } from '../errors.ts';
import type { VerifiedPack } from '../objects/index.ts';
import type { SpoolFile } from '../ports.ts';
import { protocolAgent, type GitConnection } from '../remote/index.ts';
import { receivePack, type PackSink, type PackStreamResult } from '../transfer/index.ts';
import {
  beginArtefact,
  beginAttempt,
  endAttempt,
  keepObjectCount,
  keepPiece,
  markStored,
  spoolPath,
} from './ledger.io.ts';
import type { LiveArtefact } from './live-job.ts';
import { PackIntake } from './pack-intake.io.ts';
import type { StoredArtefact } from './records.ts';
import type { WorkContext } from './work-context.ts';

export { spoolPath } from './ledger.io.ts';

export type PackRequest = Omit<FetchRequest, 'objectFormat' | 'agent' | 'done' | 'ofsDelta'>;

export interface DownloadWish {
  connection: GitConnection;
  objectFormat: ObjectFormat;
  request: PackRequest;
  /** See `PackStreamListener`. */
  onBoundary?: (shallow: readonly string[]) => Promise<void>;
}

export interface Downloaded {
  pack: VerifiedPack;
  stream: PackStreamResult;
}

export interface SpoolOutcome {
  artefact: LiveArtefact;
  /** Null when it was cut off. */
  stream: PackStreamResult | null;
  /** What ended it early. */
  error: unknown;
}

/** The first error is the one worth telling. */
async function closeQuietly(spool: SpoolFile): Promise<void> {
  try {
    await spool.close();
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
  }
}

function requestBody(wish: DownloadWish): Uint8Array {
  return encodeFetchRequest({
    ...wish.request,
    objectFormat: wish.objectFormat,
    agent: protocolAgent,
    // Its progress is asked for and read by nobody: it is a sign of life while a server counts objects.
    done: true,
    // With it, and without thin packs, every beginning of a pack stands by itself (gitformat-pack, OFS_DELTA).
    ofsDelta: true,
  });
}

/**
 * Asks and spools, and never throws for what the network does: the outcome tells. The spool is closed, durable unless it
 * was indexed on its way; artefact and attempt are in the database.
 */
export async function spoolPack(
  context: WorkContext,
  wish: DownloadWish,
  kind: StoredArtefact['kind'],
  sink: PackSink,
): Promise<SpoolOutcome> {
  const { ports, signal, address } = context;
  const artefact = beginArtefact(context, kind);
  const attempt = beginAttempt(context, artefact);
  const spool = await ports.disk.openSpool(spoolPath(context, artefact));
  try {
    const stream = await receivePack(await wish.connection.request(requestBody(wish), signal), {
      spool,
      sink,
      host: address.host,
      objectFormat: wish.objectFormat,
      clock: ports.clock,
      keepsSpool: kind === 'object-batch',
      listener: {
        onBytes: (bytes) => {
          artefact.bytes = bytes;
          keepPiece(context, artefact, spool.durableBytes);
        },
        onObjectCount: (objects) => keepObjectCount(context, artefact, objects),
        ...(wish.onBoundary === undefined ? {} : { onBoundary: wish.onBoundary }),
      },
    });
    await spool.close();
    artefact.stored.state = 'spooled';
    endAttempt(context, artefact, attempt, { durableBytes: spool.durableBytes, failure: null });
    return { artefact, stream, error: null };
  } catch (error) {
    await closeQuietly(spool);
    const failure = signal.aborted ? null : failureOf(error);
    endAttempt(context, artefact, attempt, { durableBytes: spool.durableBytes, failure });
    return { artefact, stream: null, error };
  }
}

/**
 * Fetches one pack and indexes it as it comes. Throws EngineErrors as they come from the connection, the stream or
 * git; the signal's reason when stopped. The spool of an interrupted pack stays.
 */
export async function downloadPack(
  context: WorkContext,
  wish: DownloadWish,
  how: {
    /** See to it that everything the wanted ids reach is in the pack. */
    checkClosure: boolean;
    promisor: boolean;
    /** Asked for as a thin pack: deltas may lean on what is here. */
    thin?: boolean;
  },
): Promise<Downloaded> {
  const { live, ports } = context;
  const { objectFormat } = wish;
  const tips = how.checkClosure ? wish.request.wants : null;
  const { promisor, thin = false } = how;
  const intake = new PackIntake(context, { objectFormat, tips, promisor, thin });
  try {
    const { artefact, stream, error } = await spoolPack(context, wish, 'pack-stream', intake);
    if (stream === null) {
      await intake.cut();
      throw error;
    }
    live.progress.complete('download');
    live.progress.begin('index');
    const path = spoolPath(context, artefact);
    const pack = await intake.finish(artefact);
    markStored(context, artefact, stream.objects);
    // The pack is in the repository now; the same bytes twice on the disk help nobody.
    await ports.disk.remove(path);
    live.progress.complete('index');
    return { pack, stream };
  } finally {
    await intake.close();
  }
}
