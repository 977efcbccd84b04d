import { afterAll, describe, expect, test } from 'vitest';
import { head, honest, redirect, type FaultServer } from '../../../support/fault-server.ts';
import { seededFractions } from '../../../support/noise.ts';
import { rangeOf, requestLog, serve, type AnswerMore } from '../../../support/range-server.ts';
import { removeTempDirs } from '../../../support/temp.ts';
import { bench, bytes, fastClock, hurried, mebi, server } from './downloading.ts';

afterAll(removeTempDirs);

/** How many bytes of bodies the server sent. */
function sentBytes(from: FaultServer): number {
  return from.requests.reduce((sum, { sentBytes: sent }) => sum + sent, 0) - 300 * from.requests.length;
}

test('a file that comes in one go is asked for once', async () => {
  const from = await server({ bytes });
  const at = bench(`${from.origin}/file`);
  const result = await at.run();
  expect(requestLog(from)).toEqual(['/file bytes=0-16777215']);
  expect(from.requests[0]?.headers.get('accept-encoding')).toBe('identity');
  expect(at.content().equals(bytes)).toBe(true);
  expect(result).toMatchObject({
    totalBytes: bytes.length,
    receivedBytes: bytes.length,
    freshBytes: bytes.length,
  });
  expect(at.rows.durableBytes).toBe(bytes.length);
  // Done is done.
  await at.run();
  expect(from.requests.length).toBe(1);
});

test('an empty file, and a part of a file', async () => {
  const empty = await server({ bytes: Buffer.alloc(0) });
  expect(await bench(`${empty.origin}/e`).run()).toMatchObject({ totalBytes: 0 });
  const from = await server({ bytes });
  const at = bench(`${from.origin}/file`);
  await at.run({ span: { fromBytes: 0, toBytes: 1000 } });
  await at.run();
  expect(requestLog(from)).toEqual(['/file bytes=0-999', `/file bytes=1000-${bytes.length - 1} "one"`]);
  expect(at.content().equals(bytes)).toBe(true);
});

describe('a connection that breaks', () => {
  test.each(['fin', 'reset', 'stall'] as const)(
    'by %s costs nothing: the next request begins where it ended',
    async (end) => {
      const cuts = [1, 65_536, mebi, mebi + 1];
      const from = await server({ bytes }, (_request, nth) => ({ cutAfter: cuts[nth - 1], end }));
      const at = bench(`${from.origin}/f`);
      const result = await at.run({}, { timeouts: { connectMs: 2000, headersMs: 2000, silenceMs: 300 } });
      expect(at.content().equals(bytes)).toBe(true);
      const begins = [0, 1, 65_537, mebi + 65_537, 2 * mebi + 65_538];
      expect(from.requests.map((request) => rangeOf(request, bytes.length)?.from)).toEqual(begins);
      expect(result).toMatchObject({ receivedBytes: bytes.length, cuts: 4 });
    },
  );

  test('in a body without length is not taken for its end', async () => {
    const from = await server({ bytes }, (_request, nth) =>
      nth < 4 ? { chunked: true, cutAfter: 700_000 } : { chunked: true },
    );
    const at = bench(`${from.origin}/f`);
    expect(await at.run()).toMatchObject({ receivedBytes: bytes.length, cuts: 3 });
    expect(at.content().equals(bytes)).toBe(true);
  });

  test('HTTP/1.0 and no length: never believed to be whole', async () => {
    const from = await server({ bytes }, () => [
      { send: head(200, [], '1.0') },
      { send: bytes.subarray(0, 500_000) },
      'fin',
    ]);
    const at = bench(`${from.origin}/f`);
    await expect(at.run()).rejects.toMatchObject({ code: 'protocol-violation' });
    // Somebody else knows how long it is.
    await expect(at.run({ totalBytes: bytes.length }, { clock: fastClock })).rejects.toMatchObject({
      code: 'connection-lost',
    });
    expect(at.rows.durableBytes).toBe(500_000);
  });
});

