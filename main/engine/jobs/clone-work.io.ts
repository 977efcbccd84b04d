/** The stages of a clone, in order, each through its own folder. What they mean for the job is the machine's business. */

import { EngineError } from '../errors.ts';
import { checkConnectivity } from '../objects/index.ts';
import { mapRefs, planClone, refPrefixes, type RefMap } from '../plan/index.ts';
import { discover, openConnection, type GitConnection, type RemoteOffer } from '../remote/index.ts';
import {
  checkOut,
  checkTarget,
  createRepository,
  reveal,
  sweepTemporaryPacks,
  writeRefs,
} from '../repo/index.ts';
import { downloadPack } from './download.io.ts';
import { missingHeadBlobs } from './head-blobs.io.ts';
import { readPins, writePins, type Pins } from './pins.io.ts';
import type { StageName } from './states.ts';
import type { WorkContext } from './work-context.ts';

/** Settled at the first stages, needed by all later ones. */
interface Ground {
  pins: Pins;
  map: RefMap;
  /** Index-pack followed all links of the one pack; only known in the run that downloaded. */
  closureChecked: boolean;
}

const isBare = (context: WorkContext): boolean => {
  const { options } = context.live.record;
  return options.bare === true || options.mirror === true;
};

async function userSetting(context: WorkContext, key: string, otherwise: string): Promise<string> {
  const { stdout } = await context.ports.git.run(['config', '--get', key], {
    configuration: 'as-user',
    expect: [0, 1],
    signal: context.signal,
  });
  const value = new TextDecoder().decode(stdout).trim();
  return value === '' ? otherwise : value;
}

function mapOf(context: WorkContext, pins: Pins): RefMap {
  return mapRefs(pins.refs, context.live.record.options, pins.origin, pins.defaultBranch);
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
  return { offer: found.offer, refs: found.refs, origin, defaultBranch };
}

async function prepare(context: WorkContext, pins: Pins & { offer: RemoteOffer }): Promise<RefMap> {
  const { live, ports, workspace, address, signal } = context;
  const { options } = live.record;
  await checkTarget(ports.disk, live.record.directory);
  live.record.plan = planClone(pins.offer, options, address.host);
  const map = mapOf(context, pins);
  // What an earlier try left without finishing its pack is worth nothing to git; spools are elsewhere and stay.
  await ports.disk.remove(workspace.repository);
  await ports.disk.makeDirectory(workspace.root);
  await ports.disk.write(
    workspace.owner,
    JSON.stringify({ packmule: 1, job: live.id, url: live.record.url }),
  );
  await createRepository({
    git: ports.git,
    disk: ports.disk,
    workspace,
    options,
    objectFormat: pins.offer.objectFormat,
    signal,
  });
  return map;
}

/** Links lead out of shallow and filtered packs on purpose; only whole ones can be checked by themselves. */
function isWhole(context: WorkContext): boolean {
  const { options } = context.live.record;
  return options.depth === undefined && options.filter === undefined;
}

async function download(
  context: WorkContext,
  connection: GitConnection,
  pins: Pins & { offer: RemoteOffer },
  map: RefMap,
): Promise<Ground> {
  const { live, ports, workspace } = context;
  const { options } = live.record;
  live.progress.begin('download');
  if (map.wants.length === 0) {
    live.progress.skip('download');
    live.progress.skip('index');
    context.report('downloaded');
    return { pins, map, closureChecked: true };
  }
  const { objectFormat } = pins.offer;
  const promisor = options.filter !== undefined;
  const { pack, stream } = await downloadPack(context, {
    connection,
    objectFormat,
    request: {
      wants: map.wants,
      includeTag: options.noTags !== true,
      ...(options.depth === undefined ? {} : { deepen: options.depth }),
      ...(options.filter === undefined ? {} : { filter: options.filter }),
    },
    checkClosure: isWhole(context),
    promisor,
  });
  if (stream.shallow.length > 0) {
    await ports.disk.write(ports.disk.join(workspace.gitDir, 'shallow'), stream.shallow.join('\n') + '\n');
  }
  if (promisor && !isBare(context) && options.noCheckout !== true) {
    await downloadHeadBlobs(context, connection, objectFormat, map);
  }
  await sweepTemporaryPacks(ports.disk, workspace);
  return { pins, map, closureChecked: pack.selfContained };
}

