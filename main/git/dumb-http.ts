/**
 * Files of a repository on a web server that runs no Git (gitprotocol-http, "Dumb Clients"; gitrepository-layout(5)), as
 * `git update-server-info` writes them. They are small beside the packs and come whole.
 */

import { RefFilter, symrefTargetOf, type AdvertisedRef } from './advertised-ref.ts';
import { textOfBytes } from './byte-text.ts';
import { RemoteProtocolError } from './errors.ts';
import { dumbFileBytesMax, dumbPacksMax, pktLineBytesMax } from './limits.ts';
import { oidHexLength, parseOid, type ObjectFormat } from './oid.ts';
import { safeText } from './safe-text.ts';

const lf = 0x0a;
const broken = (message: string) => new RemoteProtocolError('dumb-http', message);

/**
 * The lines of a file, without line ends; a last one that does not end is a line too, with `ended` false.
 * @throws RemoteProtocolError `limit`
 */
export function* dumbLines(bytes: Uint8Array): Generator<{ line: string; ended: boolean }> {
  if (bytes.length > dumbFileBytesMax)
    throw new RemoteProtocolError('limit', `The file has more than ${dumbFileBytesMax} bytes.`);
  for (let at = 0; at < bytes.length;) {
    const end = bytes.indexOf(lf, at);
    const line = bytes.subarray(at, end === -1 ? bytes.length : end);
    if (line.length > pktLineBytesMax)
      throw new RemoteProtocolError('limit', 'A line of the file is longer than any we expect.');
    yield { line: textOfBytes(line), ended: end !== -1 };
    at = end === -1 ? bytes.length : end + 1;
  }
}

export interface InfoRefs {
  /** Told by the length of the ids; `sha1` where there are none. */
  readonly objectFormat: ObjectFormat;
  /** In the order of the file, which has no `HEAD`. */
  readonly refs: readonly AdvertisedRef[];
  /** Refs left out because Git refuses their names (or they have the null id). */
  readonly droppedNames: number;
}

const peeledSuffix = '^{}';

/**
 * `info/refs`: lines of `obj-id TAB refname`, behind an annotated tag one more with `^{}` for what it stands for. An empty
 * file is an empty repository. Unlike git, ids are checked, and a line that does not end means that the file was cut.
 * @throws RemoteProtocolError `dumb-http`, `object-id`, `truncated`, `limit`; `not-git` when the first line is none
 */
export function decodeInfoRefs(bytes: Uint8Array): InfoRefs {
  const refs: AdvertisedRef[] = [];
  let objectFormat: ObjectFormat | null = null;
  let filter = new RefFilter('sha1');
  let lastName = '';
  for (const { line, ended } of dumbLines(bytes)) {
    const tab = line.indexOf('\t');
    if (objectFormat === null) {
      if (!/^(?:[0-9a-f]{40}|[0-9a-f]{64})\t/i.test(line))
        throw new RemoteProtocolError('not-git', 'This is no list of refs.');
      objectFormat = tab === oidHexLength('sha256') ? 'sha256' : 'sha1';
      filter = new RefFilter(objectFormat);
    }
    if (!ended) throw new RemoteProtocolError('truncated', 'The list of refs ended early.');
    if (tab === -1) throw broken(`Not a line about a ref: ${JSON.stringify(safeText(line, 80))}`);
    const oid = parseOid(line.slice(0, tab), objectFormat);
    const name = line.slice(tab + 1);
    if (name.endsWith(peeledSuffix)) {
      if (name.slice(0, -peeledSuffix.length) !== lastName)
        throw broken('A peeled tag stands away from its tag.');
      const last = refs.at(-1);
      if (last?.name === lastName) last.peeled = oid;
      continue;
    }
    lastName = name;
    if (filter.takes(name, oid)) refs.push({ name, oid, symrefTarget: null, peeled: null });
  }
  return { objectFormat: objectFormat ?? 'sha1', refs, droppedNames: filter.dropped };
}

/** What `HEAD` says: a branch, which may be unborn, or an object. */
export type DumbHead = { readonly symrefTarget: string } | { readonly oid: string };

/**
 * The file `HEAD`: `ref: refs/heads/main` or an id (http.c, http_fetch_ref).
 * @throws RemoteProtocolError `dumb-http` for anything else, a page of the server for example
 */
export function decodeDumbHead(bytes: Uint8Array, objectFormat: ObjectFormat): DumbHead {
  const text = textOfBytes(bytes.subarray(0, pktLineBytesMax)).replace(/[ \t\r\n]+$/, '');
  const target = /^ref:[ \t]+(.*)$/s.exec(text)?.[1];
  if (target === undefined && text.length === oidHexLength(objectFormat))
    return { oid: parseOid(text, objectFormat) };
  const symrefTarget = target === undefined ? null : symrefTargetOf(target);
  if (symrefTarget === null) throw broken(`HEAD points nowhere: ${JSON.stringify(safeText(text, 80))}`);
  return { symrefTarget };
}

/**
 * `objects/info/packs`: the hashes in the names of the packs (`P pack-<hash>.pack`), each once, in the order of the file,
 * which begins with the newest. Other lines are passed over (http.c, http_get_info_packs).
 * @throws RemoteProtocolError `limit`
 */
export function decodeInfoPacks(bytes: Uint8Array, objectFormat: ObjectFormat): string[] {
  const hashes = new Set<string>();
  const pattern = new RegExp(`^P pack-([0-9a-f]{${oidHexLength(objectFormat)}})\\.pack$`, 'i');
  for (const { line } of dumbLines(bytes)) {
    const hash = pattern.exec(line)?.[1]?.toLowerCase();
    if (hash === undefined) continue;
    if (hashes.size >= dumbPacksMax)
      throw new RemoteProtocolError('limit', `The repository has more than ${dumbPacksMax} packs.`);
    hashes.add(hash);
  }
  return [...hashes];
}
