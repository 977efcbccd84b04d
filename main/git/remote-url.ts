/**
 * Addresses of repositories: URLs, the scp-like form and local paths (git-clone(1), "GIT URLS"; git's connect.c).
 *
 * One parser for policy and for connecting: what it takes apart here is what is connected to, so no second parser can
 * see another host. It repairs nothing, and knows a list of transports, not a list of evils: `<helper>::` addresses
 * run programs and are refused like any other unknown scheme.
 */

import { RemoteUrlError } from './errors.ts';
import { remoteUrlCharsMax } from './limits.ts';
import {
  bracketed,
  checkEscapes,
  escapeUrlPath,
  parseAuthority,
  parseHost,
  parsePort,
  percentDecode,
  percentEncodePath,
  refuseControls,
  refuseLeadingDash,
} from './url-parts.ts';

export interface HttpRemoteUrl {
  readonly transport: 'http' | 'https';
  /** Scheme, host and port: what credentials are bound to. The usual port is left out. */
  readonly origin: string;
  /** The whole address without user name and password. */
  readonly href: string;
  /** IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
  /** Escaped, begins with "/". */
  readonly path: string;
  readonly username: string | null;
  readonly password: string | null;
}

export interface SshRemoteUrl {
  readonly transport: 'ssh';
  readonly user: string | null;
  readonly host: string;
  /** Null leaves it to ssh and its configuration. */
  readonly port: number | null;
  /** As the remote's shell is to see it, not escaped; may begin with "~" or be relative to the home directory. */
  readonly path: string;
  readonly scpLike: boolean;
}

export interface GitRemoteUrl {
  readonly transport: 'git';
  readonly host: string;
  readonly port: number;
  readonly path: string;
}

export interface FileRemoteUrl {
  readonly transport: 'file';
  readonly path: string;
}

export type RemoteUrl = HttpRemoteUrl | SshRemoteUrl | GitRemoteUrl | FileRemoteUrl;

export interface RemoteUrlOptions {
  /** `refuse` for addresses that a server gave us: they must not bring a name or password of their own. */
  credentials?: 'allow' | 'refuse';
}

const gitPort = 9418;

