import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { EngineError } from '../../../main/engine/errors.ts';
import type { HttpClient } from '../../../main/engine/ports.ts';
import { createHttpClient } from '../../../main/platform/http/index.ts';
import {
  chunked,
  head,
  honest,
  startFaultServer,
  type FaultServer,
  type Step,
} from '../../support/fault-server.ts';
import { bodyAndEnd, bodyOf, errorOf, get, timeouts } from './asking.ts';

let server: FaultServer;
let client: HttpClient;

beforeEach(async () => {
  server = await startFaultServer(() => honest('hello'));
  client = createHttpClient();
});

afterEach(async () => {
  await client.close();
  await server.close();
});

/** Asks for a script's answer. */
const ask = (steps: Step[], more = {}) => {
  server.answer(() => steps);
  return get(client, `${server.origin}/`, more);
};

describe('a good answer', () => {
  test('has a status, lower-case headers joined where repeated, and the body as sent', async () => {
    const response = await ask(honest('hello', ['X-One: a', 'x-one: b', 'Content-Encoding: gzip']));
    expect(response.status).toBe(200);
    expect(response.headers.get('x-one')).toBe('a, b');
    expect(response.url).toBe(`${server.origin}/`);
    // It claims to be gzip and is not: nobody looked.
    expect((await bodyOf(response)).toString()).toBe('hello');
  });

  test('is read the same when it comes byte by byte', async () => {
    const whole = Buffer.concat([
      Buffer.from(head(200, ['Transfer-Encoding: chunked'])),
      chunked('one'),
      chunked('two'),
      chunked(''),
    ]);
    const response = await ask([{ send: whole, sliceBytes: 1 }]);
    expect((await bodyOf(response)).toString()).toBe('onetwo');
  });

  test('may be without a body', async () => {
    expect((await bodyOf(await ask([{ send: head(204) }]))).length).toBe(0);
    expect(
      (await bodyOf(await ask([{ send: head(200, ['Content-Length: 10']) }], { method: 'HEAD' }))).length,
    ).toBe(0);
  });

  test('ends with its connection where HTTP/1.0 says so', async () => {
    const response = await ask([{ send: head(200, [], '1.0') + 'hello' }, 'fin']);
    expect((await bodyOf(response)).toString()).toBe('hello');
  });

  test('a POST carries its body and its length', async () => {
    await bodyOf(
      await ask(honest('ok'), {
        method: 'POST',
        body: Buffer.from('wants'),
        headers: { 'content-type': 'x/y' },
      }),
    );
    const seen = server.requests[0];
    expect(seen?.method).toBe('POST');
    expect(seen?.body.toString()).toBe('wants');
    expect(seen?.headers.get('content-type')).toBe('x/y');
  });

  test('is counted at the socket, both ways, and stays counted', async () => {
    await bodyOf(await ask(honest('hello')));
    const sent = server.requests[0]?.sentBytes ?? 0;
    expect(client.wireBytes).toBe(sent);
    expect(client.uploadedBytes).toBeGreaterThan('GET / HTTP/1.1'.length);
    expect(client.requests).toBe(1);
    await client.close();
    expect(client.wireBytes).toBe(sent);
  });

  test('connections are kept and used again', async () => {
    for (let n = 0; n < 3; n++) await bodyOf(await get(client, `${server.origin}/${n}`));
    expect(server.accepted).toBe(1);
  });

  test('status codes are no errors', async () => {
    for (const status of [401, 404, 429, 500, 503]) {
      const response = await ask(honest('no', ['Retry-After: 3'], status));
      expect(response.status).toBe(status);
      await bodyOf(response);
    }
  });
});

describe('a body cut short is connection-lost behind what arrived', () => {
  const half = 'x'.repeat(1000);
  const cases: [string, Step[]][] = [
    ['Content-Length, FIN', [{ send: head(200, ['Content-Length: 2000']) + half }, 'fin']],
    ['Content-Length, reset', [{ send: head(200, ['Content-Length: 2000']) + half }, 'reset']],
    [
      'Content-Length on a closing connection, FIN',
      [{ send: head(200, ['Content-Length: 2000', 'Connection: close']) + half }, 'fin'],
    ],
    [
      'Content-Length on a closing connection, reset',
      [{ send: head(200, ['Content-Length: 2000', 'Connection: close']) + half }, 'reset'],
    ],
    [
      'chunks without the last, FIN',
      [{ send: head(200, ['Transfer-Encoding: chunked']) }, { send: chunked(half) }, 'fin'],
    ],
    [
      'chunks without the last, closing, FIN',
      [
        { send: head(200, ['Transfer-Encoding: chunked', 'Connection: close']) },
        { send: chunked(half) },
        'fin',
      ],
    ],
    [
      'half a chunk, reset',
      [{ send: head(200, ['Transfer-Encoding: chunked']) }, { send: `7d0\r\n${half}` }, 'reset'],
    ],
    ['HTTP/1.0 without a length, reset', [{ send: head(200, [], '1.0') + half }, 'reset']],
    ['HTTP/1.1 without a length, reset', [{ send: head(200) + half }, 'reset']],
  ];
  for (const [name, steps] of cases) {
    test(name, async () => {
      const { body, error } = await bodyAndEnd(await ask(steps));
      expect(body.toString()).toBe(half);
      expect(error).toBeInstanceOf(EngineError);
      expect((error as EngineError).code).toBe('connection-lost');
      expect((error as EngineError).facts.host).toBe('127.0.0.1');
      expect((error as EngineError).facts.detail).toMatch(/after 1000( of 2000)? bytes/);
    });
  }
});

