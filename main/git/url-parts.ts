/** Parts of an address, each checked before and after percent-decoding (RFC 3986 §2.1, §3.2). */

import { RemoteUrlError } from './errors.ts';
import { hostCharsMax } from './limits.ts';

/** C0, DEL and C1: line ends split records of credential helpers, escapes act on terminals. */
const controlCharacters = /[\x00-\x1f\x7f-\x9f]/;

export function refuseControls(text: string, part: string): void {
  if (controlCharacters.test(text)) {
    throw new RemoteUrlError('control-character', `The ${part} of the address holds a control character.`);
  }
}

/** A leading dash turns an argument of ssh or git into an option. */
export function refuseLeadingDash(text: string, part: string): void {
  if (text.startsWith('-'))
    throw new RemoteUrlError('leading-dash', `The ${part} of the address begins with a dash.`);
}

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const utf8 = new TextEncoder();

/** Checks percent escapes that stay as they are: each is one, and none is a control byte. */
export function checkEscapes(text: string, part: string): void {
  if (/%(?![0-9A-Fa-f]{2})/.test(text)) {
    throw new RemoteUrlError('malformed', `The ${part} of the address has a "%" without two hex digits.`);
  }
  if (/%(?:[01][0-9A-Fa-f]|7[Ff])/.test(text)) {
    throw new RemoteUrlError('control-character', `The ${part} of the address holds a control character.`);
  }
}

/** `text` with its percent escapes turned into characters, safe from controls. */
export function percentDecode(text: string, part: string): string {
  checkEscapes(text, part);
  let decoded: string;
  try {
    decoded = text.replace(/(?:%[0-9A-Fa-f]{2})+/g, (escapes) => {
      const bytes = escapes
        .slice(1)
        .split('%')
        .map((digits) => parseInt(digits, 16));
      return strictUtf8.decode(Uint8Array.from(bytes));
    });
  } catch {
    throw new RemoteUrlError('malformed', `The ${part} of the address is not UTF-8.`);
  }
  refuseControls(decoded, part);
  return decoded;
}

