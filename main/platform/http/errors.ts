import { EngineError, type EngineErrorCode } from '../../engine/errors.ts';

/** The codes OpenSSL and Node use for a certificate or a handshake that will not do. */
const tlsCodes =
  /^(CERT_|ERR_TLS_|ERR_SSL_|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|HOSTNAME_MISMATCH|CRL_|INVALID_(CA|PURPOSE)|PATH_LENGTH|ERROR_IN_C|EPROTO$)/;

const codes: Record<string, EngineErrorCode> = {
  ENOTFOUND: 'host-not-found',
  ENODATA: 'host-not-found',
  EAI_AGAIN: 'network-unreachable',
  ENETUNREACH: 'network-unreachable',
  EHOSTUNREACH: 'network-unreachable',
  ENETDOWN: 'network-unreachable',
  EHOSTDOWN: 'network-unreachable',
  EADDRNOTAVAIL: 'network-unreachable',
  ECONNREFUSED: 'connection-refused',
  ETIMEDOUT: 'connection-timed-out',
};

/** The kernel's and the resolver's view of a failed connection; null for what is none of these. */
function codeFor(error: NodeJS.ErrnoException, inBody: boolean): EngineErrorCode | null {
  // What llhttp refuses (RFC 9112): two lengths, a negative one, bytes that are no HTTP at all. A body that only misses
  // its end is not among it. The error carries no code of its own, but always one of these reasons.
  if (error.name === 'HTTPParserError')
    return /EOF/.test(error.message) ? 'connection-lost' : 'protocol-violation';
  if (error.code === undefined) return null;
  // In front of the body this can only be a length that is given twice, or beside chunks.
  if (error.code === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH')
    return inBody ? 'connection-lost' : 'protocol-violation';
  if (tlsCodes.test(error.code)) return 'tls-failed';
  if (error.code === 'UND_ERR_HEADERS_OVERFLOW') return 'protocol-violation';
  // A header or method that undici will not send: our own mistake, nobody's network.
  if (error.code === 'UND_ERR_INVALID_ARG') return 'internal';
  return codes[error.code] ?? null;
}

/**
 * A failed exchange as the engine's error. Of a host with several addresses, where each failed in its own way, the
 * most telling failure is said: one that refused is alive, one without a route is none of the server's doing.
 */
export function httpError(error: unknown, host: string, bodyNote?: string): EngineError {
  if (error instanceof EngineError) return error;
  const each = error instanceof AggregateError ? (error.errors as unknown[]) : [error];
  const known = each
    .filter((one) => one instanceof Error)
    .map((one) => ({ one, code: codeFor(one, bodyNote !== undefined) }));
  const best =
    known.find(({ code }) => code === 'connection-refused') ??
    known.find(({ code }) => code === 'connection-timed-out') ??
    known.find(({ code }) => code !== null) ??
    known[0];
  const message = [best?.one.message ?? String(error), bodyNote].filter(Boolean).join(', ');
  return new EngineError(best?.code ?? 'connection-lost', { host, detail: message }, { cause: error });
}
