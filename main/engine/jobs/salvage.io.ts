/**
 * Nothing that arrived is lost: spools of interrupted streams are cut after their last whole entry, sealed, and taken
 * into the repository. The figures say honestly what of each was kept and what was for nothing.
 */

import type { ObjectFormat } from '../../git/index.ts';
import { EngineError } from '../errors.ts';
import { keepResolvable, storePack } from '../objects/index.ts';
import type { SealedPack } from '../ports.ts';
import { spoolPath } from './download.io.ts';
import { beginArtefact, markStored } from './ledger.io.ts';
import { keptSource, type LiveArtefact } from './live-job.ts';
import type { WorkContext } from './work-context.ts';

/** Framing of a pack: what sealing changes, and what is therefore neither kept nor wasted. */
const trailerBytes = (format: ObjectFormat): number => (format === 'sha1' ? 20 : 32);

function recordEntries(context: WorkContext, artefact: LiveArtefact, entries: number): void {
  const attempt = context.live.attempts.findLast(({ artefactId }) => artefactId === artefact.stored.id);
  if (attempt === undefined) return;
  attempt.entriesKept = entries;
  context.ports.store.saveAttempt(attempt);
}

/** What this job never received is not its waste. */
function waste(context: WorkContext, { stored }: LiveArtefact, bytes: number): void {
  if (stored.source !== keptSource) context.live.record.bytes.wastedBytes += bytes;
}

/** Of no use any more: its file goes, and what came of it was for nothing. */
export async function abandon(context: WorkContext, artefact: LiveArtefact): Promise<void> {
  waste(context, artefact, artefact.bytes);
  artefact.stored.state = 'abandoned';
  const path = spoolPath(context, artefact);
  for (const each of [
    path,
    `${path}.marks`,
    path.replace(/\.pack$/, '.idx'),
    path.replace(/\.pack$/, '.rev'),
  ]) {
    await context.ports.disk.remove(each);
  }
  artefact.stored.spoolName = null;
  context.ports.store.saveArtefact(artefact.stored);
  recordEntries(context, artefact, 0);
}

export interface Salvaged {
  /** Objects in it; 0 when there was nothing whole. */
  objects: number;
  /** Path of the index of the pack that was made of it. */
  index: string | null;
}

/** What is known about a spool beyond what lies in it. */
export interface SpoolKnowledge {
  /** See `SpooledPack`. */
  thin?: boolean;
  /**
   * How much of what came was here before: such bytes were for nothing. Asked once the pack is stored; entries from
   * `endBytes` on were put in by git.
   */
  twice?: (index: string, endBytes: number) => Promise<{ objects: number; bytes: number }>;
}

const nothing: Salvaged = { objects: 0, index: null };

function ofPack(context: WorkContext, { thin }: SpoolKnowledge): { promisor: boolean; thin?: boolean } {
  const promisor = context.live.record.options.filter !== undefined;
  return { promisor, ...(thin === undefined ? {} : { thin }) };
}

/** What was here before is taken out of what was of use. Answers with the objects it was. */
function countAgain(
  context: WorkContext,
  artefact: LiveArtefact,
  again: { objects: number; bytes: number } | undefined,
): number {
  if (again === undefined) return 0;
  waste(context, artefact, again.bytes);
  artefact.bytes -= again.bytes;
  return again.objects;
}

/** An answer that came to its end: git checks it as a whole, and nobody needs to look for where it was cut. */
async function storeWhole(
  context: WorkContext,
  artefact: LiveArtefact,
  format: ObjectFormat,
  knowledge: SpoolKnowledge,
): Promise<Salvaged | null> {
  const { ports, workspace, signal } = context;
  const { state, totalObjects } = artefact.stored;
  if (state !== 'spooled' || totalObjects === null) return null;
  const path = spoolPath(context, artefact);
  if ((await ports.disk.sizeOf(path)) !== artefact.bytes) return null;
  try {
    const pack = {
      git: ports.git,
      disk: ports.disk,
      gitDir: workspace.gitDir,
      path,
      ...ofPack(context, knowledge),
      signal,
    };
    const index = await storePack(pack);
    const again = await knowledge.twice?.(index, artefact.bytes - trailerBytes(format));
    markStored(context, artefact, totalObjects - countAgain(context, artefact, again));
    return { objects: totalObjects, index };
  } catch (error) {
    if (!(error instanceof EngineError) || error.code !== 'pack-corrupt') throw error;
    return null;
  }
}

