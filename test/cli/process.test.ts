/** The command line, the engine's process and the real git http-backend together. */

import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { git } from '../support/git.ts';
import { startGitHttpServer, type GitHttpServer } from '../support/git-http-server.ts';
import { makeBigRepo } from '../support/repos.ts';
import { makeTempDir, removeTempDirs } from '../support/temp.ts';
import { engineLog, enginesStarted, isEngineRunning, runCli, startCli, withEngineOf } from './run-cli.ts';

/** Enough bytes to be interrupted in the middle, few enough to be done soon. */
const wish = { objects: 1_000, assetBytes: 4_000_000 };
const slow = { bytesPerSecond: 700_000 };
/** Starting processes is what takes the time here, on a busy machine more so. */
const limit = 60_000;
/** An engine nobody needs ends within two seconds (engine-service.io.ts); the rest is a busy machine. */
const engineEndMsMax = 5_000;

let server: GitHttpServer;
let url: string;
let where: { home: string; cwd: string };

beforeAll(async () => {
  const path = await makeBigRepo(wish);
  server = await startGitHttpServer({ root: dirname(path) });
  url = `${server.url}/${basename(path)}`;
}, 120_000);

beforeEach(() => {
  const root = makeTempDir('cli');
  where = { home: join(root, 'home'), cwd: join(root, 'work') };
  mkdirSync(where.cwd);
  server.limits = {};
  server.onRequest = undefined;
});

afterEach(async () => {
  // A failed test must not leave an engine behind.
  if (await isEngineRunning(where.home))
    await withEngineOf(where.home, (client) => client.ask('engine.quit', {}));
  // The command line gets over a crashed engine; a test must not.
  expect(engineLog(where.home)).not.toContain('"engine.crash"');
});

afterAll(async () => {
  await server.close();
  removeTempDirs();
});

