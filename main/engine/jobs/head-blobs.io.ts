/** Which objects of HEAD's tree a filtered clone does not have yet (git-rev-list(1), --missing=print). */

import type { Git } from '../ports.ts';

/** Ids, each once, in the order of the tree, which is the order of paths. */
export async function missingHeadBlobs(
  git: Git,
  gitDir: string,
  head: string,
  signal: AbortSignal,
): Promise<string[]> {
  const { stdout } = await git.run(['rev-list', '--objects', '--no-walk', '--missing=print', '--stdin'], {
    gitDir,
    input: `${head}\n`,
    signal,
  });
  const missing = new Set<string>();
  for (const line of new TextDecoder().decode(stdout).split('\n'))
    if (line.startsWith('?')) missing.add(line.slice(1));
  return [...missing];
}