/** A checkout of a filtered clone needs the blobs of HEAD: asked for in few requests, before git asks one by one. */
async function downloadHeadBlobs(
  context: WorkContext,
  connection: GitConnection,
  objectFormat: 'sha1' | 'sha256',
  map: RefMap,
): Promise<void> {
  if (map.head.kind === 'unborn') return;
  const batch = 10_000;
  for (;;) {
    const missing = await missingHeadBlobs(
      context.ports.git,
      context.workspace.gitDir,
      map.head.oid,
      context.signal,
    );
    if (missing.length === 0) return;
    context.note(
      'info',
      `${missing.length.toLocaleString('en')} objects of the files to check out are fetched by id.`,
    );
    for (let at = 0; at < missing.length; at += batch) {
      await downloadPack(context, {
        connection,
        objectFormat,
        request: { wants: missing.slice(at, at + batch) },
        checkClosure: false,
        promisor: true,
      });
    }
    const left = await missingHeadBlobs(
      context.ports.git,
      context.workspace.gitDir,
      map.head.oid,
      context.signal,
    );
    if (left.length >= missing.length) {
      throw new EngineError('objects-missing', {
        detail: `The server did not send ${left.length} objects it was asked for.`,
      });
    }
  }
}

async function connect(context: WorkContext, ground: Ground): Promise<void> {
  const { live, ports, workspace, signal } = context;
  const { pins, map } = ground;
  live.progress.begin('connect');
  const tips = new Set(map.refs.map((ref) => ref.oid));
  if (map.head.kind !== 'unborn') tips.add(map.head.oid);
  await checkConnectivity({
    git: ports.git,
    gitDir: workspace.gitDir,
    tips: [...tips],
    filter: live.record.options.filter ?? null,
    closureChecked: ground.closureChecked,
    signal,
  });
  const { droppedNames } = await writeRefs({
    ports,
    workspace,
    map,
    options: live.record.options,
    origin: pins.origin,
    url: live.record.url,
    defaultBranch: pins.defaultBranch,
    signal,
  });
  if (droppedNames.length > 0) {
    context.note(
      'notice',
      `${droppedNames.length} refs were left out: each would be a file where another needs a folder.`,
    );
  }
  live.progress.complete('connect');
}

async function checkOutAndReveal(context: WorkContext, map: RefMap): Promise<void> {
  const { live, ports, workspace, signal } = context;
  if (isBare(context) || live.record.options.noCheckout === true || map.head.kind === 'unborn') {
    live.progress.skip('checkout');
  } else {
    live.progress.begin('checkout');
    await checkOut({
      git: ports.git,
      disk: ports.disk,
      workspace,
      onFiles: (done, total) => live.progress.advance('checkout', done, total, 'files'),
      signal,
    });
    live.progress.complete('checkout');
  }
  signal.throwIfAborted();
  await reveal(ports.disk, workspace, live.record.directory);
}

/** A stage is safely behind us: the next start begins after it. */
function reached(context: WorkContext, stage: StageName): void {
  context.live.record.stage = stage;
  context.save();
}

async function fetchEverything(context: WorkContext): Promise<Ground> {
  const connection = openConnection(context.address, context.ports, context.access);
  context.live.attach(connection);
  const stop = () => void connection.close();
  context.signal.addEventListener('abort', stop, { once: true });
  try {
    reached(context, 'probe');
    const pins = await probe(context, connection);
    context.report('probed');
    const map = await prepare(context, pins);
    reached(context, 'download');
    context.report('planned');
    const ground = await download(context, connection, pins, map);
    await writePins(context.ports.disk, context.workspace, pins);
    return ground;
  } finally {
    context.signal.removeEventListener('abort', stop);
    context.live.tick(context.ports.clock.monotonicMs());
    context.live.detach();
    await connection.close();
  }
}

async function pinnedGround(context: WorkContext): Promise<Ground> {
  const pins = await readPins(context.ports.disk, context.workspace);
  return { pins, map: mapOf(context, pins), closureChecked: false };
}

/**
 * Works from `from` to the end. Rejects with an EngineError, or with the signal's reason when it was stopped; in both
 * cases every socket, file and process of the work is gone.
 */
export async function runClone(context: WorkContext, from: 'probe' | 'connect' | 'checkout'): Promise<void> {
  context.live.progress.reset(from);
  const ground = from === 'probe' ? await fetchEverything(context) : await pinnedGround(context);
  if (from === 'probe') {
    reached(context, 'connect');
    context.report('indexed');
  }
  if (from !== 'checkout') {
    await connect(context, ground);
    reached(context, 'checkout');
    context.report('connected');
  }
  await checkOutAndReveal(context, ground.map);
}
