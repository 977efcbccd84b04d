/**
 * Addresses of files on web servers: bundles, lists of them, packs. As addresses of
 * repositories over HTTP, and with a query: servers sign such addresses.
 */

import { RemoteUrlError } from './errors.ts';
import { remoteUrlCharsMax } from './limits.ts';
import { parseRemoteUrl, type HttpRemoteUrl, type RemoteUrlOptions } from './remote-url.ts';
import { escapeUrlQuery, refuseControls } from './url-parts.ts';

/** `href` has the query and no fragment. */
export interface ArtefactUrl extends HttpRemoteUrl {
  /** Behind "?", as it goes over the wire; null when there is none. Often a secret: not for logs. */
  readonly query: string | null;
}

/** What stands before "?" and behind it. A fragment is nothing to a server, and is left out as curl does. */
export function splitQuery(text: string): { path: string; query: string | null } {
  const [whole = ''] = text.split('#', 1);
  const mark = whole.indexOf('?');
  return mark === -1
    ? { path: whole, query: null }
    : { path: whole.slice(0, mark), query: whole.slice(mark + 1) };
}

/** A query as it goes over the wire. @throws RemoteUrlError for what no URL can hold and no one should repair */
export function checkedQuery(query: string | null): string | null {
  if (query === null) return null;
  refuseControls(query, 'query');
  if (/[\s\\]/u.test(query) || !query.isWellFormed())
    throw new RemoteUrlError('malformed', 'The query of the address holds a space or a backslash.');
  return escapeUrlQuery(query);
}

/**
 * Takes an absolute `http://` or `https://` address apart.
 * @throws RemoteUrlError with a sentence that never repeats the address
 */
export function parseArtefactUrl(text: string, options: RemoteUrlOptions = {}): ArtefactUrl {
  if (text.length > remoteUrlCharsMax)
    throw new RemoteUrlError('too-long', 'The address is longer than any address.');
  const { path, query: typedQuery } = splitQuery(text);
  const url = parseRemoteUrl(path, options);
  if (url.transport !== 'http' && url.transport !== 'https')
    throw new RemoteUrlError('scheme-unknown', 'Only http:// and https:// addresses are followed here.');
  const query = checkedQuery(typedQuery);
  return { ...url, href: query === null ? url.href : `${url.href}?${query}`, query };
}
