/** What a person may mistype and a server may answer wrongly: a code, a sentence, an exit code, and nothing left behind. */

import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { FailureCode } from '../../main/contract/index.ts';
import { selfSignedCertificate } from '../support/certificate.ts';
import { lacks } from '../support/component.ts';
import { startGitHttpServer, type GitHttpServer, type Misbehaviour } from '../support/git-http-server.ts';
import { runPackmule, startEngine, type CliRun, type TestEngine } from '../support/packmule.ts';
import { repo, reposRoot } from '../support/repos.ts';
import { makeTempDir, removeTempDirs } from '../support/temp.ts';

let server: GitHttpServer;
/** Only where there is `openssl` to make it a certificate. */
let tlsServer: GitHttpServer;
const noTls = lacks('openssl');
let engine: TestEngine;
let cwd: string;

beforeAll(async () => {
  await repo('linear');
  server = await startGitHttpServer({ root: reposRoot() });
  if (!noTls) tlsServer = await startGitHttpServer({ root: reposRoot(), tls: true });
  // One engine for all commands here: each of them then only has to start itself.
  engine = await startEngine();
  // A server that fails for good shall not take minutes of back-off to be believed.
  await engine.client.ask('settings.set', { retryTriesMax: 1 });
});

beforeEach(() => {
  cwd = makeTempDir('bad-input');
  server.onRequest = undefined;
});

afterAll(async () => {
  await engine.quit();
  await server.close();
  if (!noTls) await tlsServer.close();
  removeTempDirs();
});

const clone = (...words: string[]) => runPackmule(['clone', '--json', ...words], { home: engine.home, cwd });

/** The whole promise about one failure. */
function expectFailure(run: CliRun, code: FailureCode, exitCode: 1 | 2): void {
  const failure = run.result['failure'] as { code: string; title: string; what: string; todo: string } | null;
  expect(failure?.code, run.stderr).toBe(code);
  expect(run.code).toBe(exitCode);
  expect(run.result).toMatchObject({ type: 'result', exitCode });
  expect(failure?.what).toMatch(/^\S.*[.!?]$/s);
  expect(failure?.todo).toMatch(/^\S.*[.!?]$/s);
  expect(run.stderr).toContain(failure?.title ?? 'a title');
  expect(run.stderr).not.toMatch(/\n\s+at |Error:|undefined|\[object/);
}

function expectNothingLeft(): void {
  expect(readdirSync(cwd)).toEqual([]);
}

describe('addresses', () => {
  test.each<[string, FailureCode]>([
    ['', 'url-malformed'],
    ['not a url', 'url-malformed'],
    ['http://', 'url-malformed'],
    ['https:///path/only.git', 'url-malformed'],
    ['http://example.com:99999/x.git', 'url-malformed'],
    ['http://exam\nple.com/x.git', 'url-malformed'],
    ['http://example.com/x\r\nHost: evil.git', 'url-malformed'],
    ['http://example.com/x%0a.git', 'url-malformed'],
    ['http://example.com/\u001b[31mred.git', 'url-malformed'],
    ['http://good.invalid\\@evil.invalid/x.git', 'url-malformed'],
    ['gopher://example.com/x.git', 'url-scheme-unknown'],
    ['ext::sh -c true', 'url-scheme-unknown'],
    ['EXT::sh -c true', 'url-scheme-unknown'],
    ['transport::https://example.com/x.git', 'url-scheme-unknown'],
  ])('%j: %s', async (url, code) => {
    expectFailure(await clone('--', url, 'target'), code, 2);
    expectNothingLeft();
  });

  test('says back what is no address', async () => {
    const run = await clone('not a url', 'target');
    expect(run.stderr).toMatch(/“not a url” is not an address that Git understands/);
    expect(run.stderr).toMatch(/neither a URL nor/i);
  });

  test.each<[string, FailureCode]>([
    ['/no/such/place/x.git', 'repository-not-found'],
    ['file:///no/such/place/x.git', 'repository-not-found'],
    ['git://127.0.0.1:1/x.git', 'connection-refused'],
  ])('%s is a good address of nothing', async (url, code) => {
    expectFailure(await clone(url, 'target'), code, 1);
    expectNothingLeft();
  });

  test.each(['--upload-pack=touch pwned', '-oProxyCommand=touch pwned', '-'])(
    'an address that looks like an option: %s',
    async (url) => {
      const run = await clone('--', url, 'target');
      expect(run.code).toBe(2);
      expectNothingLeft();
    },
  );

  test.each(['ssh://-oProxyCommand=touch%20pwned/x.git', 'http://-host.invalid/x.git'])(
    'a host that begins with a dash: %s',
    async (url) => {
      expectFailure(await clone(url, 'target'), 'url-malformed', 2);
      expectNothingLeft();
    },
  );

  test('an unknown option is a matter of usage', async () => {
    const run = await clone('--no-such-option', `${server.url}/linear.git`);
    expect(run.code).toBe(2);
    expect(run.stderr).toContain('--no-such-option');
    expectNothingLeft();
  });

  test('--recurse-submodules is refused in words', async () => {
    const run = await clone('--recurse-submodules', `${server.url}/linear.git`);
    expect(run.code).toBe(2);
    expect(run.stderr).toMatch(/not supported yet/);
    expectNothingLeft();
  });

  test('options that contradict each other', async () => {
    expectFailure(
      await clone('--bare', '--origin', 'up', `${server.url}/linear.git`, 'target'),
      'option-conflict',
      2,
    );
    expectNothingLeft();
  });

  test('a refspec nobody can read', async () => {
    const refspec = 'remote.origin.fetch=refs/heads/*';
    expectFailure(await clone('-c', refspec, `${server.url}/linear.git`, 'target'), 'option-conflict', 2);
    expectNothingLeft();
  });
});

describe('the way to the server', () => {
  test('a host that does not resolve', async () => {
    expectFailure(await clone('http://name.invalid/x.git', 'target'), 'host-not-found', 1);
    expectNothingLeft();
  });

  test('nobody listens', async () => {
    const closed = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => closed.once('listening', resolve));
    const { port } = closed.address() as AddressInfo;
    await new Promise((resolve) => closed.close(resolve));
    expectFailure(await clone(`http://127.0.0.1:${port}/x.git`, 'target'), 'connection-refused', 1);
    expectNothingLeft();
  });

  test.skipIf(noTls)('a certificate nobody vouches for', async () => {
    expectFailure(await clone(`${tlsServer.url}/linear.git`, 'target'), 'tls-failed', 1);
    expect(tlsServer.log).toEqual([]);
    expectNothingLeft();
  });

  test.skipIf(noTls)('over https to a server one trusts, but never from there to http', async () => {
    const trusting = await startEngine(undefined, { NODE_EXTRA_CA_CERTS: selfSignedCertificate().certPath });
    try {
      const words = ['clone', '--json', `${tlsServer.url}/linear.git`];
      const good = await runPackmule([...words, 'good'], { home: trusting.home, cwd });
      expect(good.code, good.stderr).toBe(0);
      const before = server.log.length;
      tlsServer.onRequest = ({ path, query }) => ({
        status: 302,
        headers: { Location: `${server.url}${path}?${query}` },
      });
      expectFailure(
        await runPackmule([...words, 'bad'], { home: trusting.home, cwd }),
        'redirect-refused',
        1,
      );
      expect(server.log.length).toBe(before);
      expect(readdirSync(cwd)).toEqual(['good']);
    } finally {
      tlsServer.onRequest = undefined;
      await trusting.quit();
    }
  });

  test('a redirect that leads in a circle', async () => {
    const before = server.log.length;
    server.onRequest = (request) => ({
      status: 302,
      headers: { Location: `${request.path}?${request.query}` },
    });
    expectFailure(await clone(`${server.url}/linear.git`, 'target'), 'redirect-refused', 1);
    expect(server.log.length - before).toBeLessThan(30);
    expectNothingLeft();
  });
});