/**
 * Takes one spool in, cut off or whole.
 * @throws EngineError `disk-full` and the like; never for what is in the spool
 */
export async function salvage(
  context: WorkContext,
  artefact: LiveArtefact,
  format: ObjectFormat,
  knowledge: SpoolKnowledge = {},
): Promise<Salvaged> {
  const { live, ports, signal } = context;
  const whole = await storeWhole(context, artefact, format, knowledge);
  if (whole !== null) return whole;
  const path = spoolPath(context, artefact);
  const sizeBytes = await ports.disk.sizeOf(path);
  if (sizeBytes === null) {
    await abandon(context, artefact);
    return nothing;
  }
  const interrupted = artefact.stored.state === 'arriving';
  // After a crash the spool may be longer than the database says: those bytes arrived too.
  artefact.bytes = Math.max(artefact.bytes, sizeBytes);
  const sealed = await ports.packs.seal(path, format, signal);
  if (sealed === null) {
    await abandon(context, artefact);
    return nothing;
  }
  const stored = await storeSealed(context, path, format, sealed, knowledge);
  if (stored === null) {
    context.note('problem', 'A part of what arrived was damaged; it is fetched again.');
    await abandon(context, artefact);
    return nothing;
  }
  const { index, droppedEntries, droppedBytes } = stored;
  const entries = sealed.entries - droppedEntries;
  const keptBytes = (sealed.complete ? sealed.bytes : sealed.bytes - trailerBytes(format)) - droppedBytes;
  waste(context, artefact, Math.max(0, artefact.bytes - keptBytes));
  artefact.bytes = keptBytes;
  // Where entries had to go, nobody knows any more where those end that came.
  const again =
    droppedEntries > 0 ? undefined : await knowledge.twice?.(index, sealed.bytes - trailerBytes(format));
  const fresh = entries - countAgain(context, artefact, again);
  if (interrupted) live.record.bytes.savedBytes += artefact.bytes;
  markStored(context, artefact, fresh);
  return { objects: entries, index };
}

interface StoredSpool {
  index: string;
  /** Deltas on objects nobody has, and their bytes. */
  droppedEntries: number;
  droppedBytes: number;
}

/** What git takes of a sealed spool; null when it takes nothing. */
async function storeSealed(
  context: WorkContext,
  path: string,
  objectFormat: ObjectFormat,
  sealed: SealedPack,
  knowledge: SpoolKnowledge,
): Promise<StoredSpool | null> {
  const { ports, workspace, signal } = context;
  const { git, disk, packs } = ports;
  const { promisor, ...how } = ofPack(context, knowledge);
  const store = { git, disk, gitDir: workspace.gitDir, promisor, signal };
  try {
    const index = await storePack({
      ...store,
      ...how,
      path,
      ...(sealed.indexed ? { indexedAs: sealed.hash } : {}),
    });
    return { index, droppedEntries: 0, droppedBytes: 0 };
  } catch (error) {
    if (!(error instanceof EngineError) || error.code !== 'pack-corrupt') throw error;
    if (!/unresolved delta/.test(error.facts.detail ?? '')) return null;
  }
  try {
    const kept = await keepResolvable({ ...store, packs, path, objectFormat });
    if (kept === null) return null;
    const index = await storePack({ ...store, path: kept.path });
    await disk.remove(path);
    ports.log('deltas without a base', { job: context.live.id, entries: kept.droppedEntries });
    return { index, droppedEntries: kept.droppedEntries, droppedBytes: kept.droppedBytes };
  } catch (error) {
    if (!(error instanceof EngineError) || error.code !== 'pack-corrupt') throw error;
    return null;
  }
}

/**
 * What two commits share comes once for each request for all that is below them: what was here before is wasted. Their
 * share of the bytes is taken to be that of their number; nobody knows better without looking at every entry.
 */
