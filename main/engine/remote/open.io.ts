/** From what a person typed to a connection. */

import { parseRemoteUrl, RemoteUrlError, type RemoteUrl } from '../../git/index.ts';
import { EngineError } from '../errors.ts';
import type { Ports } from '../ports.ts';
import type { GitConnection } from './connection.ts';
import { HttpConnection } from './http-connection.io.ts';

/** What a person typed, understood; secrets apart from the rest. */
export interface RemoteAddress {
  /** Safe to store and to show: no password, and a user name only where it is no secret. */
  url: string;
  host: string;
  parsed: RemoteUrl;
}

/**
 * Throws `url-malformed`, `url-scheme-unknown` or, for transports that are parsed but not built yet,
 * `url-not-supported-yet`.
 */
export function understandUrl(text: string): RemoteAddress {
  let parsed: RemoteUrl;
  try {
    parsed = parseRemoteUrl(text.trim());
  } catch (error) {
    if (!(error instanceof RemoteUrlError)) throw error;
    const code = error.reason === 'scheme-unknown' ? 'url-scheme-unknown' : 'url-malformed';
    throw new EngineError(code, { detail: error.message }, { cause: error });
  }
  if (parsed.transport !== 'http' && parsed.transport !== 'https') {
    throw new EngineError('url-not-supported-yet', {
      detail: `The transport "${parsed.transport}" is not built yet.`,
    });
  }
  return { url: parsed.href, host: parsed.host, parsed };
}

/** One connection of one job; close it when the job rests. */
export function openConnection(
  address: RemoteAddress,
  ports: Pick<Ports, 'openHttp' | 'clock'>,
): GitConnection {
  const { parsed } = address;
  if (parsed.transport !== 'http' && parsed.transport !== 'https') {
    throw new EngineError('url-not-supported-yet', { host: address.host });
  }
  return new HttpConnection({
    http: ports.openHttp(),
    clock: ports.clock,
    url: parsed.href,
    host: address.host,
    ...(parsed.username === null && parsed.password === null
      ? {}
      : {
          credential: {
            origin: parsed.origin,
            username: parsed.username ?? '',
            password: parsed.password ?? '',
          },
        }),
  });
}