describe('what is no HTTP is a protocol-violation', () => {
  const cases: [string, string][] = [
    ['two lengths', head(200, ['Content-Length: 3', 'Content-Length: 5']) + 'hello'],
    ['a negative length', head(200, ['Content-Length: -3']) + 'hello'],
    ['a length and chunks', head(200, ['Content-Length: 3', 'Transfer-Encoding: chunked']) + '0\r\n\r\n'],
    ['another protocol', 'SSH-2.0-OpenSSH_9.2p1\r\n'],
    ['a head without end', `HTTP/1.1 200 OK\r\n${'X-A: bcdefgh\r\n'.repeat(20_000)}`],
  ];
  for (const [name, bytes] of cases) {
    test(name, async () => {
      const error = await errorOf(ask([{ send: bytes }, 'fin']));
      expect(error.code).toBe('protocol-violation');
      expect(error.facts.host).toBe('127.0.0.1');
    });
  }

  test('a chunk of nonsense length, behind a good one', async () => {
    const { body, error } = await bodyAndEnd(
      await ask([
        { send: head(200, ['Transfer-Encoding: chunked']) },
        { send: chunked('good') },
        { send: 'zz\r\n' },
        'stall',
      ]),
    );
    expect(body.toString()).toBe('good');
    expect((error as EngineError).code).toBe('protocol-violation');
  });
});

describe('an answer that does not come', () => {
  test('no head: connection-timed-out, also when it drips', async () => {
    const short = { timeouts: { ...timeouts, headersMs: 300 } };
    const hung = await errorOf(ask(['stall'], short));
    expect(hung.code).toBe('connection-timed-out');
    expect(hung.facts.detail).toContain('300 ms');
    const dripping = await errorOf(
      ask([{ send: head(200, ['A: b'.repeat(200)]), sliceBytes: 1, everyMs: 20 }], short),
    );
    expect(dripping.code).toBe('connection-timed-out');
  });

  test('a body that falls silent: connection-timed-out behind what arrived', async () => {
    const response = await ask([{ send: head(200, ['Content-Length: 10']) + 'hello' }, 'stall'], {
      timeouts: { ...timeouts, silenceMs: 300 },
    });
    const { body, error } = await bodyAndEnd(response);
    expect(body.toString()).toBe('hello');
    expect((error as EngineError).code).toBe('connection-timed-out');
    expect((error as EngineError).facts.detail).toContain('5 of 10 bytes');
  });

  test('a reader that rests is not silence, and a slow body is not either', async () => {
    const response = await ask(
      [{ send: head(200, ['Content-Length: 20']) }, { send: 'x'.repeat(20), sliceBytes: 1, everyMs: 50 }],
      {
        timeouts: { ...timeouts, silenceMs: 200 },
      },
    );
    let bytes = 0;
    for await (const chunk of response.body) {
      if (bytes === 0) await new Promise((resolve) => setTimeout(resolve, 600));
      bytes += chunk.length;
    }
    expect(bytes).toBe(20);
  });

  test('nobody listens: connection-refused; no such name: host-not-found', async () => {
    const gone = await startFaultServer(() => []);
    await gone.close();
    const refused = await errorOf(get(client, `${gone.origin}/`));
    expect(refused.code).toBe('connection-refused');
    expect(refused.facts.host).toBe('127.0.0.1');
    // Both of its addresses refuse, or the only one does.
    expect((await errorOf(get(client, `http://localhost:${gone.port}/`))).code).toBe('connection-refused');
    const unknown = await errorOf(get(client, 'http://nowhere.invalid/'));
    expect(['host-not-found', 'network-unreachable']).toContain(unknown.code);
    expect(unknown.facts.host).toBe('nowhere.invalid');
  });

  test('a TLS handshake that is never answered runs into connectMs', async () => {
    const short = { timeouts: { ...timeouts, connectMs: 300 } };
    const error = await errorOf(get(client, `https://127.0.0.1:${server.port}/`, short));
    expect(error.code).toBe('connection-timed-out');
    expect(error.facts.detail).toContain('no connection');
    await expect.poll(() => server.open).toBe(0);
  });

  test('a fresh connection that dies without a word is connection-lost, and not asked again', async () => {
    expect((await errorOf(ask(['fin']))).code).toBe('connection-lost');
    expect((await errorOf(ask(['reset']))).code).toBe('connection-lost');
    expect(server.requests.length).toBe(2);
  });
});