export function countRepeated(
  context: WorkContext,
  artefact: LiveArtefact,
  objects: number,
  fresh: number,
): void {
  if (fresh >= objects) return;
  const bytes = Math.round((artefact.bytes * (objects - fresh)) / objects);
  context.live.record.bytes.wastedBytes += bytes;
  artefact.bytes -= bytes;
  artefact.stored.totalBytes = artefact.bytes;
  context.ports.store.saveArtefact(artefact.stored);
}

/**
 * Spools nobody has a row for: left by a job that was cancelled but kept, by a database that is gone, or by a crash just
 * before a spool that was indexed on its way would have been removed. Answers with their artefacts.
 */
async function registerStrays(context: WorkContext): Promise<Set<LiveArtefact>> {
  const { live, ports, workspace } = context;
  const strays = new Set<LiveArtefact>();
  if ((await ports.disk.kindOf(workspace.spools)) !== 'directory') return strays;
  const known = new Set(live.artefacts.map(({ stored }) => stored.spoolName));
  for (const name of await ports.disk.list(workspace.spools)) {
    const path = ports.disk.join(workspace.spools, name);
    // What is known of a spool lies beside it: how far it was scanned, and the index composed of it.
    const [, spool] = /^(.+?)(?:\.pack|\.pack\.marks|\.idx|\.rev)$/.exec(name) ?? [];
    if (known.has(name) || (spool !== undefined && known.has(`${spool}.pack`))) continue;
    // Whatever else lies here is an index that was not finished.
    if (!name.endsWith('.pack')) await ports.disk.remove(path);
    else strays.add(beginArtefact(context, 'object-batch', name));
  }
  return strays;
}

/** Whoever received its bytes has counted them: another job, or this one under another name. */
async function salvageStray(
  context: WorkContext,
  artefact: LiveArtefact,
  format: ObjectFormat,
): Promise<Salvaged> {
  const { bytes } = context.live.record;
  const { wastedBytes } = bytes;
  const salvaged = await salvage(context, artefact, format);
  bytes.wastedBytes = wastedBytes;
  artefact.bytes = 0;
  artefact.stored.totalBytes = 0;
  context.ports.store.saveArtefact(artefact.stored);
  return salvaged;
}

/** All spools of the job that are still lying about: from a pause, a cut or a crash. Answers with objects gained. */
export async function salvageLeftovers(context: WorkContext, format: ObjectFormat): Promise<number> {
  const strays = await registerStrays(context);
  let gained = 0;
  for (const artefact of [...context.live.artefacts]) {
    const { state, spoolName } = artefact.stored;
    if (spoolName === null || (state !== 'arriving' && state !== 'spooled')) continue;
    // Of files that come in spans their own stage knows.
    if (!spoolName.endsWith('.pack')) continue;
    const take = strays.has(artefact) ? salvageStray : salvage;
    gained += (await take(context, artefact, format)).objects;
  }
  if (gained > 0) {
    context.note('info', `${gained.toLocaleString('en')} objects that had arrived before are kept.`);
  }
  return gained;
}

/** The remote's repository is another one now, or the way changed: what was spooled serves no more. */
export async function abandonLeftovers(context: WorkContext): Promise<void> {
  for (const artefact of context.live.artefacts) {
    const { state, spoolName } = artefact.stored;
    if (spoolName !== null && (state === 'arriving' || state === 'spooled')) await abandon(context, artefact);
  }
}

/** For a way that cannot use them: how much lies there, counted and shown, until the next try replaces it. */
export async function countLeftovers(context: WorkContext, format: ObjectFormat): Promise<void> {
  for (const artefact of context.live.artefacts) {
    if (artefact.stored.spoolName?.endsWith('.pack') !== true || artefact.stored.state !== 'arriving')
      continue;
    const { entries } = await context.ports.packs.count(spoolPath(context, artefact), format, context.signal);
    artefact.stored.objects = entries;
    context.ports.store.saveArtefact(artefact.stored);
    recordEntries(context, artefact, entries);
  }
}
