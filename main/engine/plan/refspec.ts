/**
 * Refspecs that `-c remote.<origin>.fetch=…` adds to a clone: git-fetch(1), "<refspec>"; refspec.c, parse_refspec;
 * remote.c, get_fetch_map. Pure.
 */

import { isOid, isRefName } from '../../git/index.ts';
import { EngineError } from '../errors.ts';
import type { CloneOptions } from '../jobs/records.ts';
import type { OfferedRef } from '../remote/index.ts';

export interface Refspec {
  /** `^src`: refs that match are not fetched, whatever else names them. */
  negative: boolean;
  /** `+`: the local ref also moves to what does not follow from it. */
  force: boolean;
  /** Both sides have one `*`, which stands for the same text. */
  pattern: boolean;
  /** A name, the short form of one, an object id, or a pattern. */
  source: string;
  /** Null: fetched, and written nowhere. */
  destination: string | null;
}

/** refs.c, check_refname_format with REFNAME_ALLOW_ONELEVEL, and with REFNAME_REFSPEC_PATTERN for a pattern. */
function isSide(text: string, pattern: boolean): boolean {
  const stars = text.split('*').length - 1;
  // A star counts as a letter, and one level is enough; no side needs to be a ref's full name.
  return stars === (pattern ? 1 : 0) && isRefName(`x/${text.replace('*', 'x')}`) && text !== '@';
}

/** Takes `[+|^]src[:dst]` apart; null for what `git fetch` refuses as "invalid refspec". */
export function parseRefspec(text: string): Refspec | null {
  const negative = text.startsWith('^');
  const force = text.startsWith('+');
  const sides = negative || force ? text.slice(1) : text;
  const colon = sides.lastIndexOf(':');
  const typed = colon === -1 ? sides : sides.slice(0, colon);
  const source = typed === '@' ? 'HEAD' : typed;
  const destination = colon === -1 || colon === sides.length - 1 ? null : sides.slice(colon + 1);
  const pattern = source.includes('*');
  if (negative) {
    const good = colon === -1 && !isAnyOid(source) && isSide(source, pattern);
    return good ? { negative, force, pattern, source, destination: null } : null;
  }
  // A pattern needs its other side, or nobody could say what the `*` becomes.
  if (pattern && destination === null) return null;
  if (source !== '' && !isSide(source, pattern)) return null;
  if (destination !== null && !isSide(destination, pattern)) return null;
  return { negative, force, pattern, source: source === '' ? 'HEAD' : source, destination };
}

const isAnyOid = (text: string): boolean => isOid(text, 'sha1') || isOid(text, 'sha256');

/** What the options configure as `remote.<name>.fetch`, in order; of every remote when `origin` is null. */
function configuredValues(options: CloneOptions, origin: string | null): string[] {
  const values: string[] = [];
  for (const pair of options.config ?? []) {
    const at = pair.indexOf('=');
    // Section and last part in any case, the name between them as it is (git-config(1), "Syntax").
    const key = /^remote\.(.*)\.fetch$/is.exec(at === -1 ? pair : pair.slice(0, at));
    if (key === null || (origin !== null && key[1] !== origin)) continue;
    values.push(at === -1 ? 'true' : pair.slice(at + 1));
  }
  return values;
}

/**
 * The refspecs that the options add for the remote `origin`, or for any remote when its name is not settled yet.
 * @throws EngineError `option-conflict` for one that cannot be read
 */
export function configuredRefspecs(options: CloneOptions, origin: string | null): Refspec[] {
  return configuredValues(options, origin).map((value) => {
    const refspec = parseRefspec(value);
    if (refspec !== null) return refspec;
    const detail = `"${value}" is not a refspec that git fetch understands.`;
    throw new EngineError('option-conflict', { option: '-c remote.<name>.fetch', detail });
  });
}

/** Throws `option-conflict` when the options configure a refspec that cannot be read. */
export function checkRefspecs(options: CloneOptions): void {
  configuredRefspecs(options, options.origin ?? null);
}