describe('what a server may answer to a range', () => {
  const wrongs: [string, AnswerMore][] = [
    ['no Content-Range', { contentRange: null }],
    ['another begin', { contentRange: `bytes 0-${bytes.length - 1}/${bytes.length}` }],
    ['another unit', { contentRange: `octets 1-2/3` }],
    ['an end behind the whole', { contentRange: `bytes 1500000-${bytes.length}/${bytes.length}` }],
    ['an overlapping begin', { contentRange: `bytes 1499999-${bytes.length - 1}/${bytes.length}` }],
    ['a wrong begin in chunks', { contentRange: `bytes 7-8/${bytes.length}`, chunked: true }],
    ['several parts', { fields: ['Content-Type: multipart/byteranges; boundary=x'] }],
    ['a status nobody knows', { status: 299 }],
  ];
  test.each(wrongs)(
    '%s: nothing of it is written; once more, then the whole is compared',
    async (_name, more) => {
      const junk = (right: Buffer) => Buffer.alloc(right.length, 0x5a);
      const from = await server({ bytes }, (request, nth) => {
        if (nth === 1) return { cutAfter: 1_500_000 };
        return request.headers.has('range') ? { ...more, body: junk } : {};
      });
      const at = bench(`${from.origin}/f`);
      const result = await at.run();
      expect(at.content().equals(bytes)).toBe(true);
      expect(requestLog(from).slice(1)).toEqual([
        `/f bytes=1500000-${bytes.length - 1} "one"`,
        `/f bytes=1500000-${bytes.length - 1} "one"`,
        '/f whole',
      ]);
      expect(result).toMatchObject({
        freshBytes: bytes.length,
        receivedBytes: bytes.length + 1_500_000,
        restarts: 0,
      });
      expect(at.notices).toContainEqual({ kind: 'no-ranges', place: 0 });
    },
  );

  test('200 with the whole: compared from 0, then appended', async () => {
    const from = await server({ bytes }, (_request, nth) =>
      nth === 1 ? { wholeOnly: true, cutAfter: 1_500_000 } : { wholeOnly: true },
    );
    const at = bench(`${from.origin}/f`);
    const result = await at.run();
    expect(requestLog(from)).toEqual(['/f bytes=0-16777215', '/f whole']);
    expect(result).toMatchObject({ receivedBytes: bytes.length + 1_500_000, restarts: 0 });
    expect(at.content().equals(bytes)).toBe(true);
  });

  test('fewer and more bytes than asked for', async () => {
    const from = await server({ bytes }, (request) => {
      const { from: begin = 0 } = rangeOf(request, bytes.length) ?? {};
      const end = Math.min(bytes.length, begin + 1_000_000);
      return [
        {
          send: head(206, [
            'ETag: "one"',
            `Content-Length: ${end - begin}`,
            `Content-Range: bytes ${begin}-${end - 1}/${bytes.length}`,
          ]),
        },
        { send: bytes.subarray(begin, end) },
      ];
    });
    const at = bench(`${from.origin}/f`);
    await at.run({ span: { fromBytes: 0, toBytes: 10 } });
    await at.run();
    expect(at.content().equals(bytes)).toBe(true);
    expect(from.requests.map((request) => rangeOf(request, bytes.length)?.from)).toEqual([
      0, 10, 1_000_010, 2_000_010, 3_000_010,
    ]);
  });

  test('gzip though identity was asked for: refused, asked once more, then put aside', async () => {
    const from = await server({ bytes }, () => ({ fields: ['Content-Encoding: gzip'] }));
    const at = bench(`${from.origin}/f`);
    await expect(at.run()).rejects.toMatchObject({ code: 'protocol-violation', facts: { detail: /gzip/ } });
    expect(from.requests.length).toBe(2);
    expect(at.rows.durableBytes).toBe(0);
  });

  test('Content-Encoding: identity is none', async () => {
    const from = await server({ bytes }, () => ({ fields: ['Content-Encoding: identity'] }));
    const at = bench(`${from.origin}/f`);
    await at.run();
    expect(at.content().equals(bytes)).toBe(true);
  });

  test('a web page never enters the file, and is waited out', async () => {
    const page = honest('<html>sign in</html>', ['Content-Type: text/html']);
    const from = await server({ bytes }, (_request, nth) => (nth < 4 ? page : {}));
    const at = bench(`${from.origin}/f`);
    await at.run();
    expect(at.content().equals(bytes)).toBe(true);
    expect(at.notices[0]).toMatchObject({ kind: 'waiting', failure: { code: 'not-git' } });
  });
});

