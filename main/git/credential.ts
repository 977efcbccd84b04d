/**
 * What `git credential` reads and writes (git-credential(1), "INPUT/OUTPUT FORMAT"): lines of `key=value`, ended by an
 * empty line or the end. Values are taken and given byte for byte; there is no quoting, so a value with a line feed
 * would be two lines, and the second could name another host (CVE-2020-5260, CVE-2020-11008), and a carriage return is
 * a line's end to helpers that read text line by line (CVE-2024-52006). Such values are refused on both ways.
 */

import { LocalProtocolError } from './errors.ts';

/** Absent is not the same as empty. Multi-valued members keep their order. */
export interface GitCredential {
  /** `authtype`, `state`: what the writer understands beyond the basic keys. */
  readonly capabilities?: readonly string[];
  readonly protocol?: string;
  /** With the port where the URL named one: `host.example:8080`. */
  readonly host?: string;
  /** Without slashes at its ends; git itself leaves it out for HTTP unless `credential.useHttpPath` is set. */
  readonly path?: string;
  readonly username?: string;
  readonly password?: string;
  readonly oauthRefreshToken?: string;
  /** Seconds since 1970, as written. */
  readonly passwordExpiryUtc?: string;
  /** Each `WWW-Authenticate` field of the refusal, in the order of the server. */
  readonly wwwAuthenticate?: readonly string[];
}

/** Longer than any token in use; git itself has no limit. */
const valueCharsMax = 64 * 1024;
const linesMax = 1_000;

const single = {
  protocol: 'protocol',
  host: 'host',
  path: 'path',
  username: 'username',
  password: 'password',
  oauth_refresh_token: 'oauthRefreshToken',
  password_expiry_utc: 'passwordExpiryUtc',
} as const satisfies Record<string, keyof GitCredential>;

const multiple = {
  'capability[]': 'capabilities',
  'wwwauth[]': 'wwwAuthenticate',
} as const satisfies Record<string, keyof GitCredential>;

function line(key: string, value: string): string {
  if (/[\0\n\r]/.test(value))
    throw new LocalProtocolError(`The ${key} of a credential holds a line break or NUL.`);
  if (!value.isWellFormed()) throw new LocalProtocolError(`The ${key} of a credential is not text.`);
  if (value.length > valueCharsMax) throw new LocalProtocolError(`The ${key} of a credential is too long.`);
  return `${key}=${value}\n`;
}

/**
 * The lines, in the order in which git writes them (credential.c, credential_write).
 * @throws LocalProtocolError for what must not stand in a line, and where protocol or host are missing: a helper asked
 * without them may answer with anybody's password. The message never holds a value.
 */
export function encodeCredential(credential: GitCredential): Uint8Array {
  for (const key of ['protocol', 'host'] as const) {
    if (credential[key] === undefined || credential[key] === '')
      throw new LocalProtocolError(`A credential without ${key} is nobody's.`);
  }
  let text = '';
  for (const each of credential.capabilities ?? []) text += line('capability[]', each);
  for (const [key, member] of Object.entries(single)) {
    const value = credential[member];
    if (value !== undefined) text += line(key, value);
  }
  for (const each of credential.wwwAuthenticate ?? []) text += line('wwwauth[]', each);
  return new TextEncoder().encode(text);
}

// Strict: a password that is changed on its way is worse than none.
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function linesOf(bytes: Uint8Array): string[] {
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch {
    throw new LocalProtocolError('A credential is not UTF-8.');
  }
  const lines = text.split('\n');
  const end = lines.indexOf('');
  return end === -1 ? lines : lines.slice(0, end);
}

/**
 * Reads lines up to the first empty one. The last of repeated keys counts; an empty value of a multi-valued key forgets
 * the earlier ones; unknown keys are passed over.
 * @throws LocalProtocolError for a line without "=", for NUL and CR in a value, for what is no UTF-8. The message never
 * holds a value.
 */
export function decodeCredential(bytes: Uint8Array): GitCredential {
  const lines = linesOf(bytes);
  if (lines.length > linesMax)
    throw new LocalProtocolError('A credential has more lines than any we expect.');
  const found: { -readonly [K in keyof GitCredential]: GitCredential[K] } = {};
  for (const whole of lines) {
    // As git reads: one CR before the LF belongs to the line's end (strbuf_getline).
    const text = whole.endsWith('\r') ? whole.slice(0, -1) : whole;
    if (text === '') break;
    const equals = text.indexOf('=');
    if (equals === -1) throw new LocalProtocolError('A line of a credential has no "=".');
    const [key, value] = [text.slice(0, equals), text.slice(equals + 1)];
    if (/[\0\r]/.test(text) || value.length > valueCharsMax)
      throw new LocalProtocolError('A value of a credential is not one.');
    if (Object.hasOwn(single, key)) found[single[key as keyof typeof single]] = value;
    if (Object.hasOwn(multiple, key)) {
      const member = multiple[key as keyof typeof multiple];
      found[member] = value === '' ? [] : [...(found[member] ?? []), value];
    }
  }
  return found;
}
