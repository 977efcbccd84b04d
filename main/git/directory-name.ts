/** The name of the directory a clone goes to when none is given: git's own guess (dir.c, git_url_basename). */

import { RemoteUrlError } from './errors.ts';
import { displayUrl, type RemoteUrl } from './remote-url.ts';

export interface DirectoryNameOptions {
  /** Bare repositories get the ending ".git". */
  bare: boolean;
  /** The address is a bundle file: ".bundle" is taken off instead of ".git". */
  bundle?: boolean;
}

const isSpace = (character: string | undefined): boolean =>
  character !== undefined && /^[ \t\n\v\f\r]$/.test(character);

/** The last part of an address that names a repository, as git finds it. */
function lastComponent(address: string): string {
  const scheme = address.indexOf('://');
  let start = scheme === -1 ? 0 : scheme + 3;
  const firstSlash = address.indexOf('/', start);
  const at = address.lastIndexOf('@', firstSlash === -1 ? address.length : firstSlash);
  if (at >= start) start = at + 1;

  let end = address.length;
  while (start < end && (address[end - 1] === '/' || isSpace(address[end - 1]))) end--;
  if (end - start > 5 && address.slice(end - 5, end) === '/.git') {
    end -= 5;
    while (start < end && address[end - 1] === '/') end--;
  }
  const whole = address.slice(start, end);
  // A host alone loses its port; after a slash, `:2222` is a name.
  const named = whole.includes('/') ? whole : whole.replace(/:[0-9]*$/, '');
  return /[^/:]*$/.exec(named)?.[0] ?? '';
}

/**
 * What `git clone` would call the directory.
 * @throws RemoteUrlError `name-missing` when no name can be guessed (git: "No directory name could be guessed"), or the
 * guess would not be a new directory (`.`, `..`, or one that looks like an option)
 */
export function suggestedDirectoryName(url: RemoteUrl | string, options: DirectoryNameOptions): string {
  const address = typeof url === 'string' ? url : displayUrl(url);
  const suffix = options.bundle === true ? '.bundle' : '.git';
  const component = lastComponent(address);
  const stem = component.endsWith(suffix) ? component.slice(0, -suffix.length) : component;
  const missing = new RemoteUrlError('name-missing', 'No directory name can be guessed from the address.');
  if (stem === '') throw missing;
  const name = (options.bare ? `${stem}.git` : stem).replace(/[\x00-\x20]+/g, ' ').replace(/^ | $/g, '');
  if (name === '' || name === '.' || name === '..' || name.startsWith('-')) throw missing;
  return name;
}
