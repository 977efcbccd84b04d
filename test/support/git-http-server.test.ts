/** What the server's log and its misbehaviour promise, asked of plain HTTP requests and of git itself. */

import { request } from 'node:http';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { git, tryGit } from './git.ts';
import { startGitHttpServer, type GitHttpServer } from './git-http-server.ts';
import { repo, reposRoot } from './repos.ts';
import { makeTempDir } from './temp.ts';

let server: GitHttpServer;

beforeAll(() => repo('middling'));
beforeEach(async () => {
  server = await startGitHttpServer({ root: reposRoot() });
});
afterEach(() => server.close());

const url = () => `${server.url}/middling.git`;
const target = () => join(makeTempDir('server'), 'clone');

interface Answer {
  status: number | undefined;
  bytes: number;
  broken: boolean;
}

function get(path: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request(`${server.url}${path}`, (response) => {
      let bytes = 0;
      const end = (broken: boolean) => resolve({ status: response.statusCode, bytes, broken });
      response.on('data', (chunk: Buffer) => (bytes += chunk.length));
      response.once('end', () => end(false));
      response.once('error', () => end(true));
    });
    asked.once('error', reject);
    asked.end();
  });
}

const refs = '/middling.git/info/refs?service=git-upload-pack';

test('git clones through it, and the log holds what was asked', async () => {
  await git(['clone', '--quiet', url(), target()]);
  expect(server.log.map(({ method, status, end }) => [method, status, end])).toEqual([
    ['GET', 200, 'complete'],
    ['POST', 200, 'complete'],
    ['POST', 200, 'complete'],
  ]);
  expect(server.log[1]?.text).toContain('command=ls-refs');
  expect(server.log[2]?.text).toContain('command=fetch');
  expect(server.log[2]?.bodyBytes).toBeGreaterThan(6_000_000);
  expect(server.log.reduce((sum, entry) => sum + entry.wireBytes, 0)).toBe(server.bytesSent);
});

test('a gzipped question reaches git, and is logged in clear', async () => {
  const question = '0014command=ls-refs\n0016object-format=sha100010000';
  const response = await fetch(`${url()}/git-upload-pack`, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/x-git-upload-pack-request',
      'Content-Encoding': 'gzip',
      'Git-Protocol': 'version=2',
    },
    body: gzipSync(question),
  });
  expect(await response.text()).toMatch(/^[0-9a-f]{44} HEAD/);
  expect(server.log[0]?.text).toContain('command=ls-refs');
});

test('breaks after exactly so many bytes', async () => {
  server.limits = { cutAfterBytes: 100 };
  expect(await get(refs)).toEqual({ status: 200, bytes: 100, broken: true });
  expect(server.log[0]).toMatchObject({ end: 'cut', bodyBytes: 100 });
});

test('falls silent and keeps the connection', async () => {
  server.limits = { stallAfterBytes: 100 };
  const pending = get(refs);
  const first = await Promise.race([pending, new Promise((resolve) => setTimeout(resolve, 500, 'silent'))]);
  expect(first).toBe('silent');
  expect(server.openConnections).toBe(1);
  server.dropConnections();
  expect((await pending).broken).toBe(true);
});

test('is as slow as told', async () => {
  server.limits = { bytesPerSecond: 200 };
  const began = performance.now();
  const { bytes } = await get(refs);
  expect(performance.now() - began).toBeGreaterThan((bytes / 200) * 1000 * 0.8);
});

test('answers something else to the nth request', async () => {
  server.onRequest = ({ number }) =>
    number === 2 ? { status: 429, headers: { 'Retry-After': '7' }, body: 'later' } : undefined;
  expect([(await get(refs)).status, (await get(refs)).status, (await get(refs)).status]).toEqual([
    200, 429, 200,
  ]);
});

test('plays a server without protocol 2', async () => {
  server.limits = { ignoreProtocolVersion: true };
  await git(['ls-remote', url()]);
  // Version 0 tells all refs at once: there is no second question.
  expect(server.log).toHaveLength(1);
});

test('wants a name and a password', async () => {
  const closed = await startGitHttpServer({
    root: reposRoot(),
    basicAuth: { user: 'anna', password: 'open' },
  });
  try {
    const refused = await tryGit(['ls-remote', `${closed.url}/middling.git`]);
    expect(refused.stderr).toMatch(/could not read Username/);
    await git(['ls-remote', `${closed.url.replace('//', '//anna:open@')}/middling.git`]);
  } finally {
    await closed.close();
  }
});
