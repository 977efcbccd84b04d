/**
 * The question of connectivity.io.ts, answered while the pack arrives: git walks what is here, and what was missing is
 * walked when it has come. Behind the last byte little is left.
 */

import type { Git, GitOptions, PackFollower } from '../ports.ts';

export interface ArrivingClosureParts {
  git: Git;
  proof: PackFollower['proof'];
  /** Where the objects are that can be read so far. */
  objects: Pick<GitOptions, 'gitDir' | 'env'>;
  /** Object ids that must be here with all they reach. */
  tips: readonly string[];
  signal: AbortSignal;
}

const commitLine = / commit$/;
const otherLine = /^([0-9a-f]+) (tree|blob)$/;

export class ArrivingClosure {
  readonly #parts: ArrivingClosureParts;
  /** Every commit is here, and its tree on the list. */
  #listed = false;
  /** A walk failed: nobody knows what it would have seen. */
  #broken = false;
  #priority: 'low' | 'normal' = 'low';

  constructor(parts: ArrivingClosureParts) {
    this.#parts = parts;
  }

  /** Every commit was found here; what is left are trees and blobs. */
  get listed(): boolean {
    return this.#listed;
  }

  /**
   * Lists the trees of all commits the tips reach. False when a commit is not here (yet).
   * @throws EngineError when git fails in another way
   */
  async listCommits(): Promise<boolean> {
    const { git, proof, tips } = this.#parts;
    const { stdout } = await git.run(['cat-file', '--batch-check=%(objectname) %(objecttype)', '--buffer'], {
      ...this.#options(),
      // What a tag names, through any number of tags (gitrevisions(7)).
      input: tips.map((oid) => `${oid}^{}\n`).join(''),
    });
    const lines = new TextDecoder().decode(stdout).split('\n').filter(Boolean);
    const commits = lines
      .filter((line) => commitLine.test(line))
      .map((line) => line.replace(commitLine, '\n'));
    const others = lines.flatMap((line) => {
      const [, oid, type] = otherLine.exec(line) ?? [];
      return oid === undefined ? [] : [{ oid, type: type as 'tree' | 'blob' }];
    });
    // The rest is "missing".
    if (commits.length + others.length < tips.length) return false;
    await proof.needs(others);
    if (commits.length > 0) {
      const args = ['rev-list', '--stdin', '--no-commit-header', '--format=%T'];
      if (!(await this.#read(args, commits.join('')))) return false;
    }
    this.#listed = true;
    return true;
  }

  /** Walks the trees that came since the last call. False when there were none, or when a walk failed. */
  async walk(): Promise<boolean> {
    if (this.#broken) return false;
    const trees = await this.#parts.proof.takeTrees();
    if (trees.length === 0) return false;
    // What was taken is not asked for again: until git has ended well, this proves nothing.
    this.#broken = true;
    const args = [
      'rev-list',
      '--stdin',
      '--objects',
      '--quiet',
      '--missing=print',
      // Blobs are only named: whether they are here is looked up in one go, not by git one by one.
      '--filter=blob:none',
      '--filter-print-omitted',
    ];
    this.#broken = !(await this.#read(args, trees));
    return !this.#broken;
  }

  /** @returns whether everything the tips reach is here; call it when everything is that will come */
  async finish(): Promise<boolean> {
    this.#priority = 'normal';
    if (!this.#listed && !(await this.listCommits())) return false;
    while (await this.walk());
    return !this.#broken && (await this.#parts.proof.open()) === 0;
  }

  #options(): GitOptions {
    return { ...this.#parts.objects, signal: this.#parts.signal, priority: this.#priority };
  }

  /** False when git found something broken; what it had said by then was read all the same. */
  async #read(args: readonly string[], input: string | Uint8Array): Promise<boolean> {
    const { git, proof, signal } = this.#parts;
    const child = git.start(args, { ...this.#options(), input });
    for await (const chunk of child.output) await proof.read(chunk);
    const { exitCode } = await child.ended;
    signal.throwIfAborted();
    await proof.read(null);
    return exitCode === 0;
  }
}