/** Where a short name may stand, best first (gitrevisions(7), "<refname>"). */
const shortNameRules = (name: string): string[] => [
  name,
  `refs/${name}`,
  `refs/tags/${name}`,
  `refs/heads/${name}`,
  `refs/remotes/${name}`,
  `refs/remotes/${name}/HEAD`,
];

/** What `ls-refs` must be asked for to see the sources (refspec.c, refspec_ref_prefixes). */
export function sourcePrefixes(refspecs: readonly Refspec[]): string[] {
  return refspecs.flatMap(({ negative, pattern, source }) => {
    if (negative || isAnyOid(source)) return [];
    const beforeStar = source.slice(0, source.indexOf('*'));
    // "*" alone means every ref; no prefix says that, but all names begin so.
    if (pattern) return [beforeStar === '' ? 'refs/' : beforeStar];
    return shortNameRules(source);
  });
}

/** What the pattern's `*` stands for in `name`; null when it does not match. */
function starOf(pattern: string, name: string): string | null {
  const at = pattern.indexOf('*');
  const [before, after] = [pattern.slice(0, at), pattern.slice(at + 1)];
  const matches =
    name.length >= before.length + after.length && name.startsWith(before) && name.endsWith(after);
  return matches ? name.slice(before.length, name.length - after.length) : null;
}

/** Whether a negative refspec keeps the ref away (remote.c, refname_matches_negative_refspec_item). */
export function isExcluded(refspecs: readonly Refspec[], name: string): boolean {
  return refspecs.some(
    ({ negative, pattern, source }) =>
      negative && (pattern ? starOf(source, name) !== null : source === name),
  );
}

/**
 * The remote's refs that would be written to `localName`, by their full names; null when no refspec writes there at all,
 * or a negative one keeps its source away (remote.c, refspec_find_all_matches).
 */
export function sourcesOf(refspecs: readonly Refspec[], localName: string): string[] | null {
  const sources: string[] = [];
  for (const { negative, pattern, source, destination } of refspecs) {
    if (negative || destination === null) continue;
    if (!pattern && destination === localName) sources.push(source);
    const star = pattern ? starOf(destination, localName) : null;
    if (star !== null) sources.push(source.replace('*', () => star));
  }
  if (sources.length === 0 || sources.some((name) => isExcluded(refspecs, name))) return null;
  return sources;
}

/** A destination's full name (remote.c, get_local_ref). */
function fullDestination(name: string): string {
  if (name.startsWith('refs/')) return name;
  return /^(heads|tags|remotes)\//.test(name) ? `refs/${name}` : `refs/heads/${name}`;
}

/** A ref a refspec brings; `localName` is null when it is fetched and written nowhere. */
export interface FetchedRef {
  ref: OfferedRef;
  localName: string | null;
}

/**
 * What one refspec fetches of `refs`, and under which names; local names that are none are left out, as git does
 * ("Ignoring funny ref").
 * @throws EngineError `branch-not-found` when it names a ref that is not there
 */
export function fetchedBy(refspec: Refspec, refs: readonly OfferedRef[]): FetchedRef[] {
  const { source, destination } = refspec;
  if (refspec.negative) return [];
  const isWritable = ({ localName }: FetchedRef) =>
    localName === null || (localName.startsWith('refs/') && isRefName(localName));
  if (refspec.pattern) {
    return refs
      .flatMap((ref): FetchedRef[] => {
        const star = ref.oid === null || destination === null ? null : starOf(source, ref.name);
        // The text is put in by a function: `$` means nothing in it.
        return star === null ? [] : [{ ref, localName: destination?.replace('*', () => star) ?? null }];
      })
      .filter(isWritable);
  }
  const localName = destination === null ? null : fullDestination(destination);
  const named = shortNameRules(source).map((name) => refs.find((ref) => ref.name === name));
  const exact = isAnyOid(source) ? { name: source, oid: source, symrefTarget: null, peeled: null } : null;
  const ref = exact ?? named.find((one) => one !== undefined && one.oid !== null);
  if (ref === undefined) throw new EngineError('branch-not-found', { branch: source });
  return [{ ref, localName }].filter(isWritable);
}
