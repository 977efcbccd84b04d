/**
 * Lists of bundles: what the keys in `bundle.*` mean (bundle-uri.adoc, "Bundle Lists"; git-config(1), "bundle.*"; git's
 * bundle-uri.c, bundle_list_update). The same keys come in a file or as the answer to the command `bundle-uri`.
 *
 * Where git refuses a whole list for one bad bundle, takes a token that is none, or crashes (a key without a value), only
 * that bundle is dropped here. What is wrong with the list itself refuses it.
 */

import { parseConfigText, type ConfigEntry } from './config-text.ts';
import { RemoteProtocolError } from './errors.ts';
import { bundleIdCharsMax, listedBundlesMax } from './limits.ts';
import { safeText } from './safe-text.ts';

export interface ListedBundle {
  /** The server's name for it, unique in the list. Any text: not safe to show, and never a path. */
  readonly id: string;
  /** As written: absolute, or relative to the list. Not checked yet: see bundle-uri.ts. */
  readonly uri: string;
  /** What the bundle says to leave out, in the words of git-rev-list(1); null when it names nothing. git ignores this. */
  readonly filter: string | null;
  /** Orders the bundles, newest largest; 0 to 2^64 - 1. Null when it has none, or when the list has no use for it. */
  readonly creationToken: bigint | null;
  /** Where in the world it is served, for people. Safe to show. */
  readonly location: string | null;
}

export interface BundleList {
  readonly version: 1;
  /** `all`: every bundle is needed. `any`: each one is enough. `all` where the list does not say. */
  readonly mode: 'all' | 'any';
  /** Null for none, and for one that we do not know. */
  readonly heuristic: 'creationToken' | null;
  /** In the order in which the list first names them. */
  readonly bundles: readonly ListedBundle[];
  /** What could not be used, with the reason as the end of a sentence that begins with the bundle. */
  readonly dropped: readonly { readonly id: string; readonly why: string }[];
}

const creationTokenMax = 2n ** 64n - 1n;

/** A token in decimal digits, nothing else; null for what is none. Git reads "-1" as 2^64 - 1 and "5abc" as 5. */
export function parseCreationToken(text: string): bigint | null {
  if (!/^[0-9]{1,64}$/.test(text)) return null;
  const token = BigInt(text);
  return token <= creationTokenMax ? token : null;
}

/** What was said about one bundle: for each key the last value, as git takes it; of `uri` all. */
interface Said {
  readonly uris: (string | null)[];
  filter: string | null | undefined;
  creationToken: string | null | undefined;
  location: string | null | undefined;
}

/** `bundle.<id>.<key>` taken apart as git does (config.c, parse_config_key): the id may hold dots, the key may not. */
function partsOfName(name: string): { id: string | null; key: string } | null {
  if (!name.startsWith('bundle.')) return null;
  const keyDot = name.lastIndexOf('.');
  const key = name.slice(keyDot + 1);
  return { id: keyDot <= 'bundle'.length ? null : name.slice('bundle.'.length, keyDot), key };
}

const refused = (message: string) => new RemoteProtocolError('bundle-list', message);

class ListBuilder {
  #mode: 'all' | 'any' = 'all';
  #heuristic: 'creationToken' | null = null;
  readonly #said = new Map<string, Said>();

  take({ name, value }: ConfigEntry): void {
    const parts = partsOfName(name);
    // As git: whatever else the file holds, it is no list.
    if (parts === null) throw refused('This is no list of bundles: it has other sections.');
    // `[bundle ""]` names no bundle; git reads its keys as the list's own and knows none of them there.
    if (parts.id === '') return;
    if (parts.id === null) this.#takeOwn(parts.key, value);
    else this.#takeBundle(parts.id, parts.key, value);
  }

  /** Keys of the list. Unknown ones are passed over, so is an unknown heuristic. */
  #takeOwn(key: string, value: string | null): void {
    if (key !== 'version' && key !== 'mode' && key !== 'heuristic') return;
    if (value === null) throw refused(`The list of bundles has a ${key} without a value.`);
    if (key === 'version' && value !== '1')
      throw refused(`The list of bundles has the version ${JSON.stringify(safeText(value, 40))}.`);
    if (key === 'mode') {
      if (value !== 'all' && value !== 'any')
        throw refused(`The list of bundles has the mode ${JSON.stringify(safeText(value, 40))}.`);
      this.#mode = value;
    }
    if (key === 'heuristic' && value === 'creationToken') this.#heuristic = value;
  }

  #takeBundle(id: string, key: string, value: string | null): void {
    let said = this.#said.get(id);
    if (said === undefined) {
      if (this.#said.size >= listedBundlesMax)
        throw new RemoteProtocolError('limit', `The list has more than ${listedBundlesMax} bundles.`);
      said = { uris: [], filter: undefined, creationToken: undefined, location: undefined };
      this.#said.set(id, said);
    }
    if (key === 'uri' && said.uris.length < 2) said.uris.push(value);
    else if (key === 'filter') said.filter = value;
    else if (key === 'creationtoken') said.creationToken = value;
    else if (key === 'location') said.location = value;
  }

  finish(): BundleList {
    const bundles: ListedBundle[] = [];
    const dropped: { id: string; why: string }[] = [];
    for (const [id, said] of this.#said) {
      const result = this.#bundleOf(id, said);
      if (typeof result === 'string') dropped.push({ id: id.slice(0, bundleIdCharsMax), why: result });
      else bundles.push(result);
    }
    return { version: 1, mode: this.#mode, heuristic: this.#heuristic, bundles, dropped };
  }

  /** The bundle, or why it cannot be used. */
  #bundleOf(id: string, { uris, filter, creationToken, location }: Said): ListedBundle | string {
    if (id.length > bundleIdCharsMax) return 'has a name longer than any we expect';
    const [uri] = uris;
    if (uri === undefined) return 'has no address';
    if (uri === null || uri === '') return 'has an empty address';
    if (uris.length > 1) return 'has two addresses';
    if (filter === null) return 'has a filter without a value';
    let token: bigint | null = null;
    // Elsewhere the key is one of those that mean nothing.
    if (this.#heuristic === 'creationToken' && creationToken !== undefined) {
      token = creationToken === null ? null : parseCreationToken(creationToken);
      if (token === null) return 'has a creation token that is no number from 0 to 2^64 - 1';
    }
    return {
      id,
      uri,
      filter: filter ?? null,
      creationToken: token,
      location: location === undefined || location === null ? null : safeText(location, 200),
    };
  }
}

/**
 * The list that these entries make. Bundles with nothing to say but unknown keys are dropped too: they have no address.
 * @throws RemoteProtocolError `bundle-list` for another version or mode and for foreign keys; `limit`
 */
export function bundleListOf(entries: Iterable<ConfigEntry>): BundleList {
  const builder = new ListBuilder();
  for (const entry of entries) builder.take(entry);
  return builder.finish();
}

/** A list as a file. @throws RemoteProtocolError `config`, `bundle-list`, `limit` */
export function parseBundleList(bytes: Uint8Array): BundleList {
  return bundleListOf(parseConfigText(bytes));
}
