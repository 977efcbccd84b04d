/**
 * A clone that took more than one try ends on the refs it began with; then a small fetch brings it to what the remote has
 * now. And when the remote gives the old objects no more, what is here serves the new refs.
 */

import { EngineError } from '../errors.ts';
import { havesByDate, missingObjects } from '../objects/index.ts';
import { driftBetween, driftWords, mapRefs, refPrefixes, type RefMap } from '../plan/index.ts';
import { discover, protocolAgent, type GitConnection, type OfferedRef } from '../remote/index.ts';
import { sweepTemporaryPacks } from '../repo/index.ts';
import { negotiate, withAnswer } from '../transfer/index.ts';
import { downloadPack } from './download.io.ts';
import { writePins, type Pins } from './pins.io.ts';
import { abandonLeftovers } from './salvage.io.ts';
import type { WorkContext } from './work-context.ts';

/** What a clone ends on. */
export interface Pinned {
  pins: Pins;
  map: RefMap;
}

async function refsNow(context: WorkContext, connection: GitConnection): Promise<OfferedRef[]> {
  const { address, live, signal } = context;
  return (await discover(connection, address.host, refPrefixes(live.record.options), signal)).refs;
}

function pinnedTo(context: WorkContext, before: Pins, refs: OfferedRef[]): Pinned {
  const pins = { ...before, refs };
  const { options } = context.live.record;
  return { pins, map: mapRefs(refs, options, pins.origin, pins.defaultBranch) };
}

/** The server does not know what it was asked for (upload-pack.c: "not our ref"), or stopped sending it. */
function isGone(error: unknown): boolean {
  if (!(error instanceof EngineError)) return false;
  if (error.code === 'objects-missing') return true;
  return error.code === 'remote-refused' && /not our ref/i.test(error.facts.detail ?? '');
}

/**
 * The refs of now instead of those the clone was pinned to, when the server has these no more (a forced push, and its
 * housekeeping). Everything that is here stays. Throws `error` itself where it means something else.
 */
export async function replan(
  context: WorkContext,
  connection: GitConnection,
  { pins }: Pinned,
  error: unknown,
): Promise<Pinned> {
  context.signal.throwIfAborted();
  if (!isGone(error)) throw error;
  const refs = await refsNow(context, connection);
  const words = driftWords(driftBetween(pins.refs, refs));
  if (words === null) throw error;
  const now = pinnedTo(context, pins, refs);
  await writePins(context.ports.disk, context.workspace, now.pins);
  context.pinsDrifted = false;
  context.note(
    'notice',
    `The server has no longer what this clone was begun with (${words}). What arrived is kept; the clone goes on with the refs of now.`,
  );
  return now;
}

/** What the new refs need beyond the old ones. */
async function fetchDifference(
  context: WorkContext,
  connection: GitConnection,
  before: Pinned,
  now: Pinned,
): Promise<void> {
  const { ports, workspace, address, signal } = context;
  const { git } = ports;
  const { gitDir } = workspace;
  const { objectFormat } = now.pins;
  const wants = [
    ...(await missingObjects({ git, gitDir, format: objectFormat, signal }, now.map.wants)).hex(),
  ];
  if (wants.length > 0) {
    const request = { wants, thinPack: true, includeTag: context.live.record.options.noTags !== true };
    const found = await negotiate({
      connection,
      request: { ...request, objectFormat, agent: protocolAgent, ofsDelta: true },
      haves: havesByDate({ git, gitDir, common: [], tips: before.map.wants, signal }),
      host: address.host,
      signal,
    });
    const from = found.answer === null ? connection : withAnswer(connection, found.answer);
    const wish = { connection: from, objectFormat, request: { ...request, haves: found.haves } };
    await downloadPack(context, wish, { checkClosure: false, promisor: false, thin: true });
  }
  await git.run(['rev-list', '--objects', '--quiet', '--stdin'], {
    gitDir,
    input: [...now.map.wants, ...before.map.wants.map((oid) => `^${oid}`)]
      .map((line) => `${line}\n`)
      .join(''),
    signal,
  });
}

/**
 * Ends with the refs of now, or, when these cannot be had, with those that are here whole; the job's log says which.
 * Never fails but for the signal.
 */
export async function catchUp(
  context: WorkContext,
  connection: GitConnection,
  before: Pinned,
): Promise<Pinned> {
  const { live, ports, workspace, signal } = context;
  const { depth, filter } = live.record.options;
  // What came in one go is as new as can be; parts of a history are always asked for anew.
  if (live.attempts.length < 2 || depth !== undefined || filter !== undefined) return before;
  let words: string | null = null;
  try {
    const refs = await refsNow(context, connection);
    words = driftWords(driftBetween(before.pins.refs, refs));
    if (words === null) return before;
    const now = pinnedTo(context, before.pins, refs);
    await fetchDifference(context, connection, before, now);
    await writePins(ports.disk, workspace, now.pins);
    context.note(
      'notice',
      `While this clone was under way ${words}. A small fetch has brought it up to date.`,
    );
    return now;
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof EngineError)) throw error;
    ports.log('catch-up-failed', { job: live.id, code: error.code, facts: error.facts });
    await abandonLeftovers(context);
    await sweepTemporaryPacks(ports.disk, workspace);
    const what =
      words === null ? 'whether anything moved meanwhile could not be asked' : `since then ${words}`;
    context.note(
      'notice',
      `The clone is complete, with the refs it was begun with; ${what}, and the small fetch at its end did not succeed. The next fetch brings the rest.`,
    );
    return before;
  }
}
