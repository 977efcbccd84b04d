/** Everything that an update needs and that is not here, into its quarantine: one thin pack, or by object id after a cut. */

import type { ObjectFormat } from '../../git/index.ts';
import { failureOf } from '../errors.ts';
import {
  consolidatePacks,
  havesByDate,
  indexOrphans,
  isConnected,
  missingObjects,
  type NewObjects,
} from '../objects/index.ts';
import { isUpdateCompletable, planObjects, type UpdatedRepository } from '../plan/index.ts';
import { protocolAgent, type GitConnection, type RemoteOffer } from '../remote/index.ts';
import {
  claimWorkspace,
  createQuarantine,
  hasRepository,
  sweepTemporaryPacks,
  type RepositoryPlace,
} from '../repo/index.ts';
import { negotiate, withAnswer } from '../transfer/index.ts';
import { takeInAdopted } from './adoption.io.ts';
import { downloadPack } from './download.io.ts';
import { isDrop } from './ledger.io.ts';
import { abandonLeftovers, countLeftovers, salvageLeftovers } from './salvage.io.ts';
import { fetchInSlices, readWholeHeads } from './update-slices.io.ts';
import { completeUpdate } from './update-completion.io.ts';
import type { WorkContext } from './work-context.ts';

/** With fewer objects to come, each by its id is the shorter way. */
const slicedObjectsMin = 2_000;
/** When more than this share is here already, sending the rest as differences would send too much again. */
const slicedShareMax = 0.6;

/** Whether most of a large pack is still to come. */
function isWorthSlicing({ live }: WorkContext): boolean {
  const streams = live.artefacts.filter(({ stored }) => stored.kind === 'pack-stream');
  const promised = Math.max(0, ...streams.map(({ stored }) => stored.totalObjects ?? 0));
  const here = live.artefacts.filter(({ stored }) => stored.state === 'verified');
  const objects = here.reduce((sum, { stored }) => sum + stored.objects, 0);
  return promised - objects >= slicedObjectsMin && objects / promised <= slicedShareMax;
}

/** Commits that a request for what is missing tells at once: the newest ones say what the older ones would. */
const havesAtOnceMax = 256;

async function firstOf(ids: AsyncGenerator<string>, count: number): Promise<string[]> {
  const first: string[] = [];
  for await (const id of ids) {
    first.push(id);
    if (first.length >= count) break;
  }
  return first;
}

/** What is updated, and from where. */
export interface UpdateGround {
  connection: GitConnection;
  offer: RemoteOffer;
  place: RepositoryPlace;
  repository: UpdatedRepository;
}

/** Which ids are here whole and which have to come. */
export interface WantedIds {
  wants: string[];
  /** Here with everything behind them, and at the server. */
  common: string[];
}

export function newObjects(context: WorkContext, place: RepositoryPlace): NewObjects {
  const { ports, workspace, signal } = context;
  return { git: ports.git, disk: ports.disk, gitDir: place.gitDir, quarantine: workspace.gitDir, signal };
}

/**
 * What has to be asked for. An object may be here without what it needs (a killed git leaves such ones), so only what
 * the repository's own refs reach, or what is found whole, counts as here.
 */
export async function wantedIds(
  context: WorkContext,
  { place, offer, repository }: UpdateGround,
  ids: readonly string[],
  refIds: ReadonlySet<string>,
): Promise<WantedIds> {
  const { ports, signal } = context;
  const unique = [...new Set(ids)];
  const reader = { git: ports.git, gitDir: place.gitDir, format: offer.objectFormat, signal };
  const missing = new Set((await missingObjects(reader, unique)).hex());
  const here = unique.filter((oid) => !missing.has(oid));
  const doubtful = here.filter((oid) => !refIds.has(oid));
  const question = { ...newObjects(context, place), quarantine: place.commonDir };
  const whole = await isConnected(question, doubtful, repository.filter !== null);
  const wants = new Set([...missing, ...(whole ? [] : doubtful)]);
  return { wants: [...wants], common: here.filter((oid) => !wants.has(oid)) };
}

