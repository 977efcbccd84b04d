/** `--bundle-uri`: bundles that git made, at a server of files, beside the real `git http-backend`. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { CloneOptions, JobDetail } from '../../main/contract/index.ts';
import { startBundleServer, type BundleServer } from '../support/bundle-server.ts';
import { expectSameAsGitClone, repositoryFacts } from '../support/compare.ts';
import { startGitHttpServer, type GitHttpServer } from '../support/git-http-server.ts';
import { git, gitBytes } from '../support/git.ts';
import { seededFractions } from '../support/noise.ts';
import { cloneWith, runPackmule, startEngine, waitForJob, type TestEngine } from '../support/packmule.ts';
import { requestLog } from '../support/range-server.ts';
import { repo, reposRoot } from '../support/repos.ts';
import { makeTempDir, removeTempDirs } from '../support/temp.ts';

let origin: GitHttpServer;
let server: BundleServer;
let engine: TestEngine;
/** Bundles by name; `base`, `mid` and `main` are commits in a row. */
const bundles = new Map<string, Buffer>();
const tips = new Map<string, string>();
const filtersOff = { 'uploadpack.allowFilter': 'false' };

/** Work of the test's own, with the refs that bundles are to name. */
async function makeBundles(): Promise<void> {
  const work = makeTempDir('work');
  await git(['clone', '-q', '--mirror', join(reposRoot(), 'middling.git'), work]);
  for (const [name, at] of [
    ['base', 'main~6'],
    ['mid', 'main~3'],
    ['main', 'main'],
  ] as const) {
    await git(['-C', work, 'branch', '-f', name, at]);
    tips.set(name, (await git(['-C', work, 'rev-parse', at])).toString().trim());
  }
  const make = async (name: string, ...what: string[]) => {
    const path = join(work, `${name}.bundle`);
    await git(['-C', work, 'bundle', 'create', '-q', path, ...what]);
    bundles.set(name, readFileSync(path));
  };
  await make('base', 'base');
  await make('mid', 'base..mid');
  await make('new', 'mid..main');
  await make('full', 'main');
  const pack = ['-C', work, 'pack-objects', '-q', '--stdout', '--revs'];
  bundles.set('some', await gitBytes(pack, { input: 'main\n^mid\n' }));
  await make('filtered', '--filter=blob:none', 'main');
  await make('old', '--filter=blob:none', 'base');
  await repo('merges');
  const other = join(work, 'other.bundle');
  await git(['-C', join(reposRoot(), 'merges.git'), 'bundle', 'create', '-q', other, 'main']);
  bundles.set('other', readFileSync(other));
}

beforeAll(async () => {
  await repo('middling');
  await makeBundles();
});

beforeEach(async () => {
  origin = await startGitHttpServer({ root: reposRoot() });
  server = await startBundleServer();
  for (const [name, bytes] of bundles) server.files.set(`/b/${name}.bundle`, bytes);
  engine = await startEngine();
});

afterEach(async () => {
  await engine.quit();
  await Promise.all([origin.close(), server.close()]);
});

afterAll(removeTempDirs);

const url = () => `${origin.url}/middling.git`;
const target = () => join(makeTempDir('bundles'), 'clone');
const packsAsked = () => origin.log.filter(({ text }) => text.includes('command=fetch'));
const originBytes = () => origin.log.reduce((sum, { bodyBytes }) => sum + bodyBytes, 0);
const notes = ({ activity }: JobDetail) =>
  activity.filter(({ level }) => level !== 'info').map(({ text }) => text);
const list = (text: string) => server.files.set('/b/list', Buffer.from(text));
const entry = (id: string, uri: string, more = '') => `[bundle "${id}"]\n\turi = ${uri}\n\t${more}\n`;

async function clone(path: string, options: CloneOptions = {}, directory = target()) {
  const wish = { url: url(), directory, options: { ...options, bundleUri: `${server.origin}${path}` } };
  const detail = await cloneWith(engine.client, wish);
  return { detail, directory };
}

/** What `git clone` makes, and besides it these refs and settings. */
async function expectSame(
  directory: string,
  extra: { bundles?: string[]; config?: Record<string, string>; moreObjects?: boolean } = {},
  options: string[] = [],
) {
  const theirs = join(makeTempDir('theirs'), 'clone');
  await git(['clone', '--quiet', ...options, url(), theirs]);
  for (const name of extra.bundles ?? [])
    await git(['-C', theirs, 'update-ref', `refs/bundles/heads/${name}`, tips.get(name) ?? '']);
  for (const [key, value] of Object.entries(extra.config ?? {}))
    await git(['-C', theirs, 'config', key, value]);
  if (extra.moreObjects !== true) return expectSameAsGitClone(directory, theirs);
  const [our, their] = await Promise.all([repositoryFacts(directory), repositoryFacts(theirs)]);
  expect(our.fsck[0]).toBe('exit 0');
  for (const key of ['head', 'status', 'refs', 'reachable', 'index', 'tree', 'config'] as const)
    expect(our[key]).toEqual(their[key]);
}

