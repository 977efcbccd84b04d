/** Small repositories of every kind at once, from a seed: whatever a history may hold, in an order nobody thought of. */

import { join } from 'node:path';
import { FastImportStream, type CommitWish, type FileChange } from './fast-import.ts';
import { git } from './git.ts';
import { noise, seededFractions } from './noise.ts';

export interface RandomRepoWish {
  seed: number;
  objectFormat?: 'sha1' | 'sha256';
  /** About so many commits. */
  commits?: number;
  /** Of each file about so many bytes that do not compress; there are about two new files a commit. */
  noiseBytes?: number;
  /** So many small files more in the last commit of HEAD's branch: work for the stages after the download. */
  files?: number;
  /** Branches take in others (true). */
  merges?: boolean;
}

const names: readonly (string | Uint8Array)[] = [
  'a',
  'b',
  'README',
  'a.b',
  'a-b',
  'with space',
  'übel',
  Buffer.from('latin-\xe9', 'latin1'),
  Buffer.from('\xff\xfe', 'latin1'),
  'z'.repeat(60),
];

type Choose = <Value>(values: readonly Value[]) => Value;

class Builder {
  readonly stream = new FastImportStream();
  readonly #fraction: () => number;
  readonly #wish: Required<RandomRepoWish>;
  readonly #contents: Uint8Array[] = [];
  /** Per branch: its tip, and its paths with what is there (null for a submodule). */
  readonly branches = new Map<string, { tip: string; files: Map<string, Uint8Array | null> }>();
  readonly commits: string[] = [];
  readonly tags: string[] = [];

  constructor(wish: Required<RandomRepoWish>) {
    this.#wish = wish;
    this.#fraction = seededFractions(wish.seed);
  }

  chance(share: number): boolean {
    return this.#fraction() < share;
  }

