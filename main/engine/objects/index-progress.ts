/** Reads the progress lines of `git index-pack -v` and of `git read-tree -v`. Pure. */

export interface GitProgress {
  title: string;
  done: number;
  total: number;
}

/** "Resolving deltas:  50% (12/24), done." Null for any other line. */
export function readProgress(line: string): GitProgress | null {
  const match = /^([A-Z][A-Za-z ]+):\s+\d+% \((\d+)\/(\d+)\)/.exec(line);
  const [, title, done, total] = match ?? [];
  if (title === undefined || done === undefined || total === undefined) return null;
  return { title, done: Number(done), total: Number(total) };
}