describe('what the server answers', () => {
  const advertisement = { 'Content-Type': 'application/x-git-upload-pack-advertisement' };
  const html = '<!DOCTYPE html><html><body><h1>Sign in</h1></body></html>';
  test.each<[string, Misbehaviour, FailureCode]>([
    ['403', { status: 403, body: 'no' }, 'access-denied'],
    ['404', { status: 404, body: 'gone' }, 'repository-not-found'],
    ['410', { status: 410 }, 'repository-not-found'],
    ['500', { status: 500, body: 'oh' }, 'server-error'],
    ['502', { status: 502, headers: { 'Content-Type': 'text/html' }, body: html }, 'server-error'],
    ['503', { status: 503 }, 'server-error'],
    ['429', { status: 429 }, 'too-many-requests'],
    ['HTML', { status: 200, headers: { 'Content-Type': 'text/html' }, body: html }, 'not-git'],
    ['an empty page', { status: 200, body: '' }, 'not-git'],
    ['plain text', { status: 200, headers: { 'Content-Type': 'text/plain' }, body: 'hello' }, 'not-git'],
    ['what is not even framed', { status: 200, headers: advertisement, body: 'zzzz' }, 'not-git'],
    [
      'an advertisement that stops in the middle',
      {
        status: 200,
        headers: advertisement,
        body: '001e# service=git-upload-pack\n0000000eversion 2\n00ffls-',
      },
      'protocol-violation',
    ],
    ['a server of old', { ignoreProtocolVersion: true }, 'protocol-too-old'],
    [
      'a refusal in Git’s own words',
      {
        status: 200,
        headers: advertisement,
        body: '001e# service=git-upload-pack\n0000001bERR no such \u001b[31mplace\n',
      },
      'remote-refused',
    ],
  ])('%s', async (_name, misbehaviour, code) => {
    server.onRequest = () => misbehaviour;
    const run = await clone(`${server.url}/linear.git`, 'target');
    expectFailure(run, code, 1);
    expect(run.stderr).not.toContain('\u001b');
    expectNothingLeft();
  });

  test('no repository there', async () => {
    expectFailure(await clone(`${server.url}/not-there.git`, 'target'), 'repository-not-found', 1);
    expectNothingLeft();
  });

  test('HTML in answer to the second question', async () => {
    const headers = { 'Content-Type': 'text/html' };
    server.onRequest = ({ method }) => (method === 'POST' ? { status: 200, headers, body: html } : undefined);
    expectFailure(await clone(`${server.url}/linear.git`, 'target'), 'not-git', 1);
    expectNothingLeft();
  });

  test('a filter the server does not know', async () => {
    const plain = await startGitHttpServer({
      root: reposRoot(),
      config: { 'uploadpack.allowFilter': 'false' },
    });
    try {
      // The repository's own setting outranks none: command scope wins over it (git-config(1), SCOPES).
      const run = await clone('--filter=blob:none', `${plain.url}/linear.git`, 'target');
      expectFailure(run, 'filter-not-supported', 1);
      expectNothingLeft();
    } finally {
      await plain.close();
    }
  });

  test('a name and password in the address appear nowhere', async () => {
    server.onRequest = () => ({ status: 403 });
    const run = await clone(`${server.url.replace('//', '//anna:s3cret@')}/linear.git`, 'target');
    expectFailure(run, 'access-denied', 1);
    expect(run.stdout + run.stderr).not.toContain('s3cret');
  });
});

