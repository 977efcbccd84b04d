/**
 * Finishes a clone from whatever is here: first all commits, then all trees, level by level, then all blobs in the
 * order of paths. Nothing about its progress is kept but the objects themselves: after any end of the process it
 * starts by looking at what is here, and asks for the rest.
 */

import { bytesOfHex, OidSet } from '../../git/index.ts';
import { BlobList, TreeLevel, walkLevel } from '../objects/index.ts';
import type { GitConnection } from '../remote/index.ts';
import { Batches } from './batches.io.ts';
import { Census } from './census.io.ts';
import { EngineError } from '../errors.ts';
import type { WorkContext } from './work-context.ts';

/** Rounds of commits without a new one, before the server is taken at its word that it has no more. */
const idleRoundsMax = 2;

async function completeCommits(
  context: WorkContext,
  batches: Batches,
  wants: readonly string[],
): Promise<Census> {
  const census = new Census(batches.reader);
  for (let idleRounds = 0; ;) {
    await census.update();
    const { missing, shallow, haves } = await census.frontier(wants);
    if (missing.length === 0) return census;
    const { objects, cut } = await batches.fetch({ wants: missing, shallow, haves, filter: 'tree:0' });
    if (objects === 0 && !cut) idleRounds++;
    if (idleRounds >= idleRoundsMax) {
      throw new EngineError('objects-missing', {
        host: context.address.host,
        detail: `The server did not send ${missing.length} commits or tags it was asked for.`,
      });
    }
  }
}

/** Every tree of the history is here when it resolves; answers with every blob there is. */
async function completeTrees(
  context: WorkContext,
  batches: Batches,
  census: Census,
  wants: readonly string[],
): Promise<BlobList> {
  const { reader } = batches;
  const blobs = new BlobList(reader.format);
  const seen = new OidSet(context.live.artefacts.reduce((sum, { stored }) => sum + stored.objects, 0));
  let level = new TreeLevel(reader.format);
  level.add('', census.rootTrees);
  level.add('', await census.looseTrees(wants));
  for (const oid of level.oids.hex()) seen.add(bytesOfHex(oid));
  while (level.oids.length > 0) {
    await batches.fetchAll(level.oids.hex(), 'tree:0');
    level = await walkLevel(reader, level, seen, blobs);
  }
  return blobs;
}

/**
 * @param wants ids of refs; everything they reach is here when it resolves
 * @throws EngineErrors as the connection, the server and git have them; the signal's reason when stopped
 */
export async function completeByIds(
  context: WorkContext,
  connection: GitConnection,
  format: 'sha1' | 'sha256',
  wants: readonly string[],
): Promise<void> {
  const batches = new Batches(context, connection, format);
  try {
    await completeInOrder(context, batches, wants);
  } finally {
    // A pack may still be on its way into the repository when the work is stopped or fails.
    await batches.settle();
  }
}

async function completeInOrder(
  context: WorkContext,
  batches: Batches,
  wants: readonly string[],
): Promise<void> {
  const census = await completeCommits(context, batches, wants);
  context.note(
    'info',
    `All ${census.graph.size.toLocaleString('en')} commits are here; now the trees that are missing.`,
  );
  const blobs = await completeTrees(context, batches, census, wants);
  context.note(
    'info',
    `All trees are here; of ${blobs.oids.length.toLocaleString('en')} file versions the missing ones are next.`,
  );
  await batches.fetchAll(blobs.oids.hex(), undefined);
}
