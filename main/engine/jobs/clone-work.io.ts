/** The stages of a clone, in order. What they mean for the job is the machine's business. */

import { checkConnectivity, consolidatePacks } from '../objects/index.ts';
import type { RefMap } from '../plan/index.ts';
import { checkOut, isRevealed, reveal, writeRefs } from '../repo/index.ts';
import { fetchEverything, mapOf, reached, type Ground } from './clone-fetch.io.ts';
import { makeWayForAdopted } from './adoption.io.ts';
import { keepBundleRefs } from './bundle-refs.io.ts';
import { isBare, readPins } from './pins.io.ts';
import type { WorkContext } from './work-context.ts';

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
  await keepBundleRefs(context, [...tips]);
  live.progress.complete('connect');
}

async function checkOutFiles(context: WorkContext, map: RefMap): Promise<void> {
  const { live, ports, workspace, signal } = context;
  const { options } = live.record;
  if (isBare(options) || options.noCheckout === true || map.head.kind === 'unborn') {
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
}

/** While git writes the files, many packs become one: both take their time after a clone of many requests. */
async function checkOutAndReveal(context: WorkContext, { pins, map }: Ground): Promise<void> {
  const { live, ports, workspace, signal } = context;
  const { directory } = live.record;
  const files = checkOutFiles(context, map);
  const format = pins.objectFormat;
  const packs = consolidatePacks({
    ...ports,
    gitDir: workspace.gitDir,
    format,
    signal,
    begun: context.gathered ?? null,
    reader: files,
  });
  // Neither may go on in a workspace that the other's failure has left.
  await Promise.allSettled([files, packs]);
  await Promise.all([files, packs]);
  signal.throwIfAborted();
  await makeWayForAdopted(context);
  await reveal(ports.disk, workspace, directory);
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
  context.live.startOver(from);
  const { live, ports, workspace } = context;
  if (from === 'checkout' && (await isRevealed(ports.disk, workspace, live.record.directory))) {
    // The engine ended between the rename and the note of it.
    await ports.disk.remove(workspace.root);
    live.progress.complete('checkout');
    return;
  }
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
  await checkOutAndReveal(context, ground);
}
