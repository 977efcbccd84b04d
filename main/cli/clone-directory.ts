/** The directory a clone goes to when nobody names one: git's own guess (builtin/clone.c, git_url_basename). */

import type { CloneOptions } from '../contract/index.ts';
import { parseRemoteUrl, RemoteUrlError, suggestedDirectoryName } from '../git/index.ts';

/** Null for an address that makes no sense; what is wrong with it is for the engine to say. */
export function suggestedDirectory(url: string, options: CloneOptions): string | null {
  try {
    return suggestedDirectoryName(parseRemoteUrl(url.trim()), {
      bare: options.bare === true || options.mirror === true,
    });
  } catch (error) {
    if (error instanceof RemoteUrlError) return null;
    throw error;
  }
}
