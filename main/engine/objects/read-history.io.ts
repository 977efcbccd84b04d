/** All commits behind some objects, newest first, as git puts them in order (git-rev-list(1), --date-order). */

import { EngineError } from '../errors.ts';
import { lineSplitter } from './line-splitter.ts';
import type { ObjectReader } from './read-objects.io.ts';

export interface HistoryListener {
  onCommit(oid: string, tree: string, parents: readonly string[]): void;
}

/**
 * Needs the commits and tags only, not what they name; ends at the repository's shallow boundary.
 * @param tips ids of commits and tags; other objects name no commits and are passed over
 * @throws EngineError `git-failed` when a commit is not here
 */
export async function readHistory(
  reader: ObjectReader,
  tips: readonly string[],
  listener: HistoryListener,
): Promise<void> {
  const child = reader.git.start(['rev-list', '--date-order', '--parents', '--format=%T', '--stdin'], {
    gitDir: reader.gitDir,
    signal: reader.signal,
  });
  const written = child.write(new TextEncoder().encode(tips.map((tip) => `${tip}\n`).join('')));
  written.then(
    () => child.endInput(),
    () => {},
  );
  let header: string[] = [];
  const take = lineSplitter((line) => {
    if (line.startsWith('commit ')) {
      header = line.split(' ');
      return;
    }
    const [, oid, ...parents] = header;
    if (oid !== undefined) listener.onCommit(oid, line, parents);
  });
  for await (const chunk of child.output) take(chunk);
  const { exitCode, stderr } = await child.ended;
  reader.signal.throwIfAborted();
  if (exitCode !== 0) throw new EngineError('git-failed', { detail: `rev-list: ${stderr.slice(-500)}` });
  await written;
}