describe('the target', () => {
  const url = () => `${server.url}/linear.git`;

  test('a directory with something in it', async () => {
    mkdirSync(join(cwd, 'target'));
    writeFileSync(join(cwd, 'target', 'precious'), 'mine');
    const run = await clone(url(), 'target');
    expectFailure(run, 'target-exists', 1);
    expect(readdirSync(join(cwd, 'target'))).toEqual(['precious']);
    expect(readdirSync(cwd)).toEqual(['target']);
  });

  test('a file', async () => {
    writeFileSync(join(cwd, 'target'), 'mine');
    expectFailure(await clone(url(), 'target'), 'target-exists', 1);
    expect(readdirSync(cwd)).toEqual(['target']);
  });

  test('an empty directory is taken, as git does', async () => {
    mkdirSync(join(cwd, 'target'));
    const run = await clone(url(), 'target');
    expect(run.code, run.stderr).toBe(0);
    expect(existsSync(join(cwd, 'target', '.git', 'HEAD'))).toBe(true);
    expect(readdirSync(cwd)).toEqual(['target']);
  });

  test('a directory whose parents do not exist yet', async () => {
    const run = await clone(url(), 'a/b/target');
    expect(run.code, run.stderr).toBe(0);
    expect(readdirSync(join(cwd, 'a', 'b'))).toEqual(['target']);
  });

  test('a parent that is a file', async () => {
    writeFileSync(join(cwd, 'file'), 'mine');
    expectFailure(await clone(url(), 'file/target'), 'target-not-writable', 1);
    expect(readdirSync(cwd)).toEqual(['file']);
  });

  test.skipIf(process.getuid?.() === 0)('a parent that may not be written', async () => {
    mkdirSync(join(cwd, 'locked'));
    chmodSync(join(cwd, 'locked'), 0o555);
    expectFailure(await clone(url(), 'locked/target'), 'target-not-writable', 1);
    chmodSync(join(cwd, 'locked'), 0o755);
    expect(readdirSync(join(cwd, 'locked'))).toEqual([]);
  });

  test('a place where no file system writes', async () => {
    expectFailure(await clone(url(), '/proc/packmule-test/target'), 'target-not-writable', 1);
  });

  test('a branch that does not exist', async () => {
    const run = await clone('--branch', 'no-such', url(), 'target');
    expectFailure(run, 'branch-not-found', 1);
    expect(run.stderr).toContain('no-such');
    expectNothingLeft();
  });

  test.each(['--branch=a..b', '--branch=-x', '--origin=a b', '--origin=..'])(
    'a name git forbids: %s',
    async (word) => {
      const run = await clone(word, url(), 'target');
      expect([1, 2]).toContain(run.code);
      expect(run.result['failure']).toMatchObject({
        code: word.startsWith('--b')
          ? expect.stringMatching(/^(ref-name-malformed|branch-not-found)$/)
          : 'ref-name-malformed',
      });
      expectNothingLeft();
    },
  );

  test('no directory given: the name git would choose', async () => {
    const run = await clone(url());
    expect(run.code, run.stderr).toBe(0);
    expect(readdirSync(cwd)).toEqual([basename('linear.git', '.git')]);
  });
});
