/** The file FETCH_HEAD, by which `git merge` and `git pull` know what came (builtin/fetch.c, store_updated_refs). Pure. */

import { bytesOfText } from '../../git/index.ts';
import type { WantedRef } from './fetch-map.ts';

/** The address as it is shown: without a name or password, slashes at its end or ".git" (transport_anonymize_url). */
function shownUrl(url: string): string {
  const anonymous = /^[a-z][a-z0-9+.-]*:\/\//i.test(url)
    ? url.replace(/^([^/]*\/\/)[^/]*@/, '$1')
    : url.replace(/^[^/@]*@(?=[^/]*:)/, '');
  const bare = anonymous.replace(/\/+$/, '');
  return (bare.length > 4 ? bare.replace(/\.git$/, '') : bare).replaceAll('\n', '\\n');
}

const kinds = [
  ['refs/heads/', 'branch '],
  ['refs/tags/', 'tag '],
  ['refs/remotes/', 'remote-tracking branch '],
] as const;

function note(remoteName: string): string {
  if (remoteName === 'HEAD') return '';
  for (const [prefix, kind] of kinds) {
    if (remoteName.startsWith(prefix)) return `${kind}'${remoteName.slice(prefix.length)}' of `;
  }
  return `'${remoteName}' of `;
}

/**
 * What is for merging comes first; otherwise the order is that of `refs`.
 * @param isCommit whether an object is a commit or a tag of one: nothing else can be merged
 */
export function fetchHeadFile(
  refs: readonly WantedRef[],
  url: string,
  isCommit: (oid: string) => boolean,
): Uint8Array {
  const shown = shownUrl(url);
  const merges = (ref: WantedRef) => ref.forMerge && isCommit(ref.oid);
  const ordered = [...refs.filter(merges), ...refs.filter((ref) => !merges(ref))];
  const lines = ordered.map(
    (ref) => `${ref.oid}\t${merges(ref) ? '' : 'not-for-merge'}\t${note(ref.remoteName)}${shown}\n`,
  );
  return bytesOfText(lines.join(''));
}
