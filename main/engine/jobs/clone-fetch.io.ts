/** The stages of a clone that need the network: what is offered, what is wanted, and all of it brought here. */

import { failureOf } from '../errors.ts';
import { indexOrphans } from '../objects/index.ts';
import {
  completionWay,
  isShortLived,
  mapRefs,
  planClone,
  planObjects,
  planRefused,
  planSlices,
  refPrefixes,
  type RefMap,
  driftBetween,
  driftWords,
} from '../plan/index.ts';
import { discover, openConnection, type GitConnection, type RemoteOffer } from '../remote/index.ts';
import {
  checkTarget,
  claimWorkspace,
  createRepository,
  hasRepository,
  readAdopted,
  sweepTemporaryPacks,
} from '../repo/index.ts';
import { takeInAdopted } from './adoption.io.ts';
import { writeBoundary } from './boundary.io.ts';
import { forgetBrought } from './brought-bundles.io.ts';
import { dropBundles, takeInBundles } from './bundles.io.ts';
import { catchUp, replan, type Pinned } from './catch-up.io.ts';
import { completeByIds } from './completion.io.ts';
import { downloadPack } from './download.io.ts';
import { downloadHeadBlobs } from './head-blobs.io.ts';
import { isDrop } from './ledger.io.ts';
import { lineTo } from './line-records.io.ts';
import { sumOf } from './live-job.ts';
import { isBare, readPinsIfAny, writePins, type Pins } from './pins.io.ts';
import { abandonLeftovers, countLeftovers, salvageLeftovers } from './salvage.io.ts';
import { completeBySlices } from './slices.io.ts';
import type { StageName } from './states.ts';
import type { WorkContext } from './work-context.ts';

/** Settled at the first stages, needed by all later ones. */
export interface Ground {
  pins: Pins;
  map: RefMap;
  /** All links were followed, by index-pack in the one pack or by the walk; only known in the run that downloaded. */
  closureChecked: boolean;
}

/** A stage is safely behind us: the next start begins after it. */
export function reached(context: WorkContext, stage: StageName): void {
  context.live.record.stage = stage;
  context.save();
}

export function mapOf(context: WorkContext, pins: Pins): RefMap {
  return mapRefs(pins.refs, context.live.record.options, pins.origin, pins.defaultBranch);
}

async function userSetting(context: WorkContext, key: string, otherwise: string): Promise<string> {
  const { stdout } = await context.ports.git.run(['config', '--get', key], {
    configuration: 'as-user',
    expect: [0, 1],
    signal: context.signal,
  });
  const value = new TextDecoder().decode(stdout).trim();
  return value === '' ? otherwise : value;
}

async function probe(
  context: WorkContext,
  connection: GitConnection,
): Promise<Pins & { offer: RemoteOffer }> {
  const { live, ports, address, signal } = context;
  const { options } = live.record;
  live.progress.begin('probe');
  const [found, origin, defaultBranch] = await Promise.all([
    discover(connection, address.host, refPrefixes(options), signal),
    options.origin === undefined ? userSetting(context, 'clone.defaultRemoteName', 'origin') : options.origin,
    userSetting(context, 'init.defaultBranch', 'master'),
  ]);
  if (found.droppedNames > 0) {
    context.note('notice', `${found.droppedNames} refs were left out: their names are not allowed in Git.`);
  }
  live.record.offer = found.offer;
  live.progress.complete('probe');
  ports.log('probed', { job: live.id, refs: found.refs.length });
  const { objectFormat } = found.offer;
  return { offer: found.offer, refs: found.refs, origin, defaultBranch, objectFormat };
}

/** Links lead out of shallow and filtered packs on purpose; only whole ones can be checked, and completed, as a whole. */
function isWhole(context: WorkContext): boolean {
  const { options } = context.live.record;
  return options.depth === undefined && options.filter === undefined;
}

/**
 * The hidden repository, with everything earlier tries brought into it. Where these count, the refs stay those of the
 * first try: a history that moves between tries would never be complete.
 */
