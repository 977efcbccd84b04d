/** Which names are names of refs: git-check-ref-format(1), refs.c check_refname_format. */

import { isByteText } from './byte-text.ts';
import { refNameBytesMax } from './limits.ts';

/** Bytes that may stand nowhere in a name: controls, space, DEL, and what means something to Git or a shell. */
const forbidden = new Uint8Array(128);
for (let code = 0; code <= 0x20; code++) forbidden[code] = 1;
for (const character of '~^:?*[\\\x7f') forbidden[character.charCodeAt(0)] = 1;

const slash = 0x2f;
const dot = 0x2e;

/** The rules for one or more components; `componentsMin` is 2 for full names. */
function isWellFormed(name: string, componentsMin: number): boolean {
  const { length } = name;
  // A name is UTF-8 on disk; three bytes per UTF-16 unit is the most it can take.
  if (length === 0 || length > refNameBytesMax) return false;
  // Bytes that are no UTF-8 are allowed in names (see byte-text.ts); half a character that stands for no byte is not.
  if (!isByteText(name)) return false;
  let components = 0;
  let componentStart = 0;
  let previous = slash;
  for (let at = 0; at <= length; at++) {
    const code = at === length ? slash : name.charCodeAt(at);
    if (code < 128 && forbidden[code] === 1) return false;
    if (code === slash) {
      if (at === componentStart) return false;
      if (name.endsWith('.lock', at) && at - componentStart >= 5) return false;
      components++;
      componentStart = at + 1;
    } else if (code === dot && (previous === dot || at === componentStart)) {
      return false;
    } else if (code === 0x7b && previous === 0x40) {
      return false; // "@{"
    }
    previous = code;
  }
  if (name.charCodeAt(length - 1) === dot || name === '@') return false;
  return components >= componentsMin;
}

/**
 * Whether Git would take `name` as a full ref name: `HEAD`, or two or more components that follow the rules.
 * Stricter than refs.c in two points: a name longer than a path can be is refused, and one that begins with a dash,
 * which no command line can carry.
 */
export function isRefName(name: string): boolean {
  return name === 'HEAD' || (!name.startsWith('-') && isWellFormed(name, 2));
}

/** Whether `short` can be a branch: `git check-ref-format --branch` without the `@{-1}` expansion. */
export function isBranchName(short: string): boolean {
  return !short.startsWith('-') && short !== 'HEAD' && isWellFormed(`refs/heads/${short}`, 3);
}

/** `refs/heads/main` → `main`, `refs/tags/v1` → `v1`, `refs/remotes/origin/x` → `origin/x`; others unchanged. */
export function shortenRef(name: string): string {
  for (const prefix of ['refs/heads/', 'refs/tags/', 'refs/remotes/']) {
    if (name.startsWith(prefix)) return name.slice(prefix.length);
  }
  return name;
}
