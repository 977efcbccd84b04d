import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseContentRange } from '../../../../main/engine/transfer/ranges/content-range.ts';
import { judgeAnswer } from '../../../../main/engine/transfer/ranges/range-answer.ts';
import {
  compareValidators,
  ifRangeField,
  isStrong,
  validatorOf,
} from '../../../../main/engine/transfer/ranges/validator.ts';

describe('Content-Range', () => {
  test.each([
    ['bytes 0-0/1', { span: { fromBytes: 0, toBytes: 1 }, totalBytes: 1 }],
    ['bytes 42-1233/1234', { span: { fromBytes: 42, toBytes: 1234 }, totalBytes: 1234 }],
    ['bytes 42-1233/*', { span: { fromBytes: 42, toBytes: 1234 }, totalBytes: null }],
    ['bytes */1234', { span: null, totalBytes: 1234 }],
    [
      'Bytes  5-5/9007199254740991',
      { span: { fromBytes: 5, toBytes: 6 }, totalBytes: 9_007_199_254_740_991 },
    ],
  ])('%s', (field, range) => expect(parseContentRange(field)).toEqual(range));

  test.each([
    [undefined],
    [''],
    ['bytes'],
    ['bytes 0-1'],
    ['bytes 0-1/1'],
    ['bytes 5-4/10'],
    ['bytes -4/10'],
    ['bytes 4-/10'],
    ['bytes */*'],
    ['bytes 0-1/2, bytes 0-1/2'],
    ['octets 0-1/2'],
    ['bytes=0-1/2'],
    ['bytes 0x0-0x1/2'],
    ['bytes +0-1/2'],
    ['bytes 0-9007199254740992/9007199254740993'],
    ['bytes 0-1/99999999999999999999'],
  ])('%s is none', (field) => expect(parseContentRange(field)).toBeNull());

  test('anything at all is a range within its whole, or none', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.stringMatching(/^bytes [0-9*]{0,17}-[0-9]{0,17}\/[0-9*]{0,17}$/)),
        (field) => {
          const range = parseContentRange(field);
          if (range?.span == null) return;
          expect(range.span.fromBytes).toBeLessThan(range.span.toBytes);
          expect(range.span.toBytes).toBeLessThanOrEqual(range.totalBytes ?? Number.MAX_SAFE_INTEGER);
        },
      ),
    );
  });
});

const fields = (of: Record<string, string>) => new Map(Object.entries(of));
const date = (ms: number) => new Date(Date.UTC(2025, 0, 1) + ms).toUTCString();

describe('validators', () => {
  test.each([
    [{ etag: '"a"' }, '"a"'],
    [{ etag: 'W/"a"' }, null],
    // RFC 9110 §13.1.5: no date from who was given a tag.
    [{ etag: 'W/"a"', 'last-modified': date(0), date: date(100_000) }, null],
    [{ 'last-modified': date(0), date: date(60_000) }, date(0)],
    [{ 'last-modified': date(0), date: date(59_000) }, null],
    [{ 'last-modified': date(0) }, null],
    [{ 'last-modified': 'yesterday', date: date(0) }, null],
    [{ etag: 'unquoted' }, null],
    [{ etag: '"a" "b"' }, null],
    [{}, null],
  ])('%j: If-Range is %s', (headers, field) => {
    const validator = validatorOf(fields(headers));
    expect(ifRangeField(validator)).toBe(field);
    expect(isStrong(validator)).toBe(field !== null);
  });

  test.each([
    [{ etag: '"a"' }, { etag: '"a"' }, 'same'],
    [{ etag: '"a"' }, { etag: '"A"' }, 'different'],
    [{ etag: 'W/"a"' }, { etag: 'W/"a"' }, 'unproved'],
    [{ etag: 'W/"a"' }, { etag: '"a"' }, 'unproved'],
    [{ etag: 'W/"a"' }, { etag: 'W/"b"' }, 'different'],
    [{ etag: '"a"' }, {}, 'unproved'],
    [{ 'last-modified': date(0), date: date(1e6) }, { 'last-modified': date(0) }, 'same'],
    [{ 'last-modified': date(0) }, { 'last-modified': date(0) }, 'unproved'],
    [{ 'last-modified': date(0) }, { 'last-modified': date(1000) }, 'different'],
    [{}, {}, 'unproved'],
  ])('%j and %j: %s', (known, now, sameness) => {
    const of = (headers: object) => validatorOf(fields(headers as Record<string, string>));
    expect(compareValidators(of(known), of(now))).toBe(sameness);
  });
});