describe('one bundle', () => {
  test('with everything: the server of the repository sends no object', async () => {
    const { detail, directory } = await clone('/b/full.bundle');
    expect(detail.job).toMatchObject({ state: 'done', drops: 0 });
    expect(requestLog(server)).toEqual(['/b/full.bundle bytes=0-16777215']);
    expect(packsAsked()).toEqual([]);
    const [bundle] = detail.artefacts;
    expect(bundle).toMatchObject({ kind: 'bundle', source: '127.0.0.1', state: 'verified' });
    expect(bundle?.bytes).toBe(bundles.get('full')?.length);
    await expectSame(directory, { bundles: ['main'] });
  });

  test('that is old: the rest comes object by object', async () => {
    const { detail, directory } = await clone('/b/base.bundle');
    expect(detail.job.state).toBe('done');
    expect(originBytes()).toBeLessThan(
      (bundles.get('full')?.length ?? 0) - (bundles.get('base')?.length ?? 0) + 200_000,
    );
    await expectSame(directory, { bundles: ['base'] });
  });

  test('and a server without filters: the rest comes in slices', async () => {
    await origin.close();
    origin = await startGitHttpServer({ root: reposRoot(), config: filtersOff });
    const { detail, directory } = await clone('/b/base.bundle');
    expect(detail.job.state).toBe('done');
    expect(detail.plan?.strategy).toBe('slices');
    await expectSame(directory, { bundles: ['base'] });
  });

  test('into a bare mirror', async () => {
    const { directory } = await clone('/b/full.bundle', { mirror: true });
    await expectSame(directory, { bundles: ['main'] }, ['--mirror']);
  });

  test('that is cut again and again goes on at its byte', async () => {
    const bytes = bundles.get('full')?.length ?? 0;
    server.how = (_request, nth) => (nth <= 4 ? { cutAfter: 300_000 } : {});
    const { detail, directory } = await clone('/b/full.bundle');
    expect(detail.job).toMatchObject({ state: 'done' });
    expect(detail.job.drops).toBeGreaterThan(0);
    expect(server.sentBytes).toBeLessThan(bytes + 10_000);
    await expectSame(directory, { bundles: ['main'] });
  });

  test.each(['kill', 'pause'])('goes on at its byte after %s', async (how) => {
    const bytes = bundles.get('full')?.length ?? 0;
    server.how = (_request, nth) => (nth === 1 ? { bytesPerSecond: 1_000_000 } : {});
    const directory = target();
    const options = { bundleUri: `${server.origin}/b/full.bundle` };
    const wish = { url: url(), directory, options, start: 'now' as const };
    const { id } = await engine.client.ask('job.clone', wish);
    await waitForJob(
      engine.client,
      id,
      ({ artefacts }) =>
        artefacts[0]?.pieces.some(({ state, toBytes }) => state === 'here' && toBytes > 1_500_000) === true,
    );
    if (how === 'pause') {
      await engine.client.ask('job.pause', { ids: [id] });
      await waitForJob(engine.client, id);
      await engine.client.ask('job.resume', { ids: [id] });
    } else {
      await engine.kill();
      engine = await startEngine(engine.home);
    }
    const detail = await waitForJob(
      engine.client,
      id,
      ({ job }) => job.state === 'done' || job.state === 'failed',
    );
    expect(detail.job.state).toBe('done');
    const [, second] = requestLog(server);
    const from = Number(/bytes=(\d+)-/.exec(second ?? '')?.[1]);
    expect(from).toBeGreaterThanOrEqual(1_500_000);
    expect(from).toBeLessThan(bytes);
    expect(detail.artefacts.filter(({ kind }) => kind === 'bundle')).toHaveLength(1);
    await expectSame(directory, { bundles: ['main'] });
  });
});

test('the command takes the address, and tells what came from where', async () => {
  const directory = target();
  const address = `${server.origin}/b/base.bundle`;
  const run = await runPackmule(['clone', `--bundle-uri=${address}`, '--json', url(), directory], {
    home: makeTempDir('home'),
  });
  expect(run.code).toBe(0);
  expect(run.result).toMatchObject({ type: 'result', state: 'done', strategy: 'objects' });
  const bytes = (bundles.get('base')?.length ?? 0) + originBytes();
  expect(run.result['wireBytes']).toBeGreaterThan(bytes);
  await expectSame(directory, { bundles: ['base'] });
});

