/** `--bundle-uri`: what can be had elsewhere, before the remote is asked for the rest. */

import { isSameFilter, RemoteProtocolError, type ObjectFormat } from '../../git/index.ts';
import { EngineError } from '../errors.ts';
import { completionWay, planRest } from '../plan/index.ts';
import type { HttpClient } from '../ports.ts';
import type { RemoteOffer } from '../remote/index.ts';
import { hasRepository } from '../repo/index.ts';
import { readBrought, writeBrought } from './brought-bundles.io.ts';
import { readBundleHeader, wholeUpTo } from './bundle-file.io.ts';
import { BundleRun } from './bundle-run.io.ts';
import type { LiveArtefact } from './live-job.ts';
import { abandon } from './salvage.io.ts';
import { keepWholeObjects } from './unbundle.io.ts';
import type { WorkContext } from './work-context.ts';

/** Tries that end because a server of bundles cannot be reached, before the clone goes on without. */
const triesMax = 3;

const isSpool = ({ stored: { state, spoolName } }: LiveArtefact): boolean =>
  spoolName?.endsWith('.bundle') === true && (state === 'arriving' || state === 'spooled');

/** Of what was not unbundled the objects that are whole; the rest of it goes. */
async function useUp(context: WorkContext, artefact: LiveArtefact, format: ObjectFormat): Promise<void> {
  const { live, ports } = context;
  const upto =
    artefact.stored.state === 'spooled'
      ? artefact.bytes
      : wholeUpTo(ports.store.loadPieces(artefact.stored.id));
  try {
    const { header, packAt } = await readBundleHeader(context, artefact);
    const fits =
      header.objectFormat === format && isSameFilter(header.filter, live.record.options.filter ?? null);
    if (!fits || upto <= packAt) return await abandon(context, artefact);
    const objects = await keepWholeObjects(context, { artefact, packAt }, upto, format);
    if (objects > 0)
      context.note(
        'info',
        `${objects.toLocaleString('en')} objects of a bundle that was not whole are kept.`,
      );
  } catch (error) {
    const isFull = error instanceof EngineError && error.code === 'disk-full';
    if (!(error instanceof RemoteProtocolError) && !isFull) throw error;
    // What it might have brought is not worth the room that the clone itself needs.
    await ports.disk.remove(ports.disk.join(context.workspace.spools, `${artefact.stored.id}.pack`));
    await abandon(context, artefact);
  }
}

/** The clone is here: what an unfinished bundle had brought was for nothing. */
export async function dropBundles(context: WorkContext): Promise<void> {
  for (const artefact of context.live.artefacts) if (isSpool(artefact)) await abandon(context, artefact);
}

/**
 * Brings the bundles into the hidden repository. Answers whether the rest can be asked for, object by object or in slices.
 * @throws the signal's reason; EngineErrors of this computer, never those of a server
 */
export async function takeInBundles(
  context: WorkContext,
  http: HttpClient,
  offer: RemoteOffer,
): Promise<boolean> {
  const { live, ports, workspace, address } = context;
  const { options } = live.record;
  if (options.bundleUri === undefined) return false;
  const way = completionWay(offer, options);
  if (way === null) {
    context.note(
      'notice',
      `${address.host} offers no way to send only what a bundle lacks; it sends everything.`,
    );
    return false;
  }
  const brought = await readBrought(ports.disk, workspace);
  if (!brought.ended) {
    live.progress.begin('download');
    const run = new BundleRun(context, http, offer.objectFormat, brought);
    await run.run(options.bundleUri);
    brought.tries++;
    brought.ended = !run.unreached || brought.tries >= triesMax;
    for (const artefact of [...live.artefacts]) {
      if (!isSpool(artefact) || (!brought.ended && artefact.stored.state === 'arriving')) continue;
      await useUp(context, artefact, offer.objectFormat);
    }
    await writeBrought(ports.disk, workspace, brought);
    live.progress.advance('download', 0, null, 'objects');
  }
  const { packs } = await hasRepository(ports.disk, workspace);
  if (packs) context.usePlan(planRest(address.host, way));
  return packs;
}
