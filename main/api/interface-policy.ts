/**
 * Who may talk to the interface's server, and what its pages may do. Pure; the reasons stand in the contract's README.
 */

/** The sub-protocol both sides name; its version is the carrier's, not the contract's. */
export const subProtocol = 'packmule.v1';
const tokenPrefix = 'token.';

/** Lower-case header names with every value they came with, in order. */
export type RawHeaders = readonly string[];

export type Refusal = { status: 400 | 401 | 403; why: string };

/** What the addresses of this server are called in `Host`. Exactly these: no other notation of the same address. */
export function hostNames(port: number): string[] {
  return [`127.0.0.1:${port}`, `localhost:${port}`];
}

/** For each request, before anything else. Null when the host is ours. RFC 9112 §3.2: one Host, no more. */
export function refuseHost(headers: RawHeaders, port: number): Refusal | null {
  const hosts = valuesOf(headers, 'host');
  if (hosts.length !== 1) return { status: 400, why: 'exactly one Host is needed' };
  return hostNames(port).includes(hosts[0] ?? '') ? null : { status: 403, why: 'Host is not this server' };
}

/**
 * For a WebSocket handshake whose host was found ours: Origin, sub-protocol and token. `tokenMatches` compares in
 * constant time.
 */
export function refuseHandshake(
  headers: RawHeaders,
  port: number,
  tokenMatches: (token: string) => boolean,
): Refusal | null {
  const origins = valuesOf(headers, 'origin');
  const ours = hostNames(port).map((host) => `http://${host}`);
  if (origins.length !== 1 || !ours.includes(origins[0] ?? ''))
    return { status: 403, why: 'Origin is not this server' };
  const protocols = valuesOf(headers, 'sec-websocket-protocol').flatMap((value) =>
    value.split(',').map((name) => name.trim()),
  );
  if (!protocols.includes(subProtocol)) return { status: 400, why: `sub-protocol ${subProtocol} is needed` };
  const tokens = protocols.filter((name) => name.startsWith(tokenPrefix));
  const token = tokens[0]?.slice(tokenPrefix.length);
  if (tokens.length !== 1 || token === undefined || !tokenMatches(token))
    return { status: 401, why: 'token is wrong' };
  return null;
}

/** Headers of every answer over HTTP. */
export function securityHeaders(port: number): Record<string, string> {
  return {
    'content-security-policy': contentSecurityPolicy(port),
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
  };
}

/** Our own files and our own connection, nothing else. Inline styles are how moving parts are placed. */
export function contentSecurityPolicy(port: number): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    `connect-src 'self' ${hostNames(port)
      .map((host) => `ws://${host}`)
      .join(' ')}`,
    "font-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/** From names and values in turn, as they came over the wire: Node's merged headers hide repetitions. */
function valuesOf(headers: RawHeaders, name: string): string[] {
  return headers.filter((_value, index) => index % 2 === 1 && headers[index - 1]?.toLowerCase() === name);
}