async function expectWhole(directory: string): Promise<void> {
  expect(await git(['-C', directory, 'fsck', '--full', '--strict'])).toBe('');
  expect(await git(['-C', directory, 'status', '--porcelain'])).toBe('');
  expect(await git(['-C', directory, 'rev-parse', 'HEAD'])).toBe(
    (await git(['ls-remote', url, 'HEAD'])).split('\t')[0],
  );
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

function pidOfEngine(): Promise<number> {
  return withEngineOf(where.home, async (client) => (await client.ask('engine.about', {})).pid);
}

function kill9(pid: number): void {
  process.kill(pid, 'SIGKILL');
}

test('an empty list, and the engine goes with the command', { timeout: limit }, async () => {
  const { code, stdout, stderr } = await runCli(['list'], where);
  expect([code, stdout, stderr]).toEqual([0, 'No jobs. "packmule clone <url>" begins one.\n', '']);
  expect(await isEngineRunning(where.home)).toBe(false);
});

test('a clone into the directory that git would choose, with its figures', { timeout: limit }, async () => {
  const { code, stdout, stderr } = await runCli(['clone', url], where);
  expect(stderr).toMatch(/^Cloning into 'big-v3-1000-4000000' …\n/);
  expect(stderr).toMatch(/\nReceived [\d.]+ MiB: [\d.]+ MiB useful, [\d.]+ \w+ wasted\. Sent /);
  expect(stderr).toMatch(/ requests, no drops, .*, strategy plain\.\n$/);
  expect([code, stdout]).toEqual([0, '']);
  await expectWhole(join(where.cwd, 'big-v3-1000-4000000'));
  expect(readdirSync(where.cwd)).toEqual(['big-v3-1000-4000000']);
  expect(await isEngineRunning(where.home)).toBe(false);
});

test('--json: hello first, result last, every figure in it', { timeout: limit }, async () => {
  const { code, stdout, stderr } = await runCli(['clone', '--json', '--bare', url, 'bare.git'], where);
  const lines = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(lines[0]).toEqual({ type: 'hello', packmule: expect.stringMatching(/^\d/), format: 1 });
  expect(lines.map((line) => line.type)).toContain('progress');
  const result = lines.at(-1);
  expect(result).toMatchObject({
    type: 'result',
    state: 'done',
    directory: join(where.cwd, 'bare.git'),
    failure: null,
    exitCode: 0,
    drops: 0,
    strategy: 'plain',
  });
  expect(result.wireBytes).toBeGreaterThanOrEqual(result.usefulBytes + result.wastedBytes);
  expect(result.usefulBytes).toBeGreaterThan(4_000_000);
  expect([code, stderr.includes('Cloning')]).toEqual([0, true]);
});

test('quiet says nothing', { timeout: limit }, async () => {
  expect(await runCli(['clone', '-q', url, 'q'], where)).toEqual({ code: 0, stdout: '', stderr: '' });
});

test('Ctrl-C pauses with 75, and the same command finishes', { timeout: limit }, async () => {
  server.limits = slow;
  const first = startCli(['clone', url, 'x'], where);
  await first.says(/Download: /);
  const askedAtMs = performance.now();
  first.child.kill('SIGINT');
  const end = await first.ended;
  expect(end.code).toBe(75);
  expect(performance.now() - askedAtMs).toBeLessThan(5_000);
  expect(end.stderr).toMatch(/nothing that arrived is lost.*packmule resume [a-z0-9]{16}/);
  expect(existsSync(join(where.cwd, 'x'))).toBe(false);
  expect(await isEngineRunning(where.home)).toBe(false);
  expect((await runCli(['list'], where)).stdout).toMatch(/ paused /);

  server.limits = {};
  const second = await runCli(['clone', url, 'x'], where);
  expect(second.stderr).toMatch(/^Going on with the clone into 'x' …\n/);
  expect(second.code).toBe(0);
  await expectWhole(join(where.cwd, 'x'));
});

test(
  'a paused job is named by its directory, and resume stays until it is done',
  { timeout: limit },
  async () => {
    server.limits = slow;
    const first = startCli(['clone', url, 'x'], where);
    await first.says(/Download: /);
    first.child.kill('SIGTERM');
    expect((await first.ended).code).toBe(75);
    server.limits = {};
    const resumed = await runCli(['resume', 'x'], where);
    expect(resumed.stdout).toMatch(/^Resumed [a-z0-9]{16} .*\/x\n$/);
    expect(resumed.code).toBe(0);
    await expectWhole(join(where.cwd, 'x'));
  },
);

test('a second Ctrl-C ends at once, and loses nothing', { timeout: limit }, async () => {
  server.limits = slow;
  const first = startCli(['clone', url, 'x'], where);
  await first.says(/Download: /);
  first.child.kill('SIGINT');
  await first.says(/Pausing/);
  first.child.kill('SIGINT');
  expect((await first.ended).code).toBe(75);
  server.limits = {};
  expect((await runCli(['clone', '-q', url, 'x'], where)).code).toBe(0);
  await expectWhole(join(where.cwd, 'x'));
});

test('kill -9 of the engine: it is started again and the clone goes on', { timeout: limit }, async () => {
  server.limits = slow;
  const cli = startCli(['clone', url, 'x'], where);
  await cli.says(/Download: /);
  kill9(await pidOfEngine());
  server.limits = {};
  const { code, stderr } = await cli.ended;
  expect(stderr).toMatch(/Starting it again/);
  expect(code).toBe(0);
  expect(enginesStarted(where.home)).toBe(2);
  await expectWhole(join(where.cwd, 'x'));
});

test('an engine that dies twice: 75, nothing lost', { timeout: limit }, async () => {
  server.limits = slow;
  const cli = startCli(['clone', url, 'x'], where);
  await cli.says(/Download: /);
  const firstPid = await pidOfEngine();
  kill9(firstPid);
  await cli.says(/Starting it again[\s\S]*(Probe|Download)/);
  const secondPid = await pidOfEngine();
  expect(secondPid).not.toBe(firstPid);
  kill9(secondPid);
  const { code, stderr } = await cli.ended;
  expect([code, stderr]).toEqual([75, expect.stringMatching(/nothing that arrived is lost/)]);
  server.limits = {};
  expect((await runCli(['clone', '-q', url, 'x'], where)).code).toBe(0);
  await expectWhole(join(where.cwd, 'x'));
});

test(
  'kill -9 of the command line: the engine goes too, and the queue is kept',
  { timeout: limit },
  async () => {
    server.limits = slow;
    const cli = startCli(['clone', url, 'x'], where);
    await cli.says(/Download: /);
    cli.child.kill('SIGKILL');
    await cli.ended;
    await expect.poll(() => isEngineRunning(where.home), { timeout: 5_000 }).toBe(false);
    server.limits = {};
    expect((await runCli(['clone', '-q', url, 'x'], where)).code).toBe(0);
    await expectWhole(join(where.cwd, 'x'));
  },
);

test(
  'two commands at once share one engine, which stays for the slower one',
  { timeout: limit },
  async () => {
    server.limits = slow;
    const clones = ['one', 'two'].map((name) => startCli(['clone', url, name], where));
    await Promise.all(clones.map((cli) => cli.says(/Download: /)));
    const pid = await pidOfEngine();
    const listed = await runCli(['list'], where);
    expect(listed.stdout.match(/downloading/g)).toHaveLength(2);
    server.limits = {};
    expect((await Promise.all(clones.map((cli) => cli.ended))).map((end) => end.code)).toEqual([0, 0]);
    expect(enginesStarted(where.home)).toBe(1);
    // Of the slower one, if it did not start the engine, nobody waits for the engine's end.
    await expect.poll(() => isAlive(pid), { timeout: engineEndMsMax }).toBe(false);
    await expectWhole(join(where.cwd, 'one'));
    await expectWhole(join(where.cwd, 'two'));
  },
);

test('another command pauses and cancels what one clones', { timeout: limit }, async () => {
  server.limits = slow;
  const cli = startCli(['clone', url, 'x'], where);
  await cli.says(/Download: /);
  expect(await runCli(['pause', 'x'], where)).toMatchObject({
    code: 0,
    stderr: '',
    stdout: expect.stringMatching(/^Paused /),
  });
  expect((await cli.ended).code).toBe(75);
  const again = startCli(['clone', url, 'x'], where);
  await again.says(/Download: /);
  expect((await runCli(['cancel', 'x'], where)).code).toBe(0);
  const end = await again.ended;
  expect([end.code, end.stderr]).toEqual([1, expect.stringMatching(/cancelled/)]);
  expect(readdirSync(where.cwd)).toEqual([]);
  expect((await runCli(['remove', '--all'], where)).stdout).toMatch(/^Removed /);
  expect((await runCli(['list'], where)).stdout).toMatch(/^No jobs/);
});

test.each([
  ['not a url at all', 2],
  ['frob://example.com/x', 2],
  ['--upload-pack=touch x', 2],
  ['http://127.0.0.1:9/\u0007x', 2],
  // Nobody listens there.
  ['http://user:secret@127.0.0.1:1/none.git', 1],
])('clone of %j', { timeout: limit }, async (address, code) => {
  const end = await runCli(['clone', '--', address, 'x'], where);
  expect(end.code).toBe(code);
  expect(end.stderr).toMatch(/[.!]\n/);
  expect(end.stderr).not.toMatch(/secret|\u0007| {4}at /);
  expect(existsSync(join(where.cwd, 'x'))).toBe(false);
});

test('a repository that is not there, and a target that is', { timeout: limit }, async () => {
  const missing = await runCli(['clone', `${server.url}/nothing.git`], where);
  expect(missing.code).toBe(1);
  expect(missing.stderr).toMatch(/not found/i);
  mkdirSync(join(where.cwd, 'full'));
  writeFileSync(join(where.cwd, 'full', 'mine'), 'mine');
  const taken = await runCli(['clone', '--json', url, 'full'], where);
  expect(taken.code).toBe(1);
  expect(JSON.parse(taken.stdout.trimEnd().split('\n').at(-1) ?? '')).toMatchObject({
    type: 'result',
    state: 'none',
    failure: { code: 'target-exists' },
    exitCode: 1,
  });
  expect(readdirSync(join(where.cwd, 'full'))).toEqual(['mine']);
});

test('probe and status tell, and change nothing', { timeout: limit }, async () => {
  const probed = await runCli(['probe', url], where);
  expect(probed.stdout).toMatch(/protocol version 2[\s\S]*HEAD +main/);
  expect(probed.code).toBe(0);
  expect((await runCli(['status'], where)).stdout).toMatch(/^No jobs/);
  const none = await runCli(['status', 'nonesuch'], where);
  expect([none.code, none.stderr]).toEqual([
    1,
    'packmule: There is no job "nonesuch". "packmule list" shows all of them.\n',
  ]);
});
