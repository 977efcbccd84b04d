/** What an HTTP answer means before Git's own words begin. Pure. */

import { EngineError, type ErrorFacts } from '../errors.ts';

/** A year is as good as never, and keeps `Retry-After: 99999999999` from overflowing a timer. */
const retryAfterMsMax = 24 * 60 * 60 * 1000;

/**
 * Milliseconds to wait, from a `Retry-After` field: seconds or an HTTP date (RFC 9110 §10.2.3). A date in the past is
 * 0. Null when the field is absent or says nothing readable.
 */
export function retryAfterMs(field: string | undefined, nowMs: number): number | null {
  if (field === undefined) return null;
  const text = field.trim();
  if (/^\d{1,12}$/.test(text)) return Math.min(Number(text) * 1000, retryAfterMsMax);
  // Only the date forms of RFC 9110 §5.6.7: Date.parse alone would take almost anything for a date.
  if (!/^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)/.test(text)) return null;
  const date = Date.parse(text);
  if (Number.isNaN(date)) return null;
  return Math.min(Math.max(0, date - nowMs), retryAfterMsMax);
}

export interface AnswerHead {
  status: number;
  headers: ReadonlyMap<string, string>;
  url: string;
}

function statusError(answer: AnswerHead, facts: ErrorFacts, nowMs: number): EngineError {
  const { status } = answer;
  const wait = retryAfterMs(answer.headers.get('retry-after'), nowMs);
  const patient = wait === null ? facts : { ...facts, retryAfterMs: wait };
  switch (status) {
    case 401:
      return new EngineError('authentication-required', facts);
    case 407:
      return new EngineError('proxy-authentication-required', facts);
    case 403:
      // GitHub and others answer 403 with Retry-After when they throttle.
      return wait === null
        ? new EngineError('access-denied', facts)
        : new EngineError('too-many-requests', patient);
    case 451:
      return new EngineError('access-denied', facts);
    case 404:
    case 410:
      return new EngineError('repository-not-found', facts);
    case 408:
    case 425:
      return new EngineError('server-error', patient);
    case 429:
      return new EngineError('too-many-requests', patient);
    default:
      if (status >= 500) return new EngineError('server-error', patient);
      return new EngineError('not-git', { ...facts, detail: `HTTP status ${status}` });
  }
}

/**
 * Refuses everything that is not a 200 with the content type that gitprotocol-http demands for this exchange.
 * A wrong type is how a login page of a hotel network looks, so nothing of such a body is ever used.
 */
export function checkAnswer(answer: AnswerHead, contentType: string, host: string, nowMs: number): void {
  const facts: ErrorFacts = { host, url: answer.url, status: answer.status };
  if (answer.status !== 200) throw statusError(answer, facts, nowMs);
  const type = (answer.headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  if (type !== contentType) {
    throw new EngineError('not-git', {
      ...facts,
      detail: `content type ${JSON.stringify(type.slice(0, 100))}`,
    });
  }
  const coding = answer.headers.get('content-encoding')?.trim().toLowerCase();
  // We ask for identity; a proxy that packs a stream anyway would hide where it was cut.
  if (coding !== undefined && coding !== '' && coding !== 'identity') {
    throw new EngineError('protocol-violation', {
      ...facts,
      detail: `content coding ${JSON.stringify(coding.slice(0, 40))} though none was asked for`,
    });
  }
}