async function prepare(
  context: WorkContext,
  now: Pins & { offer: RemoteOffer },
): Promise<{ pins: Pins; map: RefMap; gained: boolean }> {
  const { live, ports, workspace, address, signal } = context;
  const { options } = live.record;
  const adopts = (await readAdopted(ports.disk, workspace)) !== null;
  if (!adopts) await checkTarget(ports.disk, live.record.directory);
  const line = lineTo(context);
  const shortLived = isShortLived(line, ports.clock.nowMs()) ? line : null;
  live.record.plan = planClone(now.offer, options, address.host, shortLived);
  const { objectFormat } = now.offer;
  const way = completionWay(now.offer, options);
  const kept = way === null ? null : await readPinsIfAny(ports.disk, workspace);
  const { begun } = await hasRepository(ports.disk, workspace);
  const earlier = begun && kept?.objectFormat === objectFormat ? kept : null;
  // May refuse what the person asked for: before anything of ours is on the disk.
  const map = mapOf(context, earlier ?? now);
  await claimWorkspace(ports.disk, workspace, { job: live.id, url: live.record.url });
  if (earlier !== null) {
    context.pinsDrifted = driftWords(driftBetween(earlier.refs, now.refs)) !== null;
    await indexOrphans(ports.git, ports.disk, workspace.gitDir, signal);
    await salvageLeftovers(context, objectFormat);
    const { packs } = await hasRepository(ports.disk, workspace);
    return { pins: earlier, map, gained: packs };
  }
  const pins: Pins = { refs: now.refs, origin: now.origin, defaultBranch: now.defaultBranch, objectFormat };
  await ports.disk.remove(workspace.repository);
  await forgetBrought(ports.disk, workspace);
  // Of a shallow or filtered clone nobody knows what git had left out on purpose.
  const serves = adopts && way !== null && isWhole(context);
  if (!serves) {
    if (adopts)
      context.note('notice', `${address.host} offers no way to go on with what git had downloaded.`);
    // What an earlier try left without finishing its pack is of no use on this way.
    await abandonLeftovers(context);
    await ports.disk.remove(workspace.spools);
  }
  await createRepository({ git: ports.git, disk: ports.disk, workspace, options, objectFormat, signal });
  if (serves) await takeInAdopted(context);
  await writePins(ports.disk, workspace, pins);
  if (serves) await salvageLeftovers(context, objectFormat);
  return { pins, map, gained: serves && (await hasRepository(ports.disk, workspace)).packs };
}

/** Everything in one pack. Answers whether all of it was seen to be there. */
async function streamAll(
  context: WorkContext,
  connection: GitConnection,
  { objectFormat }: RemoteOffer,
  map: RefMap,
): Promise<boolean> {
  const { options } = context.live.record;
  const request = {
    wants: map.wants,
    includeTag: options.noTags !== true,
    ...(options.depth === undefined ? {} : { deepen: options.depth }),
    ...(options.filter === undefined ? {} : { filter: options.filter }),
  };
  const onBoundary = (shallow: readonly string[]) => writeBoundary(context, shallow);
  const { pack } = await downloadPack(
    context,
    { connection, objectFormat, request, onBoundary },
    { checkClosure: isWhole(context), promisor: options.filter !== undefined },
  );
  return pack.selfContained;
}

/** The rest, by slices; from a server that refuses what they ask for, everything again. */
async function completeOrStream(
  context: WorkContext,
  connection: GitConnection,
  offer: RemoteOffer,
  map: RefMap,
): Promise<void> {
  const { address, live, signal } = context;
  if (live.plan?.strategy !== 'slices') context.usePlan(planSlices(address.host));
  try {
    await completeBySlices(context, connection, offer, map);
  } catch (error) {
    signal.throwIfAborted();
    const { code, facts } = failureOf(error);
    // "not our ref" (upload-pack.c): it is what was wanted that is gone, not the way to ask for it.
    if (code !== 'remote-refused' || /not our ref/i.test(facts.detail ?? '')) throw error;
    context.usePlan(planRefused(address.host));
    live.progress.begin('download');
    await streamAll(context, connection, offer, map);
  }
}

/**
 * The rest, object by object; by slices, when the server turns out to take none of the filters it offered. Answers whether
 * all of it was seen to be there: what is missing is found by looking into every commit and tree.
 */
async function completeByFilters(
  context: WorkContext,
  connection: GitConnection,
  offer: RemoteOffer,
  map: RefMap,
): Promise<boolean> {
  const { address, live, signal } = context;
  if (live.plan?.strategy !== 'objects') context.usePlan(planObjects(address.host));
  try {
    await completeByIds(context, connection, offer.objectFormat, map.wants);
    return true;
  } catch (error) {
    signal.throwIfAborted();
    const withoutFilters = { ...offer, capabilities: { ...offer.capabilities, filter: false } };
    const { code } = failureOf(error);
    if (code !== 'filter-not-supported' || completionWay(withoutFilters, live.record.options) === null)
      throw error;
    context.note('notice', `${address.host} offers filters but takes none; it is asked without them.`);
    await completeOrStream(context, connection, withoutFilters, map);
    return false;
  }
}

