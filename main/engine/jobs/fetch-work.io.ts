/** The stages of an update, in order. Until the last of them nothing in the repository has changed. */

import { EngineError } from '../errors.ts';
import { checkNewObjects } from '../objects/index.ts';
import { deletionOf, dueRefs, fetchHeadFile, updateOf, type Relation } from '../plan/index.ts';
import {
  ExistingRepository,
  moveIn,
  quarantineEnvironment,
  removeWorkspace,
  updateRefs,
} from '../repo/index.ts';
import { reached } from './clone-fetch.io.ts';
import { newObjects } from './fetch-download.io.ts';
import { fetchUpdate } from './fetch-stage.io.ts';
import { readFetchedRefs, type FetchedRefs } from './fetched-refs.io.ts';
import type { RefUpdate, StoredFetch } from './records.ts';
import type { WorkContext } from './work-context.ts';

/** Of these ids those that are commits, or tags of commits, with the commit's id. */
async function commitsOf(
  repository: ExistingRepository,
  ids: readonly string[],
  env: Record<string, string>,
): Promise<Map<string, string>> {
  const unique = [...new Set(ids)];
  const { stdout } = await repository.run(['cat-file', '--batch-check=%(objectname)', '--buffer'], {
    input: unique.map((oid) => `${oid}^{commit}\n`).join(''),
    env,
  });
  const lines = new TextDecoder().decode(stdout).split('\n');
  return new Map(
    unique.flatMap((oid, place): [string, string][] => {
      const found = lines[place] ?? '';
      return /^[0-9a-f]+$/.test(found) ? [[oid, found]] : [];
    }),
  );
}

/** What becomes of each ref, were it done now. `env`: what makes git see the new commits. */
async function decide(
  repository: ExistingRepository,
  fetched: FetchedRefs,
  commits: ReadonlyMap<string, string>,
  localOids: ReadonlyMap<string, string>,
  env: Record<string, string>,
): Promise<RefUpdate[]> {
  const updates: RefUpdate[] = [];
  for (const name of fetched.stale) {
    const oid = localOids.get(name);
    if (oid !== undefined) updates.push(deletionOf(name, oid));
  }
  for (const due of dueRefs(fetched.refs, localOids)) {
    const [from, to] = [due.from === null ? undefined : commits.get(due.from), commits.get(due.wanted.oid)];
    let relation: Relation | null = null;
    if (due.from !== null) {
      const related = from !== undefined && to !== undefined;
      const asked = related
        ? await repository.run(['merge-base', '--is-ancestor', from, to], { env, expect: [0, 1] })
        : null;
      relation = { commits: related, fastForward: asked?.exitCode === 0 };
    }
    updates.push(updateOf(due, relation));
  }
  return updates;
}

/** After a crash between two transactions: what was done then is told too. */
function withEarlier(earlier: readonly RefUpdate[] | null, now: readonly RefUpdate[]): RefUpdate[] {
  const names = new Set(now.map(({ localName }) => localName));
  return [...(earlier ?? []).filter(({ localName }) => !names.has(localName)), ...now];
}

async function connect(
  context: WorkContext,
  repository: ExistingRepository,
  fetch: StoredFetch,
): Promise<void> {
  const { live, ports, workspace, signal } = context;
  const { disk } = ports;
  live.progress.begin('connect');
  const fetched = await readFetchedRefs(context);
  const ids = [...new Set(fetched.refs.map(({ oid }) => oid))];
  const waits = (await disk.kindOf(workspace.gitDir)) === 'directory';
  const objects = newObjects(context, repository.place);
  const question = waits ? objects : { ...objects, quarantine: repository.place.commonDir };
  await checkNewObjects(question, ids, (await repository.filter(fetch.remote)) !== null);

  const local = await repository.refs();
  const localOids = new Map([...local].map(([name, { oid }]) => [name, oid]));
  const env = waits ? quarantineEnvironment(workspace, disk) : {};
  const commits = await commitsOf(repository, [...ids, ...localOids.values()], env);
  const updates = await decide(repository, fetched, commits, localOids, env);
  signal.throwIfAborted();
  if (waits) await moveIn(disk, workspace, repository.place);
  live.record.updates = withEarlier(live.record.updates, updates);
  context.save();
  const done = await updateRefs(repository, updates);
  live.record.updates = withEarlier(live.record.updates, done);
  const url = await repository.remoteUrl(fetch.remote);
  const file = fetchHeadFile(fetched.refs, url, (oid) => commits.has(oid));
  await disk.write(disk.join(repository.place.gitDir, 'FETCH_HEAD'), file);
  live.progress.complete('connect');
}

/**
 * Works from `from` to the end. Rejects with an EngineError, or with the signal's reason when it was stopped; in both
 * cases every socket, file and process of the work is gone.
 */
export async function runFetch(context: WorkContext, from: 'probe' | 'connect' | 'checkout'): Promise<void> {
  const { live, ports, workspace, signal } = context;
  const { fetch, directory } = live.record;
  if (fetch === null) throw new EngineError('internal', { detail: 'a fetch without a repository' });
  live.startOver(from);
  live.progress.skip('checkout');
  const { gitDir, commonDir } = fetch;
  const repository = new ExistingRepository(ports.git, { directory, gitDir, commonDir }, signal);
  if (from === 'probe') {
    await fetchUpdate(context, repository, fetch);
    reached(context, 'connect');
    context.report('indexed');
  }
  await connect(context, repository, fetch);
  await removeWorkspace(ports.disk, workspace, live.id);
}