  below(limit: number): number {
    return Math.floor(this.#fraction() * limit);
  }

  choose: Choose = (values) => values[this.below(values.length)]!;

  /** New, the same as one before, or one before with a little change. */
  #content(): Uint8Array {
    const old = this.#contents.length > 0 ? this.choose(this.#contents) : null;
    if (old !== null && this.chance(0.3)) return old;
    const kind = this.#fraction();
    let content: Uint8Array;
    if (old !== null && kind < 0.4)
      content = Buffer.concat([old, Buffer.from(`one more line ${this.below(1e9)}\n`)]);
    else if (kind < 0.45) content = new Uint8Array(0);
    else {
      const text = Buffer.from(`line ${this.below(1e9)}\n`.repeat(1 + this.below(40)));
      content = Buffer.concat([text, noise(this.below(2 * this.#wish.noiseBytes + 1), this.below(1e9))]);
    }
    this.#contents.push(content);
    return content;
  }

  #path(): string {
    const depth = this.chance(0.1) ? 12 : this.below(4);
    const parts = Array.from({ length: depth }, () => `dir-${this.below(4)}`);
    return [...parts, Buffer.from(this.choose(names)).toString('latin1')].join('/');
  }

  #change(files: Map<string, Uint8Array | null>): FileChange[] {
    const bytes = (path: string) => Buffer.from(path, 'latin1');
    const old = files.size > 0 ? this.choose([...files.keys()]) : null;
    const kind = this.#fraction();
    if (old !== null && kind < 0.1) {
      files.delete(old);
      return [{ path: bytes(old), content: null }];
    }
    const path = this.#path();
    // A file where a folder is, or the other way about, would take other paths away with it.
    const stands = [...files.keys()].some(
      (each) => each.startsWith(`${path}/`) || path.startsWith(`${each}/`),
    );
    if (stands) return [];
    if (old !== null && kind < 0.25 && old !== path) {
      const content = files.get(old) ?? null;
      if (content === null) return [];
      files.delete(old);
      files.set(path, content);
      return [
        { path: bytes(old), content: null },
        { path: bytes(path), content },
      ];
    }
    if (kind < 0.3) {
      files.set(path, null);
      const digits = this.#wish.objectFormat === 'sha1' ? 40 : 64;
      return [{ path: bytes(path), mode: '160000', content: `${this.below(1e9)}`.padStart(digits, '5') }];
    }
    const content = this.#content();
    files.set(path, content);
    // A link's target must not be empty, nor hold a NUL.
    const mode =
      content.length > 0 && content.length < 200 && !content.includes(0) && this.chance(0.1)
        ? '120000'
        : '100644';
    return [{ path: bytes(path), mode: this.chance(0.1) && mode === '100644' ? '100755' : mode, content }];
  }

  step(): void {
    const existing = [...this.branches.keys()];
    const orphan = existing.length === 0 || (existing.length < 6 && this.chance(0.04));
    const fork = !orphan && existing.length < 6 && this.chance(0.12);
    const name = orphan || fork ? `refs/heads/branch-${existing.length}` : this.choose(existing);
    const start = orphan ? undefined : fork ? this.choose(existing) : name;
    const before = start === undefined ? undefined : this.branches.get(start);
    const files = new Map(before?.files);
    const changes = this.chance(0.08)
      ? []
      : Array.from({ length: 1 + this.below(4) }, () => this.#change(files)).flat();
    const wish: CommitWish = { branch: name, changes };
    if (before !== undefined) wish.from = before.tip;
    if (before !== undefined && existing.length > 1 && this.chance(0.25)) {
      const others = existing.filter((each) => each !== start && this.branches.get(each)!.tip !== before.tip);
      const merged = others.filter(() => this.chance(0.5)).map((each) => this.branches.get(each)!.tip);
      if (merged.length > 0 && this.#wish.merges) wish.merge = [...new Set(merged)];
    }
    const tip = this.stream.commit(wish);
    this.commits.push(tip);
    this.branches.set(name, { tip, files });
  }

  /** One commit more, with so many new files. */
  manyFiles(count: number): void {
    const branch = 'refs/heads/branch-0';
    const changes = Array.from({ length: count }, (_, n): FileChange => {
      return { path: `many/${n % 40}/file-${n}`, content: `file ${n}\n` };
    });
    const from = this.branches.get(branch)?.tip;
    this.commits.push(this.stream.commit({ branch, changes, ...(from === undefined ? {} : { from }) }));
  }

  tag(number: number): void {
    const kind = this.#fraction();
    const name = `tag-${number}`;
    if (kind < 0.3) this.stream.reset(`refs/tags/${name}`, this.choose(this.commits));
    else {
      const target =
        kind < 0.45
          ? this.stream.blob(`only ${name} knows me\n`)
          : kind < 0.6 && this.tags.length > 0
            ? this.choose(this.tags)
            : this.choose(this.commits);
      this.tags.push(this.stream.tag(name, target));
    }
  }
}

/** A bare repository `<directory>/random.git`, packed; the same for the same wish. Answers with its path. */
export async function makeRandomRepo(directory: string, wish: RandomRepoWish): Promise<string> {
  const { seed, objectFormat = 'sha1', commits = 40, noiseBytes = 400, files = 0, merges = true } = wish;
  const builder = new Builder({ seed, objectFormat, commits, noiseBytes, files, merges });
  for (let n = 0; n < commits; n++) builder.step();
  if (files > 0) builder.manyFiles(files);
  const tags = 2 + builder.below(6);
  for (let n = 0; n < tags; n++) builder.tag(n);
  const path = join(directory, 'random.git');
  await git(['init', '-q', '--bare', `--object-format=${objectFormat}`, '-b', 'branch-0', path]);
  await git(['-C', path, 'config', 'uploadpack.allowFilter', 'true']);
  const settings = ['-c', 'fastimport.unpackLimit=1', '-c', 'core.compression=1'];
  await git(['-C', path, ...settings, 'fast-import', '--quiet', '--force'], { input: builder.stream.chunks });
  await addOddRefs(path, builder);
  await git(['-C', path, 'repack', '-q', '-a', '-d']);
  return path;
}

/** Refs that fast-import does not write: tags of trees, refs of trees and blobs, a commit of the empty tree. */
async function addOddRefs(path: string, builder: Builder): Promise<void> {
  const run = (...args: string[]) => git(['-C', path, ...args]);
  const trees = (
    await run('rev-list', '--all', '--objects', '--filter=blob:none', '--no-object-names')
  ).split('\n');
  const types = await git(['-C', path, 'cat-file', '--batch-check=%(objectname) %(objecttype)'], {
    input: `${trees.join('\n')}\n`,
  });
  const listed = [...types.matchAll(/^(\w+) tree$/gm)].map((match) => match[1]!);
  if (listed.length > 0 && builder.chance(0.7))
    await run('tag', '-a', '-m', 'a tree', 'of-tree', builder.choose(listed));
  if (listed.length > 0 && builder.chance(0.4))
    await run('update-ref', 'refs/tags/tree-light', builder.choose(listed));
  if (builder.chance(0.5)) {
    const blob = await git(['-C', path, 'hash-object', '-w', '--stdin'], { input: 'a blob with a ref\n' });
    await run('update-ref', 'refs/tags/blob-light', blob);
  }
  if (builder.chance(0.5)) {
    const empty = await git(['-C', path, 'hash-object', '-t', 'tree', '--stdin'], { input: '' });
    await run('update-ref', 'refs/heads/of-nothing', await run('commit-tree', '-m', 'nothing', empty));
  }
}