/** Negotiates and takes the pack in as it comes. */
async function streamUpdate(
  context: WorkContext,
  { connection, offer, place, repository }: UpdateGround,
  { wants, common }: WantedIds,
  tips: readonly string[],
  followTags: boolean,
): Promise<void> {
  const { ports, address, workspace, signal } = context;
  const { objectFormat } = offer;
  const request = {
    wants,
    thinPack: true,
    includeTag: followTags,
    ...(repository.shallow.length === 0 ? {} : { shallow: repository.shallow }),
    ...(repository.filter === null ? {} : { filter: repository.filter }),
  };
  const found = await negotiate({
    connection,
    request: { ...request, objectFormat, agent: protocolAgent, ofsDelta: true },
    haves: havesByDate({
      git: ports.git,
      // Sees the repository's refs through nothing but its own git directory; tips in the quarantine only from there.
      gitDir: tips.length === 0 ? place.gitDir : workspace.gitDir,
      common,
      tips,
      signal,
    }),
    host: address.host,
    signal,
  });
  await downloadPack(
    context,
    {
      connection: found.answer === null ? connection : withAnswer(connection, found.answer),
      objectFormat,
      request: { ...request, haves: found.haves },
    },
    { checkClosure: false, promisor: repository.filter !== null, thin: true },
  );
}

/** The quarantine, with everything earlier tries brought into it. Answers whether there is any. */
async function prepare(
  context: WorkContext,
  objectFormat: ObjectFormat,
  completable: boolean,
): Promise<boolean> {
  const { live, ports, workspace, signal } = context;
  await claimWorkspace(ports.disk, workspace, { job: live.id, url: live.record.url });
  if (!completable) {
    await abandonLeftovers(context);
    await ports.disk.remove(workspace.repository);
    await ports.disk.remove(workspace.spools);
  }
  await createQuarantine({ git: ports.git, disk: ports.disk, workspace, objectFormat, signal });
  await indexOrphans(ports.git, ports.disk, workspace.gitDir, signal);
  await sweepTemporaryPacks(ports.disk, workspace);
  if (completable) await takeInAdopted(context);
  await salvageLeftovers(context, objectFormat);
  return (await hasRepository(ports.disk, workspace)).packs;
}

/**
 * Everything behind the wanted ids is here, in the repository or its quarantine, when it resolves.
 * @throws EngineErrors as the connection, the server and git have them; the signal's reason when stopped
 */
export async function downloadUpdate(
  context: WorkContext,
  ground: UpdateGround,
  wanted: WantedIds,
  followTags: boolean,
): Promise<void> {
  const { connection, offer, place, repository } = ground;
  const { objectFormat } = offer;
  const { ports, workspace, signal, live } = context;
  const completable = isUpdateCompletable(offer, repository);
  const gained = await prepare(context, objectFormat, completable);
  if (!gained) {
    try {
      return await streamUpdate(context, ground, wanted, [], followTags);
    } catch (error) {
      signal.throwIfAborted();
      if (!isDrop(failureOf(error)) || !completable) {
        await countLeftovers(context, objectFormat);
        throw error;
      }
      await sweepTemporaryPacks(ports.disk, workspace);
      if ((await salvageLeftovers(context, objectFormat)) === 0) throw error;
    }
  }
  context.usePlan(planObjects(context.address.host));
  const objects = newObjects(context, place);
  const haves = { git: ports.git, gitDir: place.gitDir, common: wanted.common, tips: [], signal };
  const common = await firstOf(havesByDate(haves), havesAtOnceMax);
  const update = { objects, format: objectFormat, wants: wanted.wants, common };
  if ((await readWholeHeads(context)) !== null || isWorthSlicing(context)) {
    await fetchInSlices(context, connection, update);
  }
  await completeUpdate(context, connection, update);
  live.progress.begin('index');
  await consolidatePacks({ ...ports, gitDir: workspace.gitDir, format: objectFormat, signal });
}

/**
 * Objects that only now turned out to be wanted (tags of what came): everything else is here.
 * @param tips what has come, with everything behind it
 */
export async function downloadMore(
  context: WorkContext,
  ground: UpdateGround,
  wants: readonly string[],
  tips: readonly string[],
): Promise<void> {
  const { objectFormat } = ground.offer;
  await createQuarantine({
    git: context.ports.git,
    disk: context.ports.disk,
    workspace: context.workspace,
    objectFormat,
    signal: context.signal,
  });
  await streamUpdate(context, ground, { wants: [...wants], common: [] }, tips, false);
}