describe('a list', () => {
  test('with tokens: newest first, unbundled oldest first, and remembered', async () => {
    const tokens = '[bundle]\n\tversion = 1\n\tmode = all\n\theuristic = creationToken\n';
    const files = [
      entry('b', 'base.bundle', 'creationToken = 1'),
      entry('m', '../b/mid.bundle', 'creationToken = 2'),
      entry('n', `${server.origin}/b/new.bundle`, 'creationToken = 3'),
    ];
    list(tokens + files.join(''));
    const { detail, directory } = await clone('/b/list');
    expect(detail.job.state).toBe('done');
    expect(notes(detail)).toEqual([]);
    // Three at once, each over a connection of its own: nobody knows which is heard first.
    const [first, ...others] = requestLog(server).map((line) => line.split(' ')[0]);
    expect(first).toBe('/b/list');
    expect(others.sort()).toEqual(['/b/base.bundle', '/b/mid.bundle', '/b/new.bundle']);
    expect(server.sentBytes).toBeLessThan((bundles.get('full')?.length ?? 0) + 10_000);
    expect(packsAsked()).toEqual([]);
    expect(detail.artefacts.map(({ kind }) => kind).slice(0, 4)).toEqual([
      'bundle-list',
      'bundle',
      'bundle',
      'bundle',
    ]);
    const config = { 'fetch.bundleURI': `${server.origin}/b/list`, 'fetch.bundleCreationToken': '3' };
    await expectSame(directory, { bundles: ['base', 'mid', 'main'], config });
  });

  test('of which any will do: the first that works', async () => {
    list(
      `[bundle]\n\tversion = 1\n\tmode = any\n${entry('gone', 'gone.bundle')}${entry('full', 'full.bundle')}${entry('base', 'base.bundle')}`,
    );
    const { detail, directory } = await clone('/b/list');
    expect(requestLog(server).map((line) => line.split(' ')[0])).toEqual([
      '/b/list',
      '/b/gone.bundle',
      '/b/full.bundle',
    ]);
    expect(notes(detail)).toEqual([expect.stringContaining('/b/gone.bundle could not be fetched')]);
    await expectSame(directory, { bundles: ['main'] });
  });

  test('in a list; one that leads back is not followed', async () => {
    list(`[bundle]\n\tversion = 1\n\tmode = all\n${entry('inner', 'inner')}${entry('base', 'base.bundle')}`);
    const inner = `[bundle]\n\tversion = 1\n\tmode = all\n${entry('mid', 'mid.bundle')}${entry('back', 'list')}`;
    server.files.set('/b/inner', Buffer.from(inner));
    const { detail, directory } = await clone('/b/list');
    expect(detail.job.state).toBe('done');
    expect(requestLog(server).filter((line) => line.startsWith('/b/list '))).toHaveLength(1);
    await expectSame(directory, { bundles: ['base', 'mid'] });
  });
});

describe('a clone with a filter', () => {
  test.each([
    ['filtered', ['main']],
    ['old', ['base']],
  ])('takes a bundle with the same filter (%s)', async (name, kept) => {
    const { detail, directory } = await clone(`/b/${name}.bundle`, { filter: 'blob:none' });
    expect(detail.job).toMatchObject({ state: 'done', failure: null });
    expect(notes(detail)).toEqual([]);
    await expectSame(directory, { bundles: kept }, ['--filter=blob:none']);
  });

  test('has no use for a bundle without one, and says so', async () => {
    const { detail, directory } = await clone('/b/full.bundle', { filter: 'blob:none' });
    expect(detail.job).toMatchObject({ state: 'done', failure: null });
    expect(notes(detail).join()).toContain('leaves out nothing');
    await expectSame(directory, {}, ['--filter=blob:none']);
  });

  test('and a clone without one says so of a bundle with one', async () => {
    const { detail, directory } = await clone('/b/filtered.bundle');
    expect(detail.job).toMatchObject({ state: 'done', failure: null });
    expect(notes(detail).join()).toContain('has the filter blob:none');
    await expectSame(directory);
  });
});