function parseHttp(transport: 'http' | 'https', rest: string, options: RemoteUrlOptions): HttpRemoteUrl {
  if (/[?#]/.test(rest))
    throw new RemoteUrlError('query-not-allowed', 'The address of a repository has no "?" or "#" part.');
  if (rest.includes('\\')) throw new RemoteUrlError('malformed', 'The address holds a backslash.');
  const slash = rest.indexOf('/');
  const authority = parseAuthority(slash === -1 ? rest : rest.slice(0, slash));
  const typedPath = slash === -1 ? '/' : rest.slice(slash);
  // Escapes of a path stay as typed (servers may mean bytes that are no UTF-8); they are only looked at.
  checkEscapes(typedPath, 'path');
  let username: string | null = null;
  let password: string | null = null;
  if (authority.userinfo !== null) {
    if (options.credentials === 'refuse') {
      throw new RemoteUrlError(
        'credentials-not-allowed',
        'This address must not hold a user name or password.',
      );
    }
    const [name = '', ...secret] = authority.userinfo.split(':');
    username = name === '' && secret.length === 0 ? null : percentDecode(name, 'user name');
    password = secret.length === 0 ? null : percentDecode(secret.join(':'), 'password');
    refuseLeadingDash(username ?? '', 'user name');
  }
  const usualPort = transport === 'https' ? 443 : 80;
  const port = authority.port ?? usualPort;
  const origin = `${transport}://${bracketed(authority.host)}${port === usualPort ? '' : `:${port}`}`;
  const path = escapeUrlPath(typedPath);
  return { transport, origin, href: origin + path, host: authority.host, port, path, username, password };
}

/** Path of an ssh:// or git:// URL. `/~user/x` means `~user/x` (connect.c, parse_connect_url). */
function parseServerPath(escaped: string): string {
  const path = percentDecode(escaped, 'path');
  if (path === '') throw new RemoteUrlError('path-missing', 'The address names no path on the server.');
  return path.startsWith('/~') ? path.slice(1) : path;
}

/** A user as ssh takes it: what could end the name or mean something else is refused. */
function parseSshUser(escaped: string): string {
  if (escaped.includes(':')) {
    throw new RemoteUrlError('credentials-not-allowed', 'An ssh address cannot hold a password.');
  }
  const user = percentDecode(escaped, 'user name');
  refuseLeadingDash(user, 'user name');
  if (!/^[A-Za-z0-9._~+$=,-]+$/.test(user))
    throw new RemoteUrlError('malformed', 'The user name of the address is not one.');
  return user;
}

function parseSsh(rest: string): SshRemoteUrl {
  const slash = rest.indexOf('/');
  const { userinfo, host, port } = parseAuthority(slash === -1 ? rest : rest.slice(0, slash));
  const user = userinfo === null ? null : parseSshUser(userinfo);
  return {
    transport: 'ssh',
    user,
    host,
    port,
    path: parseServerPath(slash === -1 ? '' : rest.slice(slash)),
    scpLike: false,
  };
}

function parseGit(rest: string): GitRemoteUrl {
  const slash = rest.indexOf('/');
  const { userinfo, host, port } = parseAuthority(slash === -1 ? rest : rest.slice(0, slash));
  if (userinfo !== null)
    throw new RemoteUrlError('credentials-not-allowed', 'A git:// address cannot hold a user name.');
  return {
    transport: 'git',
    host,
    port: port ?? gitPort,
    path: parseServerPath(slash === -1 ? '' : rest.slice(slash)),
  };
}

function parseFile(rest: string): FileRemoteUrl {
  if (!rest.startsWith('/'))
    throw new RemoteUrlError('malformed', 'A file:// address names no host: file:///path.');
  return { transport: 'file', path: percentDecode(rest, 'path') };
}

/**
 * `[user@]host:path`; `[host:port]:path` and `[::1]:path` in brackets, the user inside or before them (t5601). Nothing
 * is percent-decoded here.
 */
function parseScpLike(text: string): SshRemoteUrl {
  const match = /^(?:([^@:/[\]]*)@)?(?:\[([^\]]*)\]|([^@:/[\]]*)):(.*)$/.exec(text);
  if (match === null) throw new RemoteUrlError('malformed', 'The address is neither a URL nor "host:path".');
  let userText = match[1];
  let hostText = match[3] ?? '';
  let port: number | null = null;
  const inBrackets = match[2];
  if (inBrackets !== undefined) {
    const at = inBrackets.indexOf('@');
    if (at !== -1) {
      if (userText !== undefined) throw new RemoteUrlError('malformed', 'The address names two users.');
      userText = inBrackets.slice(0, at);
    }
    const hostAndPort = inBrackets.slice(at + 1);
    const colons = hostAndPort.split(':').length - 1;
    if (colons > 1) hostText = `[${hostAndPort}]`;
    else if (colons === 1) {
      const colon = hostAndPort.indexOf(':');
      hostText = hostAndPort.slice(0, colon);
      port = parsePort(hostAndPort.slice(colon + 1));
    } else hostText = hostAndPort;
  }
  if (['http', 'https', 'ssh', 'git', 'file'].includes(hostText.toLowerCase())) {
    throw new RemoteUrlError('malformed', `"${hostText.toLowerCase()}:" must be followed by two slashes.`);
  }
  const host = parseHost(hostText);
  const user = userText === undefined ? null : parseSshUser(userText);
  const typedPath = match[4] ?? '';
  if (typedPath === '') throw new RemoteUrlError('path-missing', 'The address names no path on the server.');
  refuseLeadingDash(typedPath, 'path');
  const path = typedPath.startsWith('/~') ? typedPath.slice(1) : typedPath;
  return { transport: 'ssh', user, host, port, path, scpLike: true };
}

/**
 * Takes an address apart.
 * @throws RemoteUrlError with a sentence for people, which never repeats the address
 */
export function parseRemoteUrl(text: string, options: RemoteUrlOptions = {}): RemoteUrl {
  if (text === '') throw new RemoteUrlError('empty', 'There is no address.');
  if (text.length > remoteUrlCharsMax)
    throw new RemoteUrlError('too-long', 'The address is longer than any address.');
  if (!text.isWellFormed()) throw new RemoteUrlError('malformed', 'The address is not text.');
  refuseControls(text, 'text');
  refuseLeadingDash(text, 'text');
  // Drive letters and UNC paths of Windows: a path there, and nobody's host anywhere.
  if (/^(?:[A-Za-z]:[\\/]|\\\\)/.test(text)) return { transport: 'file', path: text };
  // Git runs the program git-remote-<helper> for these (gitremote-helpers(7)).
  if (/^[A-Za-z0-9+.-]*::/.test(text))
    throw new RemoteUrlError('scheme-unknown', 'Addresses that run a helper program are not followed.');
  const url = /^([A-Za-z][A-Za-z0-9+.-]*):\/\/(.*)$/u.exec(text);
  const [scheme, rest] = [url?.[1]?.toLowerCase(), url?.[2] ?? ''];
  if (scheme !== undefined && /\s/u.test(rest) && scheme !== 'file') {
    throw new RemoteUrlError('malformed', 'The address holds a space.');
  }
  switch (scheme) {
    case 'http':
    case 'https':
      return parseHttp(scheme, rest, options);
    case 'ssh':
    case 'git+ssh':
    case 'ssh+git':
      return parseSsh(rest);
    case 'git':
      return parseGit(rest);
    case 'file':
      return parseFile(rest);
    default:
  }
  if (text.includes('://'))
    throw new RemoteUrlError('scheme-unknown', 'The address begins with a scheme we do not know.');
  const [colon, slash] = [text.indexOf(':'), text.indexOf('/')];
  // As connect.c, url_is_local_not_ssh: a slash before the first colon makes it a path.
  if (colon === -1 || (slash !== -1 && slash < colon)) return { transport: 'file', path: text };
  return parseScpLike(text);
}

/** The address as text that is safe to show and to keep: without user name and password for HTTP. Parses to the same. */
export function displayUrl(url: RemoteUrl): string {
  switch (url.transport) {
    case 'http':
    case 'https':
      return url.href;
    case 'git':
      return `git://${bracketed(url.host)}${url.port === gitPort ? '' : `:${url.port}`}${displayedPath(url.path)}`;
    case 'ssh': {
      const user = url.user === null ? '' : `${url.user}@`;
      const port = url.port === null ? '' : `:${url.port}`;
      if (!url.scpLike) return `ssh://${user}${bracketed(url.host)}${port}${displayedPath(url.path)}`;
      if (port === '') return `${user}${bracketed(url.host)}:${url.path}`;
      return `[${user}${url.host}${port}]:${url.path}`;
    }
    case 'file':
      return url.path.startsWith('/') && url.path.includes('://')
        ? `file://${percentEncodePath(url.path)}`
        : url.path;
  }
}

function displayedPath(path: string): string {
  return percentEncodePath(path.startsWith('~') ? `/${path}` : path);
}