describe('answers', () => {
  const span = { fromBytes: 100, toBytes: 200 };
  const known = { totalBytes: 1000, validator: validatorOf(fields({ etag: '"a"' })) };
  const judge = (status: number, headers: Record<string, string>, asked: typeof span | null = span) =>
    judgeAnswer(asked, { status, headers: fields(headers), url: 'https://u.example/p?sig=s' }, known, 0);

  test.each([
    [206, { 'content-range': 'bytes 100-199/1000', etag: '"a"' }, { kind: 'part', sameness: 'same' }],
    [
      206,
      { 'content-range': 'bytes 100-149/1000', etag: '"a"' },
      { kind: 'part', span: { fromBytes: 100, toBytes: 150 } },
    ],
    [206, { 'content-range': 'bytes 100-199/*', etag: '"a"' }, { kind: 'part', totalBytes: 1000 }],
    [206, { 'content-range': 'bytes 100-199/1000' }, { kind: 'part', sameness: 'unproved' }],
    [206, { 'content-range': 'bytes 100-199/1000', etag: '"b"' }, { kind: 'changed' }],
    [206, { 'content-range': 'bytes 100-199/1001', etag: '"a"' }, { kind: 'changed' }],
    [206, { 'content-range': 'bytes 101-199/1000', etag: '"a"' }, { kind: 'senseless' }],
    [
      206,
      { 'content-range': 'bytes 100-199/1000', etag: '"a"', 'content-length': '99' },
      { kind: 'senseless' },
    ],
    [206, { etag: '"a"' }, { kind: 'senseless' }],
    [206, { 'content-range': 'bytes 100-199/1000', 'content-encoding': 'br' }, { kind: 'altered' }],
    [
      206,
      { 'content-range': 'bytes 100-199/1000', 'content-type': 'multipart/byteranges; boundary=a' },
      { kind: 'senseless' },
    ],
    [200, { etag: '"a"', 'content-length': '1000' }, { kind: 'whole', sameness: 'same' }],
    [200, { etag: '"a"', 'content-length': '1001' }, { kind: 'whole', sameness: 'different' }],
    [200, { etag: '"a"', 'content-length': '-5' }, { kind: 'whole', totalBytes: null }],
    [200, { etag: '"b"' }, { kind: 'whole', sameness: 'different' }],
    [200, { 'content-type': 'Text/HTML; charset=x' }, { kind: 'trouble', failure: { code: 'not-git' } }],
    [204, {}, { kind: 'senseless' }],
    [304, {}, { kind: 'senseless' }],
    [416, { 'content-range': 'bytes */1000' }, { kind: 'past-end', totalBytes: 1000 }],
    [416, {}, { kind: 'past-end', totalBytes: null }],
    [416, { 'content-range': 'bytes */50' }, { kind: 'changed' }],
    [401, {}, { kind: 'refused', failure: { code: 'authentication-required' } }],
    [403, {}, { kind: 'refused', failure: { code: 'access-denied' } }],
    [
      403,
      { 'retry-after': '7' },
      { kind: 'trouble', failure: { code: 'too-many-requests', facts: { retryAfterMs: 7000 } } },
    ],
    [
      410,
      {},
      { kind: 'refused', failure: { code: 'remote-refused', facts: { url: 'https://u.example/p' } } },
    ],
    [429, {}, { kind: 'trouble', failure: { code: 'too-many-requests' } }],
    [
      503,
      { 'retry-after': 'Thu, 01 Jan 1970 00:00:09 GMT' },
      { kind: 'trouble', failure: { facts: { retryAfterMs: 9000 } } },
    ],
    [511, {}, { kind: 'trouble', failure: { code: 'not-git' } }],
  ])('%d %j', (status, headers, verdict) => {
    expect(judge(status, headers as unknown as Record<string, string>)).toMatchObject(verdict);
  });

  test('a part though the whole was asked for', () => {
    expect(judge(206, { 'content-range': 'bytes 0-999/1000', etag: '"a"' }, null)).toMatchObject({
      kind: 'senseless',
    });
  });
});
