/**
 * The pack behind a bundle's header becomes a pack of the repository. It is believed nothing: what is whole in it is kept,
 * and whether everything is here is found out by whoever asks the remote for the rest.
 */

import type { BundleHeader, ObjectFormat } from '../../git/index.ts';
import { EngineError } from '../errors.ts';
import { startIndexing } from '../objects/index.ts';
import { sweepTemporaryPacks } from '../repo/index.ts';
import { markStored, spoolPath } from './ledger.io.ts';
import type { LiveArtefact } from './live-job.ts';
import { salvage } from './salvage.io.ts';
import type { WorkContext } from './work-context.ts';

export interface SpooledBundle {
  artefact: LiveArtefact;
  header: BundleHeader;
  packAt: number;
}

/** What git says of a pack that is not as it should be; in which words, a stranger has a say. */
const refusals: ReadonlySet<string> = new Set(['pack-corrupt', 'git-failed']);

async function indexWhole(
  context: WorkContext,
  { artefact, header, packAt }: SpooledBundle,
): Promise<boolean> {
  const { ports, workspace, live, signal } = context;
  let objects = 0;
  const indexing = startIndexing(ports.git, workspace.gitDir, {
    checkClosure: false,
    thin: header.prerequisites.length > 0,
    promisor: live.record.options.filter !== undefined,
    listener: {
      onObjects: (done, total) => {
        objects = total;
        live.progress.ahead('index', done, total, 'objects');
      },
      onDeltas: (done, total) => live.progress.ahead('index', done, total, 'deltas'),
    },
    signal,
  });
  const path = spoolPath(context, artefact);
  try {
    for await (const chunk of ports.disk.stream(path, packAt)) await indexing.write(chunk);
    await indexing.finish();
  } catch (error) {
    await indexing.abandon();
    signal.throwIfAborted();
    if (!(error instanceof EngineError) || !refusals.has(error.code)) throw error;
    await sweepTemporaryPacks(ports.disk, workspace);
    return false;
  }
  const { id } = artefact.stored;
  ports.store.deletePieces(id);
  const whole = { id: ports.chance.id(), artefactId: id, fromBytes: 0, toBytes: artefact.bytes };
  artefact.pieces = [{ ...whole, state: 'here' }];
  artefact.stored.totalObjects = objects;
  markStored(context, artefact, objects);
  await ports.disk.remove(path);
  return true;
}

/**
 * Keeps the whole objects among the first `uptoBytes` of the file. The artefact is a pack stream that was cut from then on.
 * Answers with their number.
 */
export async function keepWholeObjects(
  context: WorkContext,
  { artefact, packAt }: Pick<SpooledBundle, 'artefact' | 'packAt'>,
  uptoBytes: number,
  format: ObjectFormat,
): Promise<number> {
  const { ports, live, signal } = context;
  const from = spoolPath(context, artefact);
  const name = `${artefact.stored.id}.pack`;
  const spool = await ports.disk.openSpool(ports.disk.join(context.workspace.spools, name));
  let left = uptoBytes - packAt;
  try {
    for await (const chunk of ports.disk.stream(from, packAt)) {
      signal.throwIfAborted();
      if (left <= 0) break;
      await spool.append(chunk.subarray(0, left));
      left -= chunk.length;
    }
    await spool.sync();
  } finally {
    await spool.close();
  }
  ports.store.deletePieces(artefact.stored.id);
  artefact.pieces = [];
  artefact.stored.state = 'spooled';
  artefact.stored.totalBytes = null;
  artefact.stored.totalObjects = null;
  artefact.stored.spoolName = name;
  // The header, and what came behind a gap, is of no use.
  const kept = Math.max(0, uptoBytes - packAt);
  live.record.bytes.wastedBytes += Math.max(0, artefact.bytes - kept);
  artefact.bytes = kept;
  ports.store.saveArtefact(artefact.stored);
  await ports.disk.remove(from);
  try {
    return (await salvage(context, artefact, format)).objects;
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof EngineError) || !refusals.has(error.code)) throw error;
    return 0;
  }
}

/** Answers whether all of it is here, or how many objects could be kept. */
export async function unbundle(
  context: WorkContext,
  bundle: SpooledBundle,
  format: ObjectFormat,
): Promise<{ whole: true } | { whole: false; objects: number }> {
  if (await indexWhole(context, bundle)) return { whole: true };
  const objects = await keepWholeObjects(context, bundle, bundle.artefact.bytes, format);
  return { whole: false, objects };
}