describe('a kept connection that died', () => {
  for (const death of ['fin', 'reset'] as const) {
    test(`${death}: the request is repeated on a fresh one, POST too`, async () => {
      server.answer((request) => (request.place === 1 ? honest('hello') : [death]));
      await bodyOf(await get(client, `${server.origin}/a`));
      const again = await get(client, `${server.origin}/b`, { method: 'POST', body: Buffer.from('wants') });
      expect((await bodyOf(again)).toString()).toBe('hello');
      expect(server.requests.map((each) => each.path)).toEqual(['/a', '/b', '/b']);
      expect(server.requests[2]?.body.toString()).toBe('wants');
      expect(server.accepted).toBe(2);
    });
  }

  test('is not repeated once a byte of the answer came', async () => {
    server.answer((request) => (request.place === 1 ? honest('hello') : [{ send: 'HTTP/1.1 2' }, 'reset']));
    await bodyOf(await get(client, `${server.origin}/a`));
    expect((await errorOf(get(client, `${server.origin}/b`))).code).toBe('connection-lost');
    expect(server.requests.length).toBe(2);
  });
});

describe('stopping', () => {
  test('an abort rejects with its reason, before the head and in the body', async () => {
    const reason = new Error('paused');
    for (const steps of [
      ['stall'],
      [{ send: head(200, ['Content-Length: 10']) + 'hello' }, 'stall'],
    ] satisfies Step[][]) {
      const stop = new AbortController();
      server.answer(() => steps);
      const work = get(client, `${server.origin}/`, {}, stop.signal).then(bodyOf);
      setTimeout(() => stop.abort(reason), 50);
      await expect(work).rejects.toBe(reason);
    }
    await expect.poll(() => server.open).toBe(0);
    await expect(get(client, server.origin, {}, AbortSignal.abort(reason))).rejects.toBe(reason);
    expect(server.requests.length).toBe(2);
  });

  test('an abort ends a connection that is being made', async () => {
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 50);
    const thrown: unknown = await get(client, `https://127.0.0.1:${server.port}/`, {}, stop.signal).catch(
      (error: unknown) => error,
    );
    expect(thrown).toBe(stop.signal.reason);
    await expect.poll(() => server.open).toBe(0);
  });

  test('leaving the loop, or not even beginning it, closes the connection', async () => {
    const long: Step[] = [{ send: head(200, ['Content-Length: 1000000']) + 'hello' }, 'stall'];
    for await (const _chunk of (await ask(long)).body) break;
    await expect.poll(() => server.open).toBe(0);
    await (await ask(long)).body[Symbol.asyncIterator]().return?.();
    await expect.poll(() => server.open).toBe(0);
  });

  test('close ends everything at once', async () => {
    server.answer((request) =>
      request.path === '/head' ? ['stall'] : [{ send: head(200, ['Content-Length: 10']) + 'hello' }, 'stall'],
    );
    const waiting = errorOf(get(client, `${server.origin}/head`));
    const reading = errorOf(get(client, `${server.origin}/body`).then(bodyOf));
    const connecting = errorOf(get(client, `https://127.0.0.1:${server.port}/`));
    await expect.poll(() => server.accepted).toBe(3);
    await new Promise((resolve) => setTimeout(resolve, 50));
    const before = performance.now();
    await client.close();
    expect(performance.now() - before).toBeLessThan(100);
    expect((await Promise.all([waiting, reading, connecting])).map((each) => each.code)).toEqual(
      Array(3).fill('cancelled'),
    );
    await expect.poll(() => server.open).toBe(0);
    expect((await errorOf(get(client, server.origin))).code).toBe('cancelled');
  });
});

test('a slow reader holds the sender back, and little memory', async () => {
  const bodyBytes = 200 * 1024 * 1024;
  server.answer(() => [{ send: head(200, [`Content-Length: ${bodyBytes}`]) }, { noiseBytes: bodyBytes }]);
  // In a process of its own, for the sender's memory is not to be counted.
  const script = new URL('./slow-reader.ts', import.meta.url).pathname;
  const reader = promisify(execFile)(process.execPath, ['--expose-gc', script, server.origin]);
  await expect.poll(() => server.requests.length, { timeout: 5000 }).toBe(1);
  await new Promise((resolve) => setTimeout(resolve, 500));
  // While it rests: whatever the kernel and our queue hold, it is far from the whole.
  expect(server.requests[0]?.sentBytes).toBeLessThan(30 * 1024 * 1024);
  const said = JSON.parse((await reader).stdout) as { bytes: number; rssGrowthBytes: number };
  expect(said.bytes).toBe(bodyBytes);
  expect(said.rssGrowthBytes).toBeLessThan(30 * 1024 * 1024);
});
