import { EngineError } from '../../engine/errors.ts';
import type { HttpRequest } from '../../engine/ports.ts';

/** As many as git and curl follow. */
const redirectsMax = 20;

const followed = new Set([301, 302, 303, 307, 308]);

/** Where a response points, if it is a redirect (RFC 9110 §15.4). A 304 is none. */
export function redirectOf(status: number, headers: ReadonlyMap<string, string>): string | null {
  if (status < 300 || status > 399 || status === 304) return null;
  return headers.get('location') ?? null;
}

/**
 * The request that follows a redirect, or null for a status that asks for a choice instead (300). Never leads from
 * https to http or to another scheme. A POST stays one only behind 307 and 308 (RFC 9110 §15.4.8, §15.4.9).
 */
export function followUp(request: HttpRequest, status: number, location: string): HttpRequest | null {
  if (!followed.has(status)) return null;
  const from = new URL(request.url);
  const refuse = (detail: string) =>
    new EngineError('redirect-refused', { host: from.hostname, status, detail });
  if (!URL.canParse(location, from.href)) throw refuse('the redirect leads to something that is no URL');
  const to = new URL(location, from);
  if (to.protocol !== 'https:' && to.protocol !== 'http:')
    throw refuse(`the redirect leads to ${to.protocol}`);
  if (from.protocol === 'https:' && to.protocol === 'http:')
    throw refuse('the redirect leads from https to http');
  // User names in a Location are a stranger's words.
  to.username = '';
  to.password = '';
  to.hash = '';
  const keepsBody = request.method !== 'POST' || status === 307 || status === 308;
  const sameOrigin = from.origin === to.origin;
  const headers = Object.entries(request.headers).filter(([name]) => {
    const lower = name.toLowerCase();
    if (!sameOrigin && (lower === 'authorization' || lower === 'cookie')) return false;
    return keepsBody || !lower.startsWith('content-');
  });
  return {
    ...request,
    url: to.href,
    method: keepsBody ? request.method : 'GET',
    body: keepsBody ? request.body : undefined,
    headers: Object.fromEntries(headers),
  };
}

/**
 * As `followUp`, where `hops` redirects were followed before this one. Throws `redirect-refused` also where the request
 * wants none followed, and after too many.
 */
export function nextHop(
  request: HttpRequest,
  hops: number,
  status: number,
  location: string,
): HttpRequest | null {
  const refuse = (detail: string) =>
    new EngineError('redirect-refused', { host: new URL(request.url).hostname, status, detail });
  if (request.redirects === 'refuse') throw refuse('a redirect where none is followed');
  const following = followUp(request, status, location);
  if (following !== null && hops === redirectsMax) throw refuse(`more than ${redirectsMax} redirects`);
  return following;
}

/** The request with its credential as a header (RFC 7617), if it is for this origin. */
export function withCredential(request: HttpRequest): HttpRequest {
  const { credential } = request;
  if (!credential || new URL(request.url).origin !== new URL(credential.origin).origin) return request;
  const pair = Buffer.from(`${credential.username}:${credential.password}`).toString('base64');
  const others = Object.entries(request.headers).filter(([name]) => name.toLowerCase() !== 'authorization');
  return { ...request, headers: { ...Object.fromEntries(others), authorization: `Basic ${pair}` } };
}
