/** Paths of repositories on this computer: what they are relative to is known here and not in the engine's process. */

import { existsSync } from 'node:fs';
import { isAbsolute, sep } from 'node:path';
import { parseRemoteUrl, RemoteUrlError } from '../git/index.ts';

/**
 * The address as typed, but for the relative path of something that exists: that becomes absolute by setting the
 * working directory in front, as in git (builtin/clone.c, get_repo_path; abspath.c, absolute_pathdup).
 */
export function repositoryAddress(typed: string, workingDirectory: string): string {
  const address = typed.trim();
  try {
    const parsed = parseRemoteUrl(address);
    if (parsed.transport !== 'file' || isAbsolute(parsed.path)) return address;
  } catch (error) {
    // What is wrong with it is for the engine to say.
    if (error instanceof RemoteUrlError) return address;
    throw error;
  }
  const path = `${workingDirectory}${workingDirectory.endsWith(sep) ? '' : sep}${address}`;
  return existsSync(path) || existsSync(`${path}.git`) ? path : address;
}
