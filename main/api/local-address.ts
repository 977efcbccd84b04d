/** Where the engine of a home directory is reached by programs of the same user. */

import { createHash } from 'node:crypto';
import { tmpdir, userInfo } from 'node:os';
import { join, resolve } from 'node:path';

/** `sun_path` holds 104 bytes on macOS and 108 on Linux, with a final NUL (unix(7)); a little less is safe everywhere. */
const socketPathBytesMax = 100;

/**
 * `<home>/engine.sock`; where that is too long for a socket, a name made from it in a directory of the user's own below
 * the system's directory for temporary files. On Windows a named pipe, which has no directory.
 */
export function localAddress(home: string, platform: NodeJS.Platform = process.platform): string {
  if (platform === 'win32') return `\\\\.\\pipe\\packmule-${shortHash(resolve(home).toLowerCase())}`;
  const address = join(resolve(home), 'engine.sock');
  if (Buffer.byteLength(address) <= socketPathBytesMax) return address;
  return join(tmpdir(), `packmule-${userInfo().uid}`, `${shortHash(resolve(home))}.sock`);
}

function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 24);
}
