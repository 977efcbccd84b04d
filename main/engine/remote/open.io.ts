/** From what a person typed to a connection. */

import { parseRemoteUrl, RemoteUrlError, safeText, type RemoteUrl } from '../../git/index.ts';
import { EngineError } from '../errors.ts';
import type { DuplexTarget, Ports } from '../ports.ts';
import { localFailure, socketFailure, sshFailure } from './carrier-failure.ts';
import { separateSecret } from './address-secret.ts';
import type { GitConnection } from './connection.ts';
import { DuplexConnection, type DuplexRoad } from './duplex-connection.io.ts';
import { HttpConnection } from './http-connection.io.ts';
import type { HttpCredential, SignIn } from './sign-in.io.ts';
import { openLocal } from './local-duplex.io.ts';

/** What a person typed, understood; secrets apart from the rest. */
export interface RemoteAddress {
  /** Safe to store and to show: no password, and a user name only where it is no secret. As git keeps it as a remote's URL. */
  url: string;
  /** "localhost" for a path on this computer. */
  host: string;
  /** Of HTTP without a password, and with a user name only where `url` has one. */
  parsed: RemoteUrl;
  /** What was taken out. Lives in memory only. */
  secret: HttpCredential | null;
}

/** Long enough for a slow server behind jump hosts and for a touch on a hardware key; questions take a person longer. */
const greetingMs = 60_000;
const greetingWithQuestionsMs = 600_000;

/** Absolute on POSIX, or with a drive letter or a share of Windows. */
const absolutePath = /^(?:\/|[A-Za-z]:[\\/]|\\\\)/;

/**
 * Throws `url-malformed` or `url-scheme-unknown`. A relative path is malformed here: only who typed it knows what it
 * is relative to.
 */
export function understandUrl(text: string): RemoteAddress {
  const typed = text.trim();
  let parsed: RemoteUrl;
  try {
    parsed = parseRemoteUrl(typed);
  } catch (error) {
    if (!(error instanceof RemoteUrlError)) throw error;
    const code = error.reason === 'scheme-unknown' ? 'url-scheme-unknown' : 'url-malformed';
    throw new EngineError(code, { detail: error.message }, { cause: error });
  }
  switch (parsed.transport) {
    case 'http':
    case 'https': {
      const { url, username, secret } = separateSecret(parsed);
      return { url, host: parsed.host, parsed: { ...parsed, username, password: null }, secret };
    }
    case 'ssh':
    case 'git':
      // The parser takes no password here.
      return { url: typed, host: parsed.host, parsed, secret: null };
    case 'file':
      if (!absolutePath.test(parsed.path)) {
        throw new EngineError('url-malformed', {
          url: safeText(typed, 100),
          detail: 'It is neither a URL nor the full path of a repository on this computer.',
        });
      }
      return { url: typed, host: 'localhost', parsed, secret: null };
  }
}

/** One connection of one job; close it when the job rests. `signIn` knows names and passwords for HTTP servers. */
export function openConnection(
  address: RemoteAddress,
  ports: Pick<Ports, 'openHttp' | 'openDuplex' | 'git' | 'clock'>,
  options: { signIn: SignIn; askpassEnv?: Record<string, string> },
): GitConnection {
  const { parsed, host } = address;
  switch (parsed.transport) {
    case 'http':
    case 'https':
      return new HttpConnection({
        http: ports.openHttp(),
        clock: ports.clock,
        url: parsed.href,
        host,
        signIn: options.signIn,
      });
    case 'ssh':
    case 'git':
    case 'file':
      return new DuplexConnection(roadTo(address, parsed, ports, options.askpassEnv), ports.clock);
  }
}

/** The way to an upload-pack over one connection, and what it means when it ends at once. */
function roadTo(
  address: RemoteAddress,
  parsed: Extract<RemoteUrl, { transport: 'ssh' | 'git' | 'file' }>,
  ports: Pick<Ports, 'openDuplex' | 'git'>,
  askpassEnv: Record<string, string> | undefined,
): DuplexRoad {
  const facts = { host: address.host, url: address.url };
  switch (parsed.transport) {
    case 'file':
      return {
        open: () => Promise.resolve(openLocal(ports.git, parsed.path)),
        explain: localFailure,
        facts,
        canAskInCommand: false,
        greetingMs,
      };
    case 'git': {
      const { transport, host, port, path } = parsed;
      return {
        open: (signal) => ports.openDuplex({ transport, host, port, path }, signal),
        explain: socketFailure,
        facts,
        canAskInCommand: false,
        greetingMs,
      };
    }
    case 'ssh': {
      const { transport, user, host, port, path } = parsed;
      const target: DuplexTarget = { transport, user, host, port, path, askpassEnv };
      return {
        open: (signal, versionInCommand) => ports.openDuplex({ ...target, versionInCommand }, signal),
        explain: sshFailure,
        facts,
        canAskInCommand: true,
        greetingMs: askpassEnv === undefined ? greetingMs : greetingWithQuestionsMs,
      };
    }
  }
}
