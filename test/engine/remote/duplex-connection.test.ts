/** Against real upload-packs where they do it, and against a scripted other side where only that can misbehave. */

import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EngineError } from '../../../main/engine/errors.ts';
import type { Clock, DuplexEnd } from '../../../main/engine/ports.ts';
import { sshFailure } from '../../../main/engine/remote/carrier-failure.ts';
import { DuplexConnection, type DuplexRoad } from '../../../main/engine/remote/duplex-connection.io.ts';
import { discover } from '../../../main/engine/remote/index.ts';
import { openLocal } from '../../../main/engine/remote/local-duplex.io.ts';
import {
  concatBytes,
  encodeFetchRequest,
  encodeLsRefsRequest,
  encodePktLine,
  FetchResponseDecoder,
  flushPkt,
} from '../../../main/git/index.ts';
import { createGit, systemClock } from '../../../main/platform/index.ts';
import { repo } from '../../support/repos.ts';
import { makeTempDir, removeTempDirs } from '../../support/temp.ts';
import { advertisement, handClock, Scripted } from './scripted-duplex.ts';

afterAll(removeTempDirs);

const facts = { host: 'git.example.org', url: 'ssh://git.example.org/x.git' };
const never = new AbortController().signal;
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const bytes = (words: string) => new TextEncoder().encode(words);

async function all(answer: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const chunk of answer) parts.push(chunk);
  return concatBytes(parts);
}

function connectionTo(open: DuplexRoad['open'], more: Partial<DuplexRoad> = {}, clock: Clock = systemClock) {
  const explain: DuplexRoad['explain'] = sshFailure;
  return new DuplexConnection(
    { open, explain, facts, canAskInCommand: false, greetingMs: 5_000, ...more },
    clock,
  );
}

const lsRefs = encodeLsRefsRequest({
  objectFormat: 'sha1',
  agent: 'test',
  peel: true,
  symrefs: true,
  unborn: false,
  refPrefixes: ['refs/heads/'],
});

describe('a real upload-pack', () => {
  const git = createGit();
  let path: string;
  let opened = 0;
  const open = () => {
    opened++;
    return Promise.resolve(openLocal(git, path));
  };

  beforeAll(async () => {
    path = await repo('linear');
  });

  async function wants(connection: DuplexConnection): Promise<string[]> {
    const { refs } = await discover(connection, 'here', ['refs/heads/'], never);
    return [...new Set(refs.flatMap((ref) => ref.oid ?? []))];
  }

  const fetchRequest = (ids: string[]) =>
    encodeFetchRequest({ wants: ids, objectFormat: 'sha1', agent: 'test', done: true, ofsDelta: true });

  async function packBytes(answer: AsyncIterable<Uint8Array>): Promise<number> {
    const decoder = new FetchResponseDecoder({ objectFormat: 'sha1' });
    let sum = 0;
    for await (const chunk of answer) {
      for (const event of decoder.push(chunk)) if (event.type === 'pack-data') sum += event.data.length;
    }
    expect(decoder.complete).toBe(true);
    return sum;
  }

  test('answers several commands over one connection, and the bytes are counted', async () => {
    opened = 0;
    const connection = connectionTo(open);
    const ids = await wants(connection);
    const first = await packBytes(await connection.request(fetchRequest(ids), never));
    const second = await packBytes(await connection.request(fetchRequest(ids), never));
    expect(first).toBeGreaterThan(1000);
    expect(second).toBe(first);
    expect(opened).toBe(1);
    expect(connection.requests).toBe(4);
    expect(connection.wireBytes).toBeGreaterThan(2 * first);
    expect(connection.wireBytes).toBeLessThan(2 * first + 20_000);
    const sent = 2 * fetchRequest(ids).length;
    expect(connection.uploadedBytes).toBeGreaterThan(sent);
    expect(connection.uploadedBytes).toBeLessThan(sent + 1000);
    await connection.close();
  });

  test('requests at the same time are answered one after the other', async () => {
    opened = 0;
    const connection = connectionTo(open);
    const answers = await Promise.all(
      [1, 2, 3].map(async () => all(await connection.request(lsRefs, never))),
    );
    expect(opened).toBe(1);
    expect(new Set(answers.map(text)).size).toBe(1);
    expect(text(answers[0]!)).toMatch(/refs\/heads\/[\s\S]*0000$/);
    await connection.close();
  });

  test('an answer that is left early costs the connection, and the next request opens another', async () => {
    opened = 0;
    const connection = connectionTo(open);
    const ids = await wants(connection);
    for await (const chunk of await connection.request(fetchRequest(ids), never)) {
      expect(chunk.length).toBeGreaterThan(0);
      break;
    }
    expect(await packBytes(await connection.request(fetchRequest(ids), never))).toBeGreaterThan(1000);
    expect(opened).toBe(2);
    await connection.close();
  });

  test('an upload-pack that was told of shallow commits is not asked again: it would leave out what is behind them', async () => {
    const { stdout } = await git.run(['rev-list', '--first-parent', '--max-count=6', 'HEAD'], {
      gitDir: path,
    });
    const line = text(stdout).trim().split('\n');
    /** The client has this commit of the line, and nothing behind it. */
    const from = (back: number) =>
      encodeFetchRequest({
        wants: line.slice(0, 1),
        haves: line.slice(back, back + 1),
        shallow: line.slice(back, back + 1),
        objectFormat: 'sha1',
        agent: 'test',
        done: true,
        ofsDelta: true,
      });
    const alone = connectionTo(open);
    const expected = await packBytes(await alone.request(from(5), never));
    await alone.close();
    opened = 0;
    const connection = connectionTo(open);
    expect(await packBytes(await connection.request(from(1), never))).toBeLessThan(expected);
    expect(await packBytes(await connection.request(from(5), never))).toBe(expected);
    expect(opened).toBe(2);
    await connection.close();
  });

  test('nothing is asked once it is closed', async () => {
    const connection = connectionTo(open);
    expect(text(await all(await connection.request(lsRefs, never)))).toContain('refs/heads/');
    await connection.close();
    await expect(connection.request(lsRefs, never)).rejects.toMatchObject({ code: 'cancelled' });
  });

  test('what is no repository is not found', async () => {
    const nothing = join(makeTempDir('none'), 'x.git');
    const connection = connectionTo(() => Promise.resolve(openLocal(git, nothing)));
    await expect(connection.advertisement(never)).rejects.toMatchObject({ code: 'repository-not-found' });
    await connection.close();
  });
});

