/** The choice with bundles of the real git, which also unbundles them: what is advised must be possible. */

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { adviseBundles, type BundleProgress, type BundleSituation } from '../../../main/engine/plan/index.ts';
import {
  bundleBaseOf,
  BundleHeaderReader,
  parseArtefactUrl,
  parseBundleList,
  resolveBundleList,
} from '../../../main/git/index.ts';
import { gitOut, makeRepository, runGit } from '../../git/real-git.ts';
import { makeTempDir, removeTempDirs } from '../../support/temp.ts';

afterAll(removeTempDirs);

let origin: string;
let web: string;

/** What each bundle is made of; each needs the one before. */
const steps = ['main~20', '^main~20 side', '^side main~1', '^main~1 main'];

beforeAll(() => {
  const dir = makeTempDir('bundles');
  origin = makeRepository(dir);
  web = join(dir, 'web');
  mkdirSync(join(web, 'git'), { recursive: true });
  const lines = ['[bundle]', 'version = 1', 'mode = all', 'heuristic = creationToken'];
  for (const [index, step] of steps.entries()) {
    for (const [kind, ...options] of [['full'], ['blobless', '--filter=blob:none']] as const) {
      const name = `${index}-${kind}`;
      // A bundle has refs, not commits, at its tips.
      const tip = step.split(' ').at(-1) ?? '';
      gitOut(origin, ['update-ref', `refs/heads/step-${index}`, tip]);
      const revisions = step.split(' ').map((word) => (word === tip ? `step-${index}` : word));
      gitOut(origin, ['bundle', 'create', '-q', join(web, 'git', name), ...options, ...revisions]);
      lines.push(`[bundle "${name}"]`, `uri = ${index % 2 === 0 ? name : `/git/${name}`}`);
      lines.push(`creationToken = ${index + 1}`);
      if (kind === 'blobless') lines.push('filter = blob:none');
    }
  }
  writeFileSync(join(web, 'git', 'list'), lines.join('\n'));
});

/** Follows the advice to its end, in `repository`, with files for a web server. */
function follow(repository: string, more: Pick<BundleSituation, 'purpose' | 'filter' | 'storedToken'>) {
  const base = bundleBaseOf(parseArtefactUrl('https://host/git/list'), 'file');
  const list = parseBundleList(readFileSync(join(web, 'git', 'list')));
  const { bundles, dropped } = resolveBundleList(list, base);
  const urls = new Map(bundles.map(({ id, url }) => [id, url]));
  const progress = new Map<string, BundleProgress>();
  const [asked, unbundled]: [string[], string[]] = [[], []];
  const has = (oid: string) =>
    runGit(repository, ['rev-list', '--objects', '--missing=allow-any', oid]).code === 0;
  const situation = {
    ...more,
    list: { ...list, bundles, dropped },
    objectFormat: 'sha1',
    progress,
    has,
  } as const;
  const fileOf = (id: string) => join(web, urls.get(id)?.path ?? '');
  for (;;) {
    const { download, cancel, unbundle, end } = adviseBundles(situation);
    if (end !== null) return { asked, unbundled, end };
    for (const { id } of cancel) progress.delete(id);
    for (const { id } of download) {
      asked.push(id);
      const reader = new BundleHeaderReader();
      reader.push(readFileSync(fileOf(id)));
      progress.set(id, { at: 'here', header: reader.finish() });
    }
    if (unbundle === null) continue;
    gitOut(repository, ['bundle', 'unbundle', fileOf(unbundle)]);
    progress.set(unbundle, { at: 'unbundled' });
    unbundled.push(unbundle);
  }
}

function emptyRepository(): string {
  const path = join(makeTempDir('chosen'), 'x.git');
  gitOut(web, ['init', '-q', '--bare', path]);
  return path;
}

const objectsOf = (repository: string, ...args: string[]) =>
  gitOut(repository, [
    'rev-list',
    '--objects',
    ...args,
    gitOut(origin, ['rev-parse', 'main']).toString().trim(),
  ]);

test('a clone, and then an update with nothing new', () => {
  const path = emptyRepository();
  const whole = follow(path, { purpose: 'clone', filter: null, storedToken: null });
  expect(whole.asked).toEqual(['3-full', '2-full', '1-full', '0-full']);
  expect(whole.unbundled).toEqual(['0-full', '1-full', '2-full', '3-full']);
  expect(whole.end).toMatchObject({ complete: true, token: 4n });
  expect(objectsOf(path).equals(objectsOf(origin))).toBe(true);
  const again = follow(path, { purpose: 'update', filter: null, storedToken: 4n });
  expect(again).toMatchObject({ asked: [], end: { complete: true, token: null } });
});

test('an update of what came by other ways', () => {
  const path = emptyRepository();
  gitOut(path, ['fetch', '-q', origin, 'refs/heads/side']);
  const { asked, unbundled, end } = follow(path, { purpose: 'update', filter: null, storedToken: null });
  expect([asked, unbundled]).toEqual([
    ['3-full', '2-full'],
    ['2-full', '3-full'],
  ]);
  expect(end.token).toBe(4n);
  expect(objectsOf(path).equals(objectsOf(origin))).toBe(true);
});

test('a clone without blobs takes the other half', () => {
  const path = emptyRepository();
  gitOut(path, ['config', 'remote.origin.promisor', 'true']);
  const { asked, end } = follow(path, { purpose: 'clone', filter: 'blob:none', storedToken: null });
  expect(asked).toEqual(['3-blobless', '2-blobless', '1-blobless', '0-blobless']);
  expect(end).toMatchObject({ complete: true, token: 4n });
  const there = objectsOf(path, '--filter=blob:none');
  expect(there.equals(objectsOf(origin, '--filter=blob:none'))).toBe(true);
});
