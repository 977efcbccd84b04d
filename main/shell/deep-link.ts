/**
 * `packmule://clone?url=…` and plain repository addresses given on the command line. A link comes from any web page,
 * so it can do one thing only: put an address into the form for a new clone, where a person reads and confirms it.
 * There is no parameter for a directory, a branch, options or configuration, and a link with one is refused whole:
 * switches smuggled through links are how protocol handlers were broken before (CVE-2018-1000006).
 */

export const linkScheme = 'packmule';

/** Longer than any real repository address, short enough to be shown. */
const linkCharactersMax = 4096;
const urlCharactersMax = 2048;

/** Schemes a link may name. Not `file:` (a web page has no business with local paths) and not `ext::` and its like. */
const linkedSchemes = new Set(['https:', 'http:', 'ssh:', 'git:']);

// Control characters, spaces, the replacement character that stands for broken percent-encoding, and characters that
// turn the direction of text or are invisible: an address must look like what it is.
const unfit =
  /[\u0000-\u0020\u007f-\u00a0\u00ad\u061c\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff\ufff0-\uffff"'`<>\\^{|}]/u;

/** A host name or address; begins with a letter or digit so that ssh cannot take it for a switch. */
const hostName = /^(?:[a-z0-9][a-z0-9.-]*|\[[0-9a-f:.]+\])$/i;
const userName = /^[a-z0-9_][a-z0-9_.+-]*$/i;
/** `user@host:path`, the short form of git-clone(1) "GIT URLS". A user is demanded so that `c:/x` is never one. */
const scpLike = /^(?<user>[^@/:]+)@(?<host>[^@/:]+):(?<path>[^:].*)$/;

/**
 * The address when a form may be filled with it, else null. Refused: other schemes, remote helpers (`ext::`), passwords
 * and tokens in the address, leading dashes in any part, characters that mislead.
 */
export function parseOfferedUrl(text: string): string | null {
  if (text.length === 0 || text.length > urlCharactersMax || unfit.test(text)) return null;
  if (text.startsWith('-') || /^[a-z0-9+.-]*::/i.test(text)) return null;
  if (!text.includes('://')) {
    const parts = scpLike.exec(text)?.groups;
    if (parts?.user === undefined || parts.host === undefined || parts.path === undefined) return null;
    if (!userName.test(parts.user) || !hostName.test(parts.host) || parts.path.startsWith('-')) return null;
    return text;
  }
  if (!URL.canParse(text)) return null;
  const url = new URL(text);
  if (!linkedSchemes.has(url.protocol) || !text.toLowerCase().startsWith(`${url.protocol}//`)) return null;
  if (url.password !== '' || url.hash !== '' || !hostName.test(url.hostname)) return null;
  if (url.username !== '' && !(url.protocol === 'ssh:' && userName.test(url.username))) return null;
  if (url.pathname.length <= 1) return null;
  const host = url.hostname.startsWith('[') ? url.hostname : url.hostname.toLowerCase();
  // What is shown must be what is connected to: no host written so that it is read differently when parsed.
  return text.toLowerCase().includes(host) ? text : null;
}

/** The address inside a `packmule://clone?url=…` link, or null for every link that is not exactly of that form. */
export function parseDeepLink(link: string): string | null {
  if (link.length > linkCharactersMax || unfit.test(link) || !URL.canParse(link)) return null;
  const url = new URL(link);
  if (url.protocol !== `${linkScheme}:` || !link.toLowerCase().startsWith(`${linkScheme}://clone`))
    return null;
  if (url.hostname !== 'clone' || url.port !== '' || url.username !== '' || url.password !== '') return null;
  if ((url.pathname !== '' && url.pathname !== '/') || url.hash !== '') return null;
  const parameters = [...url.searchParams];
  const [only] = parameters;
  if (parameters.length !== 1 || only === undefined || only[0] !== 'url') return null;
  return parseOfferedUrl(only[1]);
}

/**
 * The address a start of the program brings with it, from its arguments. Everything that is not a link or an address is
 * passed over (the program itself, switches, Chromium's own additions); two addresses are one too many and give null.
 */
export function offeredUrlOfArguments(argv: readonly string[]): string | null {
  const links = argv.slice(1).filter((argument) => /^[a-z][a-z0-9+.-]*:\/\//i.test(argument));
  const [link] = links;
  if (links.length !== 1 || link === undefined) return null;
  return link.toLowerCase().startsWith(`${linkScheme}:`) ? parseDeepLink(link) : parseOfferedUrl(link);
}