/** Opens these, one after the other. */
function opening(...sides: Scripted[]): DuplexRoad['open'] {
  const left = [...sides];
  return () => {
    const next = left.shift();
    if (next === undefined) throw new Error('nobody expected another connection');
    return Promise.resolve(next);
  };
}

const refs = concatBytes([encodePktLine(`${'a'.repeat(40)} refs/heads/main\n`), flushPkt]);

describe('the other side', () => {
  test('ends in the middle of an answer: the connection was lost, with its last words', async () => {
    const half = new Scripted([advertisement, 'request', refs.subarray(0, 20)], {
      exitCode: 255,
      stderr: '\u001b[1mConnection to git.example.org closed by remote host.\r\n',
    });
    const connection = connectionTo(opening(half));
    await expect(discover(connection, facts.host, [], never)).rejects.toMatchObject({
      code: 'connection-lost',
      facts: { host: facts.host, detail: 'Connection to git.example.org closed by remote host.' },
    });
    expect(half.killed).toBe(true);
    await connection.close();
  });

  test('closed an idle connection: it is asked again over another', async () => {
    const tired = new Scripted([advertisement, 'request', refs, 'request']);
    const fresh = new Scripted([advertisement, 'request', refs]);
    const connection = connectionTo(opening(tired, fresh));
    expect(await all(await connection.request(lsRefs, never))).toEqual(refs);
    expect(await all(await connection.request(lsRefs, never))).toEqual(refs);
    expect([tired.uploadedBytes, fresh.uploadedBytes]).toEqual([2 * lsRefs.length, lsRefs.length]);
    await connection.close();
  });

  test('closed a fresh connection instead of answering: that is no idle one', async () => {
    const connection = connectionTo(opening(new Scripted([advertisement, 'request'])));
    await expect(connection.request(lsRefs, never)).rejects.toMatchObject({ code: 'connection-lost' });
    await connection.close();
  });

  test("says something before the protocol: a shell's start-up file, shown", async () => {
    const noisy = new Scripted([
      bytes('Welcome, \u001b[32mann\u001b[0m!\nLast login: today\n'),
      advertisement,
      'silence',
    ]);
    const connection = connectionTo(opening(noisy));
    await expect(connection.advertisement(never)).rejects.toMatchObject({
      code: 'not-git',
      facts: { detail: 'Welcome, ann!\nLast login: today' },
    });
    expect(noisy.killed).toBe(true);
    await connection.close();
  });

  test.each([1, 3, 14])('may be read in pieces of %d bytes', async (size) => {
    const pieces: Uint8Array[] = [];
    for (let at = 0; at < advertisement.length; at += size)
      pieces.push(advertisement.subarray(at, at + size));
    const connection = connectionTo(opening(new Scripted([...pieces, 'request', refs])));
    const found = await discover(connection, facts.host, [], never);
    expect(found.refs.map((ref) => ref.name)).toEqual(['refs/heads/main']);
    await connection.close();
  });

  test('is left by an abort, with its reason, also by those who wait for their turn', async () => {
    const side = new Scripted([advertisement, 'request', refs.subarray(0, 10), 'silence']);
    const connection = connectionTo(opening(side));
    const abort = new AbortController();
    const reason = new Error('enough');
    const answer = await connection.request(lsRefs, abort.signal);
    const waiting = connection.request(lsRefs, abort.signal);
    const reading = all(answer);
    setImmediate(() => abort.abort(reason));
    await expect(reading).rejects.toBe(reason);
    await expect(waiting).rejects.toBe(reason);
    expect(side.killed).toBe(true);
    await connection.close();
  });

  test('says more than it was asked', async () => {
    const talkative = new Scripted([concatBytes([advertisement, refs]), 'silence']);
    const connection = connectionTo(opening(talkative));
    await expect(discover(connection, facts.host, [], never)).rejects.toMatchObject({
      code: 'protocol-violation',
    });
    await connection.close();
  });

  test('refuses in words', async () => {
    const refusing = new Scripted([encodePktLine('ERR access denied: /x.git'), 'silence']);
    const connection = connectionTo(opening(refusing));
    await expect(discover(connection, facts.host, [], never)).rejects.toMatchObject({
      code: 'remote-refused',
      facts: { detail: 'access denied: /x.git' },
    });
    await connection.close();
  });

  test.each<[DuplexEnd, string]>([
    [{ exitCode: 255, stderr: 'Host key verification failed.\r\n' }, 'host-key-unknown'],
    [
      { exitCode: 128, stderr: "fatal: '/x' does not appear to be a git repository\n" },
      'repository-not-found',
    ],
  ])('ends without a word: %o', async (end, code) => {
    const connection = connectionTo(opening(new Scripted([], end)));
    await expect(connection.advertisement(never)).rejects.toMatchObject({ code });
    await connection.close();
  });
});

