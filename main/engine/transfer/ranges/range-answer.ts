/**
 * What an answer to a request for a part of a file is worth, before one byte of its body is used. Pure.
 *
 * Only the answer itself counts, never `Accept-Ranges` or another request's answer: servers behind one name differ.
 */

import { EngineError, type EngineFailure } from '../../errors.ts';
import { retryAfterMs } from '../../remote/index.ts';
import { parseContentRange } from './content-range.ts';
import { lengthOf, type Span } from './spans.ts';
import { compareValidators, validatorOf, type Sameness, type Validator } from './validator.ts';

export interface AnswerHead {
  status: number;
  headers: ReadonlyMap<string, string>;
  url: string;
}

/** What is known of the file before the answer; nulls at the first contact. */
export interface KnownFile {
  totalBytes: number | null;
  validator: Validator | null;
}

export type Verdict =
  /** Bytes from where they were asked for. `span` may end before or behind what was asked: the rest is asked again, the surplus left. */
  | { kind: 'part'; span: Span; totalBytes: number; validator: Validator; sameness: Sameness }
  /** The body begins at the file's first byte. */
  | { kind: 'whole'; totalBytes: number | null; validator: Validator; sameness: Sameness }
  /** A part, or a length, of another version. */
  | { kind: 'changed'; why: string }
  /** Not what was asked for: this server cannot be asked for parts this way. */
  | { kind: 'senseless'; why: string }
  /** Somebody on the way re-encodes files. */
  | { kind: 'altered'; why: string }
  /** 416: the file ends before the asked span. */
  | { kind: 'past-end'; totalBytes: number | null }
  /** 400, 401, 403, 404, 410 and their like: also how an expired address looks. */
  | { kind: 'refused'; failure: EngineFailure }
  /** Trying again later may help. */
  | { kind: 'trouble'; failure: EngineFailure };

/** The value of a field that must be a whole number (RFC 9110 §8.6); null when absent or unreadable. */
function contentLength(headers: ReadonlyMap<string, string>): number | null {
  const field = headers.get('content-length');
  if (field === undefined || !/^\d{1,16}$/.test(field)) return null;
  const length = Number(field);
  return Number.isSafeInteger(length) ? length : null;
}

