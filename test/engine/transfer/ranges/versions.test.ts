import { afterAll, expect, describe, test } from 'vitest';
import { noise } from '../../../support/noise.ts';
import { requestLog, serve, type AnswerMore, type ServedFile } from '../../../support/range-server.ts';
import { removeTempDirs } from '../../../support/temp.ts';
import { bench, bytes, mebi, server } from './downloading.ts';

const other = noise(3 * mebi + 12_345, 2);
afterAll(removeTempDirs);

describe('another version', () => {
  const newer = { bytes: other, etag: '"two"' };
  const versions = (more: AnswerMore) => async () => {
    const from = await server({ bytes }, (request, nth) =>
      nth === 1 ? { cutAfter: 1_500_000 } : serve(request, newer, more),
    );
    const at = bench(`${from.origin}/f`);
    const result = await at.run();
    expect(at.content().equals(other)).toBe(true);
    expect(result.restarts).toBe(1);
    expect(at.notices).toContainEqual(expect.objectContaining({ kind: 'restarted', heldBytes: 1_500_000 }));
    expect(requestLog(from)[1]).toBe(`/f bytes=1500000-${bytes.length - 1} "one"`);
    return { from, result };
  };

  test('by If-Range: the 200 is used at once', async () => {
    const { from, result } = await versions({})();
    expect(from.requests.length).toBe(2);
    expect(result.receivedBytes).toBe(1_500_000 + other.length);
  });
  test('by the ETag of a 206 of a server that ignores If-Range: never spliced', async () => {
    const { from } = await versions({ ignoreIfRange: true })();
    expect(requestLog(from).slice(2)).toEqual(['/f bytes=0-16777215']);
  });

  test('seen by several connections at once: one new beginning', { timeout: 60_000 }, async () => {
    const [old, fresh] = [noise(40 * mebi, 5), noise(40 * mebi, 6)];
    let file: ServedFile = { bytes: old };
    const pace = { bytesPerSecond: 2_000_000 };
    const from = await server(file, (request) => serve(request, file, { ...pace, ignoreIfRange: true }));
    const at = bench(`${from.origin}/f`);
    const run = at.run();
    await expect.poll(() => from.open, { timeout: 20_000 }).toBe(4);
    file = { bytes: fresh, etag: '"two"' };
    from.answer((request) =>
      serve(request, file, { bytesPerSecond: 20_000_000, ignoreIfRange: true, cutAfter: 8 * mebi }),
    );
    expect(await run).toMatchObject({ restarts: 1, sources: [{ aside: null }] });
    expect(at.content().equals(fresh)).toBe(true);
  });

  test('the same ETag and another length', async () => {
    const longer = noise(4 * mebi, 3);
    const from = await server({ bytes }, (request, nth) =>
      nth === 1 ? { cutAfter: 1_500_000 } : serve(request, { bytes: longer }),
    );
    const at = bench(`${from.origin}/f`);
    expect(await at.run()).toMatchObject({ restarts: 1, totalBytes: longer.length });
    expect(at.content().equals(longer)).toBe(true);
  });

  test('another ETag for the same bytes: all that is here turns out to be good', async () => {
    const from = await server({ bytes }, (request, nth) =>
      nth === 1 ? { cutAfter: 1_500_000 } : serve(request, { bytes, etag: '"edge"' }),
    );
    const at = bench(`${from.origin}/f`);
    expect(await at.run()).toMatchObject({ restarts: 1, receivedBytes: bytes.length + 1_500_000 });
    expect(at.content().equals(bytes)).toBe(true);
  });

  test('cut again and again while the old one is still here: only bytes of the new one in the end', async () => {
    const from = await server({ bytes }, (request, nth) =>
      nth === 1 ? { cutAfter: 2_500_000 } : serve(request, newer, { cutAfter: 400_000 }),
    );
    const at = bench(`${from.origin}/f`);
    await at.run();
    expect(at.content().equals(other)).toBe(true);
  });

  test('a file that never stays the same is given up', async () => {
    const from = await server({ bytes }, (request, nth) =>
      serve(request, { bytes, etag: `"${nth}"` }, { cutAfter: 100_000 }),
    );
    await expect(bench(`${from.origin}/f`).run()).rejects.toMatchObject({
      facts: { detail: /changes faster/ },
    });
  });

  const weak: [string, ServedFile][] = [
    ['a weak ETag', { bytes, etag: 'W/"w"' }],
    ['nothing at all', { bytes, etag: null }],
    ['a date of just now', { bytes, etag: null, lastModified: new Date().toUTCString() }],
  ];
  test.each(weak)('%s: 64 KiB come twice and are compared', async (_name, file) => {
    const from = await server(file, (request, nth) =>
      serve(request, file, nth < 4 ? { cutAfter: 800_000 } : {}),
    );
    const at = bench(`${from.origin}/f`);
    const result = await at.run();
    expect(at.content().equals(bytes)).toBe(true);
    expect(result).toMatchObject({ restarts: 0, receivedBytes: bytes.length + 3 * 65_536 });
    expect(from.requests.every(({ headers }) => !headers.has('if-range'))).toBe(true);
  });
  test.each(weak)('%s, and another file: found by comparing', async (_name, file) => {
    const from = await server(file, (request, nth) =>
      serve(request, nth === 1 ? file : { ...file, bytes: other }, nth === 1 ? { cutAfter: 800_000 } : {}),
    );
    const at = bench(`${from.origin}/f`);
    expect(await at.run()).toMatchObject({ restarts: 1 });
    expect(at.content().equals(other)).toBe(true);
  });
  test('a date of last year is as good as a strong ETag', async () => {
    const file = { bytes, etag: null, lastModified: 'Wed, 01 Jan 2025 00:00:00 GMT' };
    const from = await server(file, (request, nth) =>
      serve(request, file, nth < 3 ? { cutAfter: 800_000 } : {}),
    );
    const at = bench(`${from.origin}/f`);
    expect(await at.run()).toMatchObject({ receivedBytes: bytes.length });
    expect(requestLog(from)[1]).toBe(`/f bytes=800000-${bytes.length - 1} ${file.lastModified}`);
  });
});