function percentEncodeWhere(text: string, unsafe: RegExp): string {
  return text.replace(unsafe, (character) => {
    let escapes = '';
    for (const byte of utf8.encode(character))
      escapes += `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
    return escapes;
  });
}

/** A path made of characters, as a URL writes it. Undone by `percentDecode`. */
export function percentEncodePath(path: string): string {
  return percentEncodeWhere(path, /[^A-Za-z0-9\-._~!$&'()*+,;=:@/]/gu);
}

/** A path as a person typed it into a URL: escapes stay, characters that no URL may hold become escapes. */
export function escapeUrlPath(path: string): string {
  return percentEncodeWhere(path, /[^A-Za-z0-9\-._~!$&'()*+,;=:@/%]/gu);
}

/** A query likewise. What servers signed stays as it is to the last character, a lone "%" too. */
export function escapeUrlQuery(query: string): string {
  return percentEncodeWhere(query, /[^A-Za-z0-9\-._~!$&'()*+,;=:@/?%]/gu);
}

const hostMalformed = (why: string) =>
  new RemoteUrlError('host-malformed', `The host of the address ${why}.`);

/** The eight numbers of an IPv6 address (RFC 4291 §2.2), or null. */
function ipv6Groups(text: string): number[] | null {
  const quad = /^(.*:)(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  if (quad !== null) {
    const bytes = quad.slice(2).map(Number);
    if (quad.slice(2).some((digits) => digits !== String(Number(digits))) || bytes.some((byte) => byte > 255))
      return null;
    const [a = 0, b = 0, c = 0, d = 0] = bytes;
    return ipv6Groups(`${quad[1]}${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`);
  }
  const halves = text.split('::');
  if (halves.length > 2) return null;
  const groupsOf = (half: string | undefined): string[] =>
    half === undefined || half === '' ? [] : half.split(':');
  const [front, back] = [groupsOf(halves[0]), groupsOf(halves[1])];
  if ([...front, ...back].some((group) => !/^[0-9a-f]{1,4}$/i.test(group))) return null;
  const zeros = 8 - front.length - back.length;
  if (halves.length === 2 ? zeros < 1 : zeros !== 0) return null;
  return [...front, ...Array<string>(zeros).fill('0'), ...back].map((group) => parseInt(group, 16));
}

/** One spelling for each IPv6 address (RFC 5952 §4), so that what is checked is what is connected to. */
function ipv6Text(groups: readonly number[]): string {
  let [bestStart, bestLength] = [-1, 1];
  for (let start = 0; start < 8; start++) {
    let length = 0;
    while (groups[start + length] === 0) length++;
    if (length > bestLength) [bestStart, bestLength] = [start, length];
  }
  const hex = groups.map((group) => group.toString(16));
  if (bestStart === -1) return hex.join(':');
  return `${hex.slice(0, bestStart).join(':')}::${hex.slice(bestStart + bestLength).join(':')}`;
}

/**
 * A host in its one spelling: lower-case name, dotted IPv4 address, or IPv6 address without brackets. Names in other
 * scripts must come in their `xn--` form; numbers in other spellings of IPv4 (`2130706433`, `0x7f.1`) are refused,
 * because another parser would read an address in them (WHATWG URL §3.5).
 */
export function parseHost(text: string): string {
  if (text === '') throw new RemoteUrlError('host-missing', 'The address names no host.');
  const decoded = percentDecode(text, 'host');
  refuseLeadingDash(decoded, 'host');
  if (text.startsWith('[')) {
    const groups = text.endsWith(']') ? ipv6Groups(text.slice(1, -1)) : null;
    if (groups === null) throw hostMalformed('is not an IPv6 address in brackets');
    return ipv6Text(groups);
  }
  const host = text.toLowerCase();
  const name = host.endsWith('.') ? host.slice(0, -1) : host;
  if (name.length > hostCharsMax) throw hostMalformed('is longer than a name can be');
  if (/[^\x00-\x7f]/.test(name)) throw hostMalformed('must be written in ASCII (its "xn--" form)');
  const labels = name.split('.');
  if (!labels.every((label) => /^[a-z0-9_][a-z0-9_-]{0,62}$/.test(label)))
    throw hostMalformed('is not a host name');
  if (/^(?:[0-9]+|0x[0-9a-f]*)$/.test(labels.at(-1) ?? '')) {
    const isQuad =
      labels.length === 4 && labels.every((label) => label === String(Number(label)) && Number(label) <= 255);
    if (!isQuad || name !== host) throw hostMalformed('is a number that is no IPv4 address');
  }
  return host;
}

/** A host as it stands in front of `:port`. */
export function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

/** A port; null when the text is empty, which means the usual one (RFC 3986 §3.2.3). */
export function parsePort(text: string): number | null {
  if (text === '') return null;
  refuseLeadingDash(percentDecode(text, 'port'), 'port');
  const port = /^[0-9]{1,5}$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > 65_535)
    throw new RemoteUrlError('port-malformed', 'The port of the address is no number from 1 to 65535.');
  return port;
}

export interface Authority {
  /** Text before "@", still escaped; null when there is none. */
  userinfo: string | null;
  host: string;
  port: number | null;
}

/** `[userinfo "@"] host [":" port]`. Only one "@": where two stand, parsers disagree about the host. */
export function parseAuthority(text: string): Authority {
  if (text.includes('\\'))
    throw new RemoteUrlError('malformed', 'The address has a backslash before its path.');
  const parts = text.split('@');
  if (parts.length > 2)
    throw new RemoteUrlError('malformed', 'The address has more than one "@" before its path.');
  const userinfo = parts.length === 2 ? (parts[0] ?? '') : null;
  const hostAndPort = parts.at(-1) ?? '';
  const match = /^(\[[^\]]*\]|[^:[\]]*)(?::(.*))?$/.exec(hostAndPort);
  if (match === null) throw hostMalformed('and port cannot be told apart');
  const port = parsePort(match[2] ?? '');
  return { userinfo, host: parseHost(match[1] ?? ''), port };
}