function mediaType(headers: ReadonlyMap<string, string>): string {
  return (headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
}

function sameness(known: KnownFile, validator: Validator): Sameness {
  return known.validator === null ? 'unproved' : compareValidators(known.validator, validator);
}

function judgePart(asked: Span, answer: AnswerHead, known: KnownFile): Verdict {
  const { headers } = answer;
  const senseless = (why: string): Verdict => ({ kind: 'senseless', why });
  if (mediaType(headers) === 'multipart/byteranges') return senseless('one range came in several parts');
  const field = headers.get('content-range');
  const range = parseContentRange(field);
  if (range === null || range.span === null) {
    return senseless(
      field === undefined
        ? 'a part came without Content-Range'
        : `Content-Range is ${JSON.stringify(field.slice(0, 60))}`,
    );
  }
  const totalBytes = range.totalBytes ?? known.totalBytes;
  if (totalBytes === null) return senseless('a part came without the length of the whole');
  // Which version a part is of comes first: one of another version may well begin or end elsewhere.
  const validator = validatorOf(headers);
  if (known.totalBytes !== null && totalBytes !== known.totalBytes)
    return { kind: 'changed', why: `${totalBytes} bytes long instead of ${known.totalBytes}` };
  const same = sameness(known, validator);
  if (same === 'different') return { kind: 'changed', why: 'another validator' };
  if (range.span.fromBytes !== asked.fromBytes)
    return senseless(`bytes from ${range.span.fromBytes} came instead of from ${asked.fromBytes}`);
  const length = contentLength(headers);
  if (length !== null && length !== lengthOf(range.span))
    return senseless(`Content-Length ${length} and a range of ${lengthOf(range.span)} bytes`);
  return { kind: 'part', span: range.span, totalBytes, validator, sameness: same };
}

function judgeWhole(answer: AnswerHead, known: KnownFile): Verdict {
  // How the sign-in page of a network looks (RFC 8952); no bundle and no pack is a page.
  if (mediaType(answer.headers) === 'text/html')
    return { kind: 'trouble', failure: failure('not-git', answer, 'a web page came instead of the file') };
  const validator = validatorOf(answer.headers);
  const totalBytes = contentLength(answer.headers);
  const same = sameness(known, validator);
  const otherLength = totalBytes !== null && known.totalBytes !== null && totalBytes !== known.totalBytes;
  return { kind: 'whole', totalBytes, validator, sameness: otherLength ? 'different' : same };
}

function failure(
  code:
    | 'not-git'
    | 'authentication-required'
    | 'access-denied'
    | 'remote-refused'
    | 'server-error'
    | 'too-many-requests',
  { status, url }: AnswerHead,
  detail: string,
  wait: number | null = null,
): EngineFailure {
  // Without its query: there the address carries what lets it be read.
  const { hostname: host, origin, pathname } = new URL(url);
  const facts = { host, url: origin + pathname, status, detail };
  return { code, facts: wait === null ? facts : { ...facts, retryAfterMs: wait } };
}

function judgeStatus(answer: AnswerHead, nowMs: number): Verdict {
  const { status } = answer;
  const wait = retryAfterMs(answer.headers.get('retry-after'), nowMs);
  const detail = `HTTP status ${status}`;
  const trouble = (code: 'server-error' | 'too-many-requests' | 'not-git'): Verdict => ({
    kind: 'trouble',
    failure: failure(code, answer, detail, wait),
  });
  const refused = (code: 'authentication-required' | 'access-denied' | 'remote-refused'): Verdict => ({
    kind: 'refused',
    failure: failure(code, answer, detail),
  });
  if (status === 429 || (status === 403 && wait !== null)) return trouble('too-many-requests');
  if (status === 511) return trouble('not-git');
  if (status >= 500 || status === 408 || status === 425) return trouble('server-error');
  if (status === 401) return refused('authentication-required');
  if (status === 403 || status === 451) return refused('access-denied');
  if (status >= 400) return refused('remote-refused');
  return { kind: 'senseless', why: detail };
}

/**
 * @param asked null when the whole was asked for, without `Range`
 * @param nowMs wall clock, for a `Retry-After` that is a date
 */
export function judgeAnswer(
  asked: Span | null,
  answer: AnswerHead,
  known: KnownFile,
  nowMs: number,
): Verdict {
  const { status, headers } = answer;
  if (status === 416) {
    const totalBytes = parseContentRange(headers.get('content-range'))?.totalBytes ?? null;
    const other = totalBytes !== null && known.totalBytes !== null && totalBytes !== known.totalBytes;
    if (other) return { kind: 'changed', why: `${totalBytes} bytes long instead of ${known.totalBytes}` };
    return { kind: 'past-end', totalBytes };
  }
  if (status !== 200 && status !== 206) return judgeStatus(answer, nowMs);
  const coding = headers.get('content-encoding')?.trim().toLowerCase() ?? '';
  // Offsets count in what is sent: in a re-encoded body they mean nothing (RFC 9110 §14.1.2, §8.4).
  if (coding !== '' && coding !== 'identity')
    return {
      kind: 'altered',
      why: `content coding ${JSON.stringify(coding.slice(0, 40))} though none was asked for`,
    };
  if (status === 200) return judgeWhole(answer, known);
  return asked === null
    ? { kind: 'senseless', why: 'a part came though the whole was asked for' }
    : judgePart(asked, answer, known);
}

/** The failure of a server that does not do what it says. */
export function misbehaviour(url: string, why: string): EngineError {
  const { hostname: host, origin, pathname } = new URL(url);
  return new EngineError('protocol-violation', { host, url: origin + pathname, detail: why });
}
