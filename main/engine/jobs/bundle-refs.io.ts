/** What a clone keeps of its bundles when it is whole, as git does: refs, and where newer bundles will be. */

import { bytesOfText, concatBytes } from '../../git/index.ts';
import { missingObjects, walkArguments } from '../objects/index.ts';
import { withoutConflicts } from '../repo/index.ts';
import { readBrought } from './brought-bundles.io.ts';
import type { WorkContext } from './work-context.ts';

interface Ref {
  name: string;
  oid: string;
}

/** More are judged together only. */
const judgedAloneMax = 100;

/** Whether everything these reach is here, beyond what the clone's own tips reach. */
async function areConnected(
  { live, ports, workspace, signal }: WorkContext,
  oids: readonly string[],
  tips: readonly string[],
): Promise<boolean> {
  const args = ['rev-list', '--stdin', '--quiet', ...walkArguments(live.record.options.filter ?? null)];
  const { exitCode } = await ports.git.run(args, {
    gitDir: workspace.gitDir,
    input: [...oids, ...tips.map((oid) => `^${oid}`)].join('\n') + '\n',
    expect: [0, 1, 128],
    signal,
  });
  return exitCode === 0;
}

async function connectedOnes(context: WorkContext, refs: Ref[], tips: readonly string[]): Promise<Ref[]> {
  const { ports, workspace, signal } = context;
  const format = refs[0]?.oid.length === 64 ? 'sha256' : 'sha1';
  const reader = { git: ports.git, gitDir: workspace.gitDir, format, signal } as const;
  const missing = new Set((await missingObjects(reader, new Set(refs.map(({ oid }) => oid)))).hex());
  const here = refs.filter(({ oid }) => !missing.has(oid));
  const oids = [...new Set(here.map(({ oid }) => oid))];
  if (oids.length === 0 || (await areConnected(context, oids, tips))) return here;
  if (oids.length > judgedAloneMax) return [];
  const good = new Set<string>();
  for (const oid of oids) if (await areConnected(context, [oid], tips)) good.add(oid);
  return here.filter(({ oid }) => good.has(oid));
}

/**
 * `refs/bundles/*` as git ≥ 2.50 writes them (bundle-uri.c, unbundle_from_file), but for those that would be broken;
 * `fetch.bundleURI` and `fetch.bundleCreationToken` for a list with tokens that was used to its end.
 * @param tips of the clone, which are connected
 */
export async function keepBundleRefs(context: WorkContext, tips: readonly string[]): Promise<void> {
  const { live, ports, workspace, signal } = context;
  if (live.record.options.bundleUri === undefined) return;
  const { unbundled, remember } = await readBrought(ports.disk, workspace);
  const byName = new Map<string, Ref>();
  for (const { refs } of unbundled)
    for (const { name, oid } of refs) {
      const kept = `refs/bundles/${name.slice('refs/'.length)}`;
      byName.delete(kept);
      byName.set(kept, { name: kept, oid });
    }
  const { kept } = withoutConflicts([...byName.values()]);
  const connected = kept.length === 0 ? [] : await connectedOnes(context, kept, tips);
  if (connected.length < byName.size)
    context.note(
      'notice',
      `${byName.size - connected.length} refs of bundles were left out: not everything they need is here.`,
    );
  if (connected.length > 0) {
    const lines = connected.map(({ name, oid }) => bytesOfText(`update ${name}\0${oid}\0\0`));
    const args = ['update-ref', '-m', 'fetched bundle', '-z', '--stdin'];
    await ports.git.run(args, { gitDir: workspace.gitDir, input: concatBytes(lines), signal });
  }
  if (remember === null) return;
  const set = (key: string, value: string) =>
    ports.git.run(['config', '--replace-all', key, value], { gitDir: workspace.gitDir, signal });
  if (remember.token !== null) await set('fetch.bundleCreationToken', remember.token);
  await set('fetch.bundleURI', remember.uri);
}