/** Everything in one pack; when that is cut off and can be completed, the rest as the remote allows. */
async function streamOrComplete(
  context: WorkContext,
  connection: GitConnection,
  offer: RemoteOffer,
  map: RefMap,
  gained: boolean,
): Promise<boolean> {
  const { objectFormat } = offer;
  const way = completionWay(offer, context.live.record.options);
  if (!gained && context.live.plan?.strategy !== 'objects') {
    try {
      return await streamAll(context, connection, offer, map);
    } catch (error) {
      context.signal.throwIfAborted();
      if (!isDrop(failureOf(error)) || way === null) {
        await countLeftovers(context, objectFormat);
        throw error;
      }
      await sweepTemporaryPacks(context.ports.disk, context.workspace);
      if ((await salvageLeftovers(context, objectFormat)) === 0) throw error;
    }
  }
  let walked = false;
  if (way === 'slices') await completeOrStream(context, connection, offer, map);
  else walked = await completeByFilters(context, connection, offer, map);
  context.live.progress.complete('download');
  return walked;
}

async function download(
  context: WorkContext,
  connection: GitConnection,
  offer: RemoteOffer,
  prepared: { map: RefMap; gained: boolean },
): Promise<boolean> {
  const { live, ports, workspace } = context;
  const { options } = live.record;
  const { map, gained } = prepared;
  live.progress.begin('download');
  if (map.wants.length === 0) {
    live.progress.skip('download');
    live.progress.skip('index');
    context.report('downloaded');
    return true;
  }
  const closureChecked = await streamOrComplete(context, connection, offer, map, gained);
  if (options.filter !== undefined && !isBare(options) && options.noCheckout !== true) {
    await downloadHeadBlobs(context, connection, offer.objectFormat, map);
  }
  await sweepTemporaryPacks(ports.disk, workspace);
  live.progress.complete('download');
  live.progress.complete('index');
  context.report('downloaded');
  return closureChecked;
}

/** What the clone was begun with; or, when the server has that no more, what it has now. */
async function downloadPinned(
  context: WorkContext,
  connection: GitConnection,
  offer: RemoteOffer,
  prepared: Pinned & { gained: boolean },
): Promise<{ pinned: Pinned; closureChecked: boolean }> {
  const { pins, map } = prepared;
  try {
    return {
      pinned: { pins, map },
      closureChecked: await download(context, connection, offer, prepared),
    };
  } catch (error) {
    if (completionWay(offer, context.live.record.options) === null) throw error;
    const now = await replan(context, connection, prepared, error);
    const { packs } = await hasRepository(context.ports.disk, context.workspace);
    // Where the new refs' history is to end, only a new answer to `deepen` can say.
    const again = { ...now, gained: packs && context.live.record.options.depth === undefined };
    return { pinned: now, closureChecked: await download(context, connection, offer, again) };
  }
}

/** Ends with everything the refs reach in the hidden repository, and with no socket open. */
export async function fetchEverything(context: WorkContext): Promise<Ground> {
  const connection = openConnection(context.address, context.ports, context.access);
  const files = context.ports.openHttp();
  context.live.attach(sumOf(connection, files));
  const stop = () => void Promise.all([connection.close(), files.close()]);
  context.signal.addEventListener('abort', stop, { once: true });
  try {
    reached(context, 'probe');
    const now = await probe(context, connection);
    context.report('probed');
    const prepared = await prepare(context, now);
    reached(context, 'download');
    context.report('planned');
    const gained = (await takeInBundles(context, files, now.offer)) || prepared.gained;
    const all = { ...prepared, gained };
    const { pinned, closureChecked } = await downloadPinned(context, connection, now.offer, all);
    await dropBundles(context);
    const ended = await catchUp(context, connection, pinned);
    return { ...ended, closureChecked: closureChecked && ended === pinned };
  } finally {
    context.signal.removeEventListener('abort', stop);
    context.live.tick(context.ports.clock.monotonicMs());
    context.live.detach();
    await Promise.all([connection.close(), files.close()]);
  }
}
