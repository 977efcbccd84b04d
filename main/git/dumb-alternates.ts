/**
 * Where a static repository borrows objects (gitrepository-layout(5), "objects/info/alternates" and "http-alternates";
 * git's http-walker.c, process_alternates_response). git follows them only when told to (`http.followRedirects`).
 */

import { parseArtefactUrl, type ArtefactUrl } from './artefact-url.ts';
import { dumbLines } from './dumb-http.ts';
import { RemoteProtocolError, RemoteUrlError } from './errors.ts';
import { alternatesMax } from './limits.ts';
import type { HttpRemoteUrl } from './remote-url.ts';
import { safeText } from './safe-text.ts';

export interface DumbAlternates {
  /** Repositories (what stands before `objects`), with a slash at the end of the path; each once. */
  readonly repositories: readonly {
    readonly url: ArtefactUrl;
    /** Whether scheme, host and port are those of the repository that borrows. Others are not to be followed. */
    readonly sameOrigin: boolean;
  }[];
  /** Lines that name nothing that can be used, safe to show, with the reason as a sentence. */
  readonly refused: readonly { readonly line: string; readonly why: string }[];
}

const notUsed = (message: string) => new RemoteUrlError('malformed', message);

/**
 * A path on the server, or one relative to `objects`, from which the first "../" leads to the repository; in
 * `http-alternates` a URL too.
 */
function alternateOf(
  line: string,
  repository: HttpRemoteUrl,
  file: 'alternates' | 'http-alternates',
): string {
  if (line.startsWith('//'))
    throw notUsed('The path begins with two slashes, behind which others read a host.');
  if (line.startsWith('/')) return repository.origin + line;
  if (line.startsWith('../')) {
    const segments = repository.path.replace(/\/+$/, '').split('/').slice(1);
    let rest = line.slice('../'.length);
    for (; rest.startsWith('../'); rest = rest.slice('../'.length)) {
      if (segments.pop() === undefined)
        throw new RemoteUrlError('outside-root', 'The path climbs above the root of its server.');
    }
    // git forgets the slash where no second "../" follows, and so makes up a neighbour.
    return `${repository.origin}/${[...segments, rest].join('/')}`;
  }
  if (file === 'http-alternates' && /^https?:\/\//i.test(line)) return line;
  throw notUsed('This is neither a path from the root of the server nor one that begins with "../".');
}

/**
 * `objects/info/http-alternates`, or `objects/info/alternates` where that is missing, of the repository at `repository`.
 * Comments and empty lines say nothing.
 * @throws RemoteProtocolError `limit`
 */
export function decodeDumbAlternates(
  bytes: Uint8Array,
  repository: HttpRemoteUrl,
  file: 'alternates' | 'http-alternates',
): DumbAlternates {
  const repositories = new Map<string, { url: ArtefactUrl; sameOrigin: boolean }>();
  const refused: { line: string; why: string }[] = [];
  for (const { line } of dumbLines(bytes)) {
    if (line === '' || line.startsWith('#')) continue;
    if (repositories.size + refused.length >= alternatesMax)
      throw new RemoteProtocolError(
        'limit',
        `The repository borrows from more than ${alternatesMax} others.`,
      );
    try {
      const objects = alternateOf(line, repository, file);
      // As git: the last characters are cut off, and a slash must remain.
      if (!objects.endsWith('/objects')) throw notUsed('The path does not end in "objects".');
      if (/[?#]/.test(objects)) throw notUsed('The path holds a query.');
      if (/\/\.{1,2}(?=\/)/.test(objects)) throw notUsed('The path holds "." or "..".');
      const url = parseArtefactUrl(objects.slice(0, -'objects'.length), { credentials: 'refuse' });
      repositories.set(url.href, { url, sameOrigin: url.origin === repository.origin });
    } catch (error) {
      if (!(error instanceof RemoteUrlError)) throw error;
      refused.push({ line: safeText(line, 200), why: error.message });
    }
  }
  return { repositories: [...repositories.values()], refused };
}
