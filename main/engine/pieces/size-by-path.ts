/**
 * How large objects are as they come, by where in the tree they stand. Pure. Versions of one file are of about one size,
 * and files of one folder are more alike than files of a history; so a request can be made as large as a connection
 * carries, and hardly larger. Each cut costs a server more than it costs us: deltas on objects that came before the cut
 * must be found anew, and among large files that takes seconds.
 */

/** Versions of one path are asked for one after the other, so older paths are not asked about any more. */
const pathsMax = 4_096;
/** How much the newest observation counts at least: sizes change along a history. */
const weightMin = 0.0005;
/** What is told of its neighbours is told of a path with this much to spare. */
const caution = 1.25;

interface Mean {
  bytes: number;
  count: number;
}

function observe(means: Map<string, Mean>, key: string, bytes: number): void {
  const mean = means.get(key);
  if (mean !== undefined) {
    mean.count++;
    mean.bytes += (bytes - mean.bytes) * Math.max(1 / mean.count, weightMin);
    return;
  }
  means.set(key, { bytes, count: 1 });
  if (means.size <= pathsMax) return;
  const [oldest] = means.keys();
  if (oldest !== undefined) means.delete(oldest);
}

/** "a/b/c" and "a/b/" are in "a/"… the folder of a folder's versions is the one above it. */
function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/', path.length - 2) + 1);
}

export class SizeByPath {
  readonly #paths = new Map<string, Mean>();
  readonly #folders = new Map<string, Mean>();

  /** An object below this path took so many bytes of its pack. */
  learn(path: string, bytes: number): void {
    observe(this.#paths, path, bytes);
    observe(this.#folders, folderOf(path), bytes);
  }

  /** Bytes that the next object below this path may take; `otherwise` where nothing like it came yet. */
  expect(path: string, otherwise: number): number {
    const seen = this.#paths.get(path);
    if (seen !== undefined) return seen.bytes;
    const folder = this.#folders.get(folderOf(path));
    return folder === undefined ? otherwise : folder.bytes * caution;
  }
}

/** How much one request may ask for. */
export interface RequestLimits {
  idsMax: number;
  /** Of the answer, as far as sizes can be foreseen. The first object always fits. */
  bytesMax: number;
  bytesOf: (path: string) => number;
}

/** What is left of a request's limits while it is filled. */
export class RequestRoom {
  #ids: number;
  #bytes: number;
  #isEmpty = true;
  readonly #bytesOf: (path: string) => number;

  constructor({ idsMax, bytesMax, bytesOf }: RequestLimits) {
    this.#ids = idsMax;
    this.#bytes = bytesMax;
    this.#bytesOf = bytesOf;
  }

  /** Of `count` objects below this path so many fit, and are in now. */
  fill(path: string, count: number): number {
    const each = Math.max(1, this.#bytesOf(path));
    const least = this.#isEmpty ? Math.min(1, this.#ids) : 0;
    const fitting = Math.min(count, this.#ids, Math.max(least, Math.floor(this.#bytes / each)));
    if (fitting <= 0) return 0;
    this.#isEmpty = false;
    this.#ids -= fitting;
    this.#bytes -= fitting * each;
    return fitting;
  }
}