test('kill -9 at eight moments of a list: each time it is gone on with, and the clone is whole', async () => {
  list(
    `[bundle]\n\tversion = 1\n\tmode = all\n\theuristic = creationToken\n${entry('b', 'base.bundle', 'creationToken = 1')}${entry('m', 'mid.bundle', 'creationToken = 2')}${entry('n', 'new.bundle', 'creationToken = 3')}`,
  );
  server.how = () => ({ bytesPerSecond: 800_000 });
  const directory = target();
  const options = { bundleUri: `${server.origin}/b/list` };
  const wish = { url: url(), directory, options, start: 'now' as const };
  const { id } = await engine.client.ask('job.clone', wish);
  const fraction = seededFractions(20_261_127);
  for (let kill = 0; kill < 8; kill++) {
    await sleep(200 + fraction() * 1_500);
    await engine.kill();
    engine = await startEngine(engine.home);
  }
  server.how = () => ({});
  const detail = await waitForJob(engine.client, id);
  expect(detail.job.state).toBe('done');
  expect(notes(detail)).toEqual([]);
  const config = { 'fetch.bundleURI': options.bundleUri, 'fetch.bundleCreationToken': '3' };
  await expectSame(directory, { bundles: ['base', 'mid', 'main'], config });
}, 60_000);

describe('what is bad about bundles is said, and the clone is whole', () => {
  const broken = (change: (bytes: Buffer) => Buffer) => {
    server.files.set('/b/bad.bundle', change(Buffer.from(bundles.get('full') ?? '')));
  };

  test.each<[string, () => void, string, { moreObjects?: boolean }]>([
    ['404', () => server.files.delete('/b/bad.bundle'), 'HTTP status 404', {}],
    ['no bundle and no list', () => broken(() => Buffer.from('<html>')), 'cannot be read', {}],
    [
      'a list of something else',
      () => broken(() => Buffer.from('[core]\n\tbare = true\n')),
      'cannot be read',
      {},
    ],
    ['an empty file', () => broken(() => Buffer.alloc(0)), 'bundle', {}],
    [
      'a flipped bit',
      () => broken((all) => (all.writeUInt8(all[2_000_000]! ^ 4, 2_000_000), all)),
      'is damaged',
      {},
    ],
    ['an end that is missing', () => broken((all) => all.subarray(0, 2_500_000)), 'is damaged', {}],
    [
      'a header and nothing behind it',
      () => broken((all) => all.subarray(0, all.indexOf('\n\n') + 2)),
      'is damaged',
      {},
    ],
    ['tips that are not in its pack', () => broken((all) => liar(all)), 'refs of bundles were left out', {}],
    ['prerequisites that nobody has', () => broken(() => bundles.get('new')!), 'needs a commit', {}],
    ['another repository', () => broken(() => bundles.get('other')!), '', { moreObjects: true }],
  ])('%s', async (_name, make, said, extra) => {
    make();
    const { detail, directory } = await clone('/b/bad.bundle');
    expect(detail.job).toMatchObject({ state: 'done', failure: null });
    if (said !== '') expect(notes(detail).join('\n')).toContain(said);
    const { refs } = await repositoryFacts(directory);
    const kept = refs.filter((line) => line.startsWith('refs/bundles/'));
    if (extra.moreObjects === true) {
      expect(kept).toHaveLength(1);
      await git(['-C', directory, 'update-ref', '-d', 'refs/bundles/heads/main']);
    } else expect(kept).toEqual([]);
    await expectSame(directory, extra);
  });

  /** The header names a commit that is nowhere. */
  function liar(all: Buffer): Buffer {
    const text = all.toString('latin1').replace(tips.get('main') ?? '', 'a'.repeat(40));
    return Buffer.from(text, 'latin1');
  }

  test('a pack that lacks objects', async () => {
    // Its header promises all of `main`; behind it are the newest commits with their content only.
    const [full, some] = [bundles.get('full')!, bundles.get('some')!];
    const head = full.subarray(0, full.indexOf('\n\n') + 2);
    server.files.set('/b/bad.bundle', Buffer.concat([head, some]));
    const { detail, directory } = await clone('/b/bad.bundle');
    expect(detail.job).toMatchObject({ state: 'done', failure: null });
    await expectSame(directory, { bundles: ['main'] });
  });

  test('its good objects are not asked for again', async () => {
    broken((all) => all.subarray(0, 2_500_000));
    await clone('/b/bad.bundle');
    expect(originBytes()).toBeLessThan((bundles.get('full')?.length ?? 0) - 2_300_000);
  });

  test('a server that says no more', async () => {
    server.how = (_request, nth) => (nth === 1 ? { cutAfter: 1_000_000, end: 'stall' } : ['stall']);
    const { detail, directory } = await clone('/b/full.bundle');
    expect(detail.job).toMatchObject({ state: 'done', failure: null });
    expect(notes(detail).join('\n')).toContain('nothing came for 30 seconds');
    await expectSame(directory);
  }, 90_000);
});
