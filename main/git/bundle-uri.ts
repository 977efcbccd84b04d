/**
 * Where the bundles of a list are (bundle-uri.adoc, "bundle.<id>.uri"; git's remote.c, relative_url). A list that came over
 * a network may name http:// and https:// addresses and places on its own host, and nothing else.
 *
 * git also opens `file:` addresses and local paths that a stranger's list names (CVE-2026-62960 is one of these), takes
 * "/x" for a path of this computer where its document says "relative to the domain name", and climbs above the root. It
 * drops a slash at the end of a relative address; here it stays, as in RFC 3986 §5.2.
 */

import { checkedQuery, parseArtefactUrl, splitQuery, type ArtefactUrl } from './artefact-url.ts';
import type { BundleList, ListedBundle } from './bundle-list.ts';
import { RemoteUrlError } from './errors.ts';
import { remoteUrlCharsMax } from './limits.ts';
import { parseRemoteUrl, type FileRemoteUrl, type RemoteUrl } from './remote-url.ts';
import { checkEscapes, escapeUrlPath, refuseControls, refuseLeadingDash } from './url-parts.ts';

/** What relative addresses are relative to. */
export interface BundleBase {
  readonly url: Pick<ArtefactUrl, 'origin' | 'transport' | 'host' | 'port'>;
  /** Begins and ends with "/", escaped. */
  readonly directory: string;
}

/**
 * The base of a list: the directory in which the file stands; for a list that a remote advertises, the remote's address
 * as a directory (bundle-uri.c, bundle_uri_parse_config_format; transport.c). Null where there is no web server.
 */
export function bundleBaseOf(url: RemoteUrl, kind: 'file' | 'remote'): BundleBase | null {
  if (url.transport !== 'http' && url.transport !== 'https') return null;
  const upToFile = url.path.slice(0, url.path.lastIndexOf('/') + 1);
  const asDirectory = url.path.endsWith('/') ? url.path : `${url.path}/`;
  return { url, directory: kind === 'file' ? upToFile : asDirectory };
}

const malformed = (message: string) => new RemoteUrlError('malformed', message);

/** `path` without "." and ".." (RFC 3986 §5.2.4, but strict). @throws RemoteUrlError `outside-root` */
function withoutDots(path: string): string {
  const kept: string[] = [];
  const segments = path.split('/').slice(1);
  for (const [index, segment] of segments.entries()) {
    const isLast = index === segments.length - 1;
    if (segment === '..' && kept.pop() === undefined)
      throw new RemoteUrlError('outside-root', 'The address climbs above the root of its server.');
    if (segment !== '.' && segment !== '..') kept.push(segment);
    else if (isLast) kept.push('');
  }
  return `/${kept.join('/')}`;
}

function checkText(uri: string): void {
  if (uri === '') throw new RemoteUrlError('empty', 'There is no address.');
  if (uri.length > remoteUrlCharsMax)
    throw new RemoteUrlError('too-long', 'The address is longer than any address.');
  refuseControls(uri, 'text');
  refuseLeadingDash(uri, 'text');
  // git refuses a space, too: it would split its request to the program that downloads.
  if (/[\s\\]/u.test(uri) || !uri.isWellFormed())
    throw malformed('The address holds a space or a backslash.');
}

/**
 * The address of a bundle of a list that came over a network. It never holds a name or password: those of the list go to
 * no other origin, and to the list's own because they are bound to it.
 * @throws RemoteUrlError for what is not followed: `scheme-unknown`, `leading-dash`, `outside-root`, `no-base`,
 * `credentials-not-allowed`, `malformed` and the other reasons of parseRemoteUrl
 */
export function resolveBundleUri(uri: string, base: BundleBase | null): ArtefactUrl {
  checkText(uri);
  if (/^https?:\/\//i.test(uri)) return parseArtefactUrl(uri, { credentials: 'refuse' });
  // A colon before the first slash: another scheme, a helper, a drive, or host:path of ssh.
  if (/^[^/?#]*:/.test(uri))
    throw new RemoteUrlError(
      'scheme-unknown',
      'Only http:// and https:// addresses are followed from a list.',
    );
  if (uri.startsWith('//')) throw malformed('The address names a host without a scheme.');
  const { path, query: typedQuery } = splitQuery(uri);
  if (path === '') throw malformed('The address names no file.');
  if (base === null)
    throw new RemoteUrlError(
      'no-base',
      'The address is relative, and its list did not come from a web server.',
    );
  checkEscapes(path, 'path');
  const whole = escapeUrlPath(withoutDots(path.startsWith('/') ? path : base.directory + path));
  const query = checkedQuery(typedQuery);
  const { origin, transport, host, port } = base.url;
  const href = `${origin}${whole}${query === null ? '' : `?${query}`}`;
  return { transport, origin, href, host, port, path: whole, query, username: null, password: null };
}

/**
 * The address of a bundle of a list that the person keeps on this computer: there paths mean files, relative ones beside
 * the list.
 * @throws RemoteUrlError as resolveBundleUri
 */
export function resolveLocalBundleUri(uri: string, listPath: string): ArtefactUrl | FileRemoteUrl {
  if (uri === '') throw new RemoteUrlError('empty', 'There is no address.');
  if (/^https?:\/\//i.test(uri)) return parseArtefactUrl(uri, { credentials: 'refuse' });
  const url = parseRemoteUrl(uri);
  if (url.transport !== 'file')
    throw new RemoteUrlError('scheme-unknown', 'Bundles are fetched from web servers and files only.');
  if (/^(?:\/|[A-Za-z]:[\\/]|\\\\)/.test(url.path)) return url;
  const nameAt = Math.max(listPath.lastIndexOf('/'), listPath.lastIndexOf('\\')) + 1;
  return { transport: 'file', path: listPath.slice(0, nameAt) + url.path };
}

export interface ResolvedBundle extends ListedBundle {
  readonly url: ArtefactUrl;
}

/** The list's bundles with their addresses, and all that cannot be used, what was dropped before included. */
export function resolveBundleList(
  list: BundleList,
  base: BundleBase | null,
): { bundles: ResolvedBundle[]; dropped: { readonly id: string; readonly why: string }[] } {
  const bundles: ResolvedBundle[] = [];
  const dropped = [...list.dropped];
  for (const bundle of list.bundles) {
    try {
      bundles.push({ ...bundle, url: resolveBundleUri(bundle.uri, base) });
    } catch (error) {
      if (!(error instanceof RemoteUrlError)) throw error;
      dropped.push({ id: bundle.id, why: `has an address that is not followed: ${error.message}` });
    }
  }
  return { bundles, dropped };
}
