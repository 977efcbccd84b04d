/**
 * A large update over connections that break: a part of its commits at a time, oldest first, each with everything it
 * holds. What a server is asked for by id it sends whole; a commit it can send as the difference to what is here, and of
 * large updates most objects are little differences.
 */

import { failureOf } from '../errors.ts';
import type { NewObjects } from '../objects/index.ts';
import { downloadPack } from './download.io.ts';
import { isDrop } from './ledger.io.ts';
import { abandonLeftovers } from './salvage.io.ts';
import { sweepTemporaryPacks } from '../repo/index.ts';
import { completeUpdate, completeUpdateCommits, type UnfinishedUpdate } from './update-completion.io.ts';
import type { GitConnection } from '../remote/index.ts';
import type { WorkContext } from './work-context.ts';

/** Commits of the first slice. */
const firstSlice = 64;
/** A slice is made for this share of what a connection has carried before it broke. */
const shareOfLife = 0.5;
/** While nothing broke. */
const sliceBytes = 8 * 1024 * 1024;

interface NewCommit {
  oid: string;
  parents: string[];
}

const headsPath = ({ ports, workspace }: WorkContext): string =>
  ports.disk.join(workspace.root, 'whole-heads.json');

/** Commits of an earlier try that are here with everything behind them, and no parents of one another; null for none. */
export async function readWholeHeads(context: WorkContext): Promise<string[] | null> {
  const bytes = await context.ports.disk.read(headsPath(context));
  return bytes === null ? null : (JSON.parse(new TextDecoder().decode(bytes)) as string[]);
}

/** New commits, parents before their children. All of them must be here. */
async function newCommits(
  objects: NewObjects,
  wants: readonly string[],
  heads: readonly string[],
): Promise<NewCommit[]> {
  const { git, disk, gitDir, quarantine, signal } = objects;
  const words = ['rev-list', '--topo-order', '--reverse', '--parents', '--stdin', '--not', '--all'];
  const { stdout } = await git.run(words, {
    gitDir,
    env: { GIT_OBJECT_DIRECTORY: disk.join(quarantine, 'objects') },
    input: [...wants, ...heads.map((oid) => `^${oid}`)].map((line) => `${line}\n`).join(''),
    signal,
  });
  const lines = new TextDecoder().decode(stdout).split('\n').filter(Boolean);
  return lines.map((line) => {
    const [oid = '', ...parents] = line.split(' ');
    return { oid, parents };
  });
}

/** Those of the commits that no other one names as a parent. */
function headsOf(before: readonly string[], slice: readonly NewCommit[]): string[] {
  const parents = new Set(slice.flatMap((commit) => commit.parents));
  return [...before, ...slice.map(({ oid }) => oid)].filter((oid) => !parents.has(oid));
}

/** What the shortest of the last connections carried, in bytes; null when none broke. */
function lifeBytes(context: WorkContext): number | null {
  const cuts = context.live.attempts.filter(
    ({ failure, bytes }) => failure !== null && isDrop(failure) && bytes > 0,
  );
  const last = cuts.slice(-3).map(({ bytes }) => bytes);
  return last.length === 0 ? null : Math.min(...last);
}

/** One slice; false when it was cut off, and nothing of it is kept. */
async function fetchSlice(
  context: WorkContext,
  connection: GitConnection,
  update: UnfinishedUpdate,
  heads: readonly string[],
  slice: readonly NewCommit[],
): Promise<boolean> {
  const request = {
    wants: headsOf([], slice),
    haves: [...new Set([...heads, ...update.common])],
    thinPack: true,
  };
  try {
    await downloadPack(
      context,
      { connection, objectFormat: update.format, request },
      { checkClosure: false, promisor: false, thin: true },
    );
    return true;
  } catch (error) {
    context.signal.throwIfAborted();
    if (!isDrop(failureOf(error))) throw error;
    await abandonLeftovers(context);
    await sweepTemporaryPacks(context.ports.disk, context.workspace);
    return false;
  }
}

/**
 * Everything behind the wanted commits is here when it resolves. After each slice it is written down what is whole, so
 * that a later try goes on there.
 * @throws EngineErrors as the connection, the server and git have them; the signal's reason when stopped
 */
export async function fetchInSlices(
  context: WorkContext,
  connection: GitConnection,
  update: UnfinishedUpdate,
): Promise<void> {
  await completeUpdateCommits(context, connection, update);
  let heads = (await readWholeHeads(context)) ?? [];
  const commits = await newCommits(update.objects, update.wants, heads);
  context.note(
    'info',
    `All new commits are here; what ${commits.length.toLocaleString('en')} of them hold comes in slices.`,
  );
  for (let from = 0, size = firstSlice; from < commits.length;) {
    const slice = commits.slice(from, from + size);
    const bytesBefore = context.live.artefacts.length;
    if (await fetchSlice(context, connection, update, heads, slice)) {
      const bytes = context.live.artefacts
        .slice(bytesBefore)
        .reduce((sum, artefact) => sum + artefact.bytes, 0);
      const target = (lifeBytes(context) ?? sliceBytes / shareOfLife) * shareOfLife;
      size = Math.max(1, Math.round(size * Math.min(3, Math.max(0.5, target / Math.max(1, bytes)))));
    } else if (slice.length > 1) {
      size = Math.max(1, slice.length >> 1);
      continue;
    } else {
      // Not even one commit comes in one go: object by object it will.
      await completeUpdate(context, connection, { ...update, wants: slice.map(({ oid }) => oid) });
    }
    from += slice.length;
    heads = headsOf(heads, slice);
    await context.ports.disk.write(headsPath(context), JSON.stringify(heads));
    context.live.progress.advance('download', from, commits.length, 'objects');
  }
}
