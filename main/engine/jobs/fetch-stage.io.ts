/** The stages of an update that need the network: what the remote has, what of it is wanted, and all of it brought here. */

import { shownName } from '../../git/index.ts';
import { EngineError } from '../errors.ts';
import { missingObjects } from '../objects/index.ts';
import {
  fetchPrefixes,
  followedTags,
  mapFetch,
  planFetch,
  staleNames,
  type FetchRules,
  type WantedRef,
} from '../plan/index.ts';
import { discover, type GitConnection, type OfferedRef } from '../remote/index.ts';
import {
  claimWorkspace,
  sweepTemporaryPacks,
  type ExistingRepository,
  type LocalRef,
} from '../repo/index.ts';
import { reached } from './clone-fetch.io.ts';
import { downloadMore, downloadUpdate, wantedIds, type UpdateGround } from './fetch-download.io.ts';
import { writeFetchedRefs } from './fetched-refs.io.ts';
import type { StoredFetch } from './records.ts';
import { withConnection } from './with-connection.io.ts';
import type { WorkContext } from './work-context.ts';

/** Git refuses to move a branch under somebody's work tree (builtin/fetch.c, check_not_current_branch). */
function refuseCheckedOut(wanted: readonly WantedRef[], local: ReadonlyMap<string, LocalRef>): void {
  for (const { localName } of wanted) {
    const worktree = localName?.startsWith('refs/heads/') === true ? local.get(localName)?.worktree : null;
    if (localName === null || worktree == null) continue;
    throw new EngineError('option-conflict', {
      option: 'remote.<name>.fetch',
      detail: `It would move ${shownName(localName)}, which is checked out at ${worktree}.`,
    });
  }
}

/** Of the tags' ids, and what they name, those that are in the store at `gitDir`. */
async function tagObjectsHere(
  context: WorkContext,
  gitDir: string,
  { offer }: UpdateGround,
  refs: readonly OfferedRef[],
): Promise<(oid: string) => boolean> {
  const { ports, signal } = context;
  const tags = refs.filter(({ name }) => name.startsWith('refs/tags/'));
  const ids = [...new Set(tags.flatMap(({ oid, peeled }) => [oid, peeled].filter((id) => id !== null)))];
  const reader = { git: ports.git, gitDir, format: offer.objectFormat, signal };
  const missing = new Set((await missingObjects(reader, ids)).hex());
  const here = new Set(ids.filter((id) => !missing.has(id)));
  return (oid) => here.has(oid);
}

interface Offered {
  ground: UpdateGround;
  refs: OfferedRef[];
  rules: FetchRules;
  local: Map<string, LocalRef>;
}

async function look(
  context: WorkContext,
  connection: GitConnection,
  repository: ExistingRepository,
  fetch: StoredFetch,
): Promise<Offered> {
  const { live, ports, address, signal } = context;
  live.progress.begin('probe');
  const rules = await repository.fetchRules(fetch.remote, fetch.tags);
  const found = await discover(connection, address.host, fetchPrefixes(rules), signal);
  if (found.droppedNames > 0) {
    context.note('notice', `${found.droppedNames} refs were left out: their names are not allowed in Git.`);
  }
  const objectFormat = await repository.objectFormat();
  if (found.offer.objectFormat !== objectFormat) {
    const detail = `The remote names objects by ${found.offer.objectFormat}, this repository by ${objectFormat}.`;
    throw new EngineError('remote-refused', { host: address.host, detail });
  }
  const [shallow, filter, local] = await Promise.all([
    repository.shallow(ports.disk),
    repository.filter(fetch.remote),
    repository.refs(),
  ]);
  const { place } = repository;
  const ground = { connection, offer: found.offer, place, repository: { shallow, filter } };
  live.record.offer = found.offer;
  live.record.plan = planFetch(found.offer, ground.repository, address.host);
  live.progress.complete('probe');
  ports.log('probed', { job: live.id, refs: found.refs.length });
  return { ground, refs: found.refs, rules, local };
}

/** Tags that what came has made worth having; most of them came with it (include-tag). */
async function followMore(
  context: WorkContext,
  { ground, refs, rules, local }: Offered,
  wanted: readonly WantedRef[],
): Promise<WantedRef[]> {
  const { gitDir } = context.workspace;
  if ((await context.ports.disk.kindOf(gitDir)) !== 'directory') return [];
  const used = new Set([...local.keys(), ...wanted.flatMap(({ localName }) => localName ?? [])]);
  const isHere = await tagObjectsHere(context, gitDir, ground, refs);
  const more = followedTags(refs, rules, used, isHere);
  const wants = [...new Set(more.map(({ oid }) => oid))].filter((oid) => !isHere(oid));
  const tips = wanted.map(({ oid }) => oid);
  if (wants.length > 0) await downloadMore(context, ground, wants, tips);
  return more;
}

async function download(context: WorkContext, offered: Offered, wanted: WantedRef[]): Promise<WantedRef[]> {
  const { live, ports, workspace } = context;
  const { ground, rules, local } = offered;
  live.progress.begin('download');
  const ids = wanted.map(({ oid }) => oid);
  const refIds = new Set([...local.values()].map(({ oid }) => oid));
  const needed = await wantedIds(context, ground, ids, refIds);
  if (needed.wants.length === 0) {
    live.progress.skip('download');
    live.progress.skip('index');
    return wanted;
  }
  await downloadUpdate(context, ground, needed, rules.tags === 'follow');
  const more = await followMore(context, offered, wanted);
  await sweepTemporaryPacks(ports.disk, workspace);
  live.progress.complete('download');
  live.progress.complete('index');
  return [...wanted, ...more];
}

/** Ends with everything wanted in the quarantine, what is wanted written down there, and no socket open. */
export async function fetchUpdate(
  context: WorkContext,
  repository: ExistingRepository,
  fetch: StoredFetch,
): Promise<void> {
  await withConnection(context, async (connection) => {
    const { live, ports, workspace } = context;
    reached(context, 'probe');
    const offered = await look(context, connection, repository, fetch);
    context.report('probed');
    const { ground, refs, rules, local } = offered;
    const mapped = mapFetch(refs, rules);
    refuseCheckedOut(mapped, local);
    const inStore = await tagObjectsHere(context, repository.place.gitDir, ground, refs);
    const comes = new Set(mapped.map(({ oid }) => oid));
    const used = new Set([...local.keys(), ...mapped.flatMap(({ localName }) => localName ?? [])]);
    const tags = followedTags(refs, rules, used, (oid) => inStore(oid) || comes.has(oid));
    await claimWorkspace(ports.disk, workspace, { job: live.id, url: live.record.url });
    reached(context, 'download');
    context.report('planned');
    const fetched = await download(context, offered, [...mapped, ...tags]);
    const prune = fetch.prune ?? (await repository.prunes(fetch.remote));
    const names = [...local].filter(([, { target }]) => target === null).map(([name]) => name);
    await writeFetchedRefs(context, {
      refs: fetched,
      stale: prune ? staleNames(rules, fetched, names) : [],
    });
    context.report('downloaded');
  });
}