describe('refusals', () => {
  test('503 with Retry-After: nothing is asked before', async () => {
    const times: number[] = [];
    const from = await server({ bytes }, (_request, nth) => {
      times.push(performance.now());
      return nth === 2 ? honest('later', ['Retry-After: 1'], 503) : nth === 1 ? { cutAfter: mebi } : {};
    });
    const at = bench(`${from.origin}/f`);
    await at.run();
    expect(at.content().equals(bytes)).toBe(true);
    expect((times[2] ?? 0) - (times[1] ?? 0)).toBeGreaterThanOrEqual(1000);
    expect((times[2] ?? 0) - (times[1] ?? 0)).toBeLessThan(1600);
  });

  test('a wait of hours is not for this run', async () => {
    const from = await server({ bytes }, () => honest('later', ['Retry-After: 7200'], 503));
    await expect(bench(`${from.origin}/f`).run()).rejects.toMatchObject({
      code: 'server-error',
      facts: { retryAfterMs: 7_200_000 },
    });
    expect(from.requests.length).toBe(1);
  });

  test('500 for ever ends, once is nothing', async () => {
    const from = await server({ bytes }, () => honest('broken', [], 500));
    const slow = { chance: { ...hurried, fraction: () => 0 } };
    const at = bench(`${from.origin}/f`);
    const run = at.run(
      {},
      { ...slow, clock: (await import('../../../../main/platform/index.ts')).systemClock },
    );
    await expect.poll(() => from.requests.length).toBeGreaterThan(2);
    from.answer((request) => serve(request, { bytes }));
    await run;
    expect(at.content().equals(bytes)).toBe(true);
  });

  test.each([[404], [410], [403], [451]])(
    '%d at once is told, without the query of the address',
    async (status) => {
      const from = await server({ bytes }, () => honest('no', [], status));
      const error = await bench(`${from.origin}/f?sig=secret`)
        .run()
        .catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ facts: { status, url: `${from.origin}/f` } });
      expect(JSON.stringify(error)).not.toContain('secret');
    },
  );

  test('416 for what must be there: as a wrong range', async () => {
    const from = await server({ bytes }, (request, nth) => {
      if (nth === 1) return { cutAfter: mebi };
      if (!request.headers.has('range')) return {};
      return [{ send: head(416, [`Content-Range: bytes */${bytes.length}`, 'Content-Length: 0']) }];
    });
    const at = bench(`${from.origin}/f`);
    await at.run();
    expect(requestLog(from).at(-1)).toBe('/f whole');
    expect(at.content().equals(bytes)).toBe(true);
  });

  test('416 with another length: another version', async () => {
    const short = bytes.subarray(0, 100_000);
    const from = await server({ bytes }, (request, nth) =>
      nth === 1 ? { cutAfter: mebi } : serve(request, { bytes: short }, { ignoreIfRange: true }),
    );
    const at = bench(`${from.origin}/f`);
    expect(await at.run()).toMatchObject({ restarts: 1 });
    expect(at.content().equals(short)).toBe(true);
  });

  test('redirects: Range and If-Range reach the target', async () => {
    const from = await server({ bytes }, (request, nth) => {
      if (request.path !== '/target') return redirect('/target', [301, 302, 303, 307, 308][nth % 5]);
      return nth < 6 ? { cutAfter: mebi } : {};
    });
    const at = bench(`${from.origin}/f`);
    await at.run();
    expect(at.content().equals(bytes)).toBe(true);
    expect(requestLog(from)).toContain(`/target bytes=1048576-${bytes.length - 1} "one"`);
  });

  test.each([403, 401, 410, 404, 400])(
    'an address that expires with %d is renewed, and the file goes on at the same byte',
    async (status) => {
      let good = 'a';
      const from = await server({ bytes }, (request) => {
        if (!request.path.endsWith(`sig=${good}`)) return honest('expired', [], status);
        good += 'a';
        return { cutAfter: 1_000_000 };
      });
      const at = bench();
      const url = () => `${from.origin}/f?sig=${good}`;
      const result = await at.run({ sources: [{ url: url(), renew: () => Promise.resolve(url()) }] });
      expect(at.content().equals(bytes)).toBe(true);
      expect(result).toMatchObject({ receivedBytes: bytes.length, restarts: 0 });
      expect(at.rows.range?.sources[0]?.url).toContain('sig=aaa');
    },
  );

  test('an address that expires and is not renewed', async () => {
    const from = await server({ bytes }, (_request, nth) =>
      nth === 1 ? { cutAfter: mebi } : honest('expired', [], 403),
    );
    const at = bench();
    const sources = [{ url: `${from.origin}/f`, renew: () => Promise.resolve(null) }];
    await expect(at.run({ sources })).rejects.toMatchObject({ code: 'access-denied' });
    expect(at.rows.durableBytes).toBe(mebi);
  });
});

test('an abort ends it at once, closes the sockets and keeps what came', async () => {
  const from = await server({ bytes }, () => ({ bytesPerSecond: 1_000_000 }));
  const at = bench(`${from.origin}/f`);
  const stop = new AbortController();
  const run = at.run({}, {}, stop.signal);
  await new Promise((resolve) => setTimeout(resolve, 700));
  const before = performance.now();
  stop.abort(new Error('paused'));
  await expect(run).rejects.toThrow('paused');
  expect(performance.now() - before).toBeLessThan(500);
  await expect.poll(() => from.open).toBe(0);
  const kept = at.rows.durableBytes;
  expect(kept).toBeGreaterThan(300_000);
  from.answer((request) => serve(request, { bytes }));
  await at.run();
  expect(requestLog(from)[1]).toBe(`/f bytes=${kept}-${bytes.length - 1} "one"`);
  expect(at.content().equals(bytes)).toBe(true);
});

test('the begin of a file that is cut at random bytes: wasted is nothing', async () => {
  const fraction = seededFractions(7);
  const from = await server({ bytes }, () => ({ cutAfter: Math.floor(fraction() * 300_000), end: 'fin' }));
  const at = bench(`${from.origin}/f`);
  const result = await at.run();
  expect(at.content().equals(bytes)).toBe(true);
  expect(result.receivedBytes).toBe(bytes.length);
  expect(sentBytes(from)).toBeLessThan(bytes.length + 10_000);
});