describe('a server that answers in an old protocol', () => {
  const old = () =>
    new Scripted([encodePktLine(`${'a'.repeat(40)} HEAD\0multi_ack agent=git/2.30\n`), flushPkt, 'silence']);

  test('is asked once more, in the command', async () => {
    const asked: boolean[] = [];
    const sides = opening(old(), new Scripted([advertisement, 'request', refs]));
    const connection = connectionTo(
      (signal, versionInCommand) => {
        asked.push(versionInCommand);
        return sides(signal, versionInCommand);
      },
      { canAskInCommand: true },
    );
    expect(await all(await connection.request(lsRefs, never))).toEqual(refs);
    expect(asked).toEqual([false, true]);
    await connection.close();
  });

  test.each<[string, Scripted]>([
    ['still answers so', old()],
    ['knows no such command', new Scripted([], { exitCode: 128, stderr: 'fatal: unrecognized command\n' })],
  ])('is too old when it %s', async (_name, second) => {
    const connection = connectionTo(opening(old(), second), { canAskInCommand: true });
    await expect(connection.advertisement(never)).rejects.toMatchObject({ code: 'protocol-too-old' });
    await connection.close();
  });

  test('is not taken for too old when the road breaks', async () => {
    const second = new Scripted([], { exitCode: 255, stderr: 'Connection refused\r\n' });
    const connection = connectionTo(opening(old(), second), { canAskInCommand: true });
    await expect(connection.advertisement(never)).rejects.toMatchObject({ code: 'connection-refused' });
    await connection.close();
  });

  test('is too old at once where nothing else can be tried', async () => {
    const connection = connectionTo(opening(old()));
    await expect(connection.advertisement(never)).rejects.toMatchObject({ code: 'protocol-too-old' });
    await connection.close();
  });
});

describe('silence', () => {
  test.each<[string, Scripted, number]>([
    ['before the first byte', new Scripted(['silence']), 5_000],
    ['before an answer', new Scripted([advertisement, 'silence']), 180_000],
    ['in an answer', new Scripted([advertisement, 'request', refs.subarray(0, 10), 'silence']), 30_000],
  ])('%s is waited for, but not for ever', async (_name, side, limitMs) => {
    const clock = handClock();
    const connection = connectionTo(opening(side), {}, clock);
    let settled: unknown = null;
    const asking = discover(connection, facts.host, [], never).catch((error: unknown) => (settled = error));
    // Until it waits.
    for (let turn = 0; turn < 50; turn++) await Promise.resolve();
    await new Promise((resolve) => setImmediate(resolve));
    clock.pass(limitMs - 1);
    await new Promise((resolve) => setImmediate(resolve));
    expect(settled).toBeNull();
    clock.pass(1);
    await asking;
    expect(settled).toBeInstanceOf(EngineError);
    expect(settled).toMatchObject({ code: 'connection-timed-out' });
    expect(side.killed).toBe(true);
    await connection.close();
  });

  test('of the reader is nobody else’s', async () => {
    const clock = handClock();
    const side = new Scripted([advertisement, 'request', refs.subarray(0, 10), refs.subarray(10)]);
    const connection = connectionTo(opening(side), {}, clock);
    const parts: Uint8Array[] = [];
    for await (const chunk of await connection.request(lsRefs, never)) {
      parts.push(chunk);
      clock.pass(1_000_000);
    }
    expect(concatBytes(parts)).toEqual(refs);
    await connection.close();
  });
});
