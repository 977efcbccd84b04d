/** `git upload-pack` of a repository on this computer, as git runs it for a path or a file:// URL (git-clone(1)). */

import type { Duplex, Git } from '../ports.ts';

/**
 * `path` is absolute. The user's own configuration counts, as it is there that they vouch for repositories of others
 * (git-config(1), safe.directory). Throws `git-missing`.
 */
export function openLocal(git: Git, path: string): Duplex {
  const process = git.start(['upload-pack', path], {
    configuration: 'as-user',
    env: { GIT_PROTOCOL: 'version=2' },
  });
  let wireBytes = 0;
  let uploadedBytes = 0;
  return {
    get wireBytes() {
      return wireBytes;
    },
    get uploadedBytes() {
      return uploadedBytes;
    },
    ended: process.ended,
    output: counted(process.output, (bytes) => (wireBytes += bytes)),
    kill: () => process.kill(),
    async write(chunk) {
      uploadedBytes += chunk.length;
      // A git that is gone says why on standard error, which `ended` brings.
      await process.write(chunk).catch(() => undefined);
    },
  };
}

async function* counted(
  output: AsyncIterable<Uint8Array>,
  count: (bytes: number) => void,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of output) {
    count(chunk.length);
    yield chunk;
  }
}
