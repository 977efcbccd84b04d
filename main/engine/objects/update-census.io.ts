/** Which commits and tags an interrupted update has brought so far; the repository's own history is only its edge. */

import { commitLinks, tagTarget, type ObjectFormat } from '../../git/index.ts';
import { CommitGraph, type CommitFrontier } from '../pieces/index.ts';
import { quarantinedIds, type NewObjects } from './new-objects.io.ts';
import { missingObjects, readObjects, type ObjectReader } from './read-objects.io.ts';

export class UpdateCensus {
  readonly #question: NewObjects;
  readonly #reader: ObjectReader;
  #graph: CommitGraph;
  /** What tags that came name, by the tag's id. */
  readonly #tags = new Map<string, string>();

  constructor(question: NewObjects, format: ObjectFormat) {
    this.#question = question;
    this.#reader = { ...question, gitDir: question.quarantine, format };
    this.#graph = new CommitGraph(format);
  }

  get commits(): number {
    return this.#graph.size;
  }

  /** Looks at everything that came. An update is small beside its repository, so it looks at all of it each time. */
  async update(): Promise<void> {
    const graph = new CommitGraph(this.#reader.format);
    const edge = new Set<string>();
    const ids = await quarantinedIds(this.#question, this.#reader.format);
    await readObjects(this.#reader, await this.#ofTypes(ids), ({ oid, type, body }) => {
      if (type === 'tag') this.#tags.set(oid, tagTarget(body).oid);
      if (type !== 'commit') return;
      const { parents } = commitLinks(body);
      graph.add(oid, parents);
      for (const parent of parents) edge.add(parent);
    });
    const parents = [...edge].filter((oid) => !graph.has(oid));
    const absent = new Set((await missingObjects(this.#reader, parents)).hex());
    // What the repository had before is whole: as good as a commit without parents.
    for (const oid of parents) if (!absent.has(oid)) graph.add(oid, []);
    this.#graph = graph;
  }

  /** What commits and tags are still missing behind `wants`, and how to say so; `islands` as in CommitCensus. */
  async frontier(wants: readonly string[], islands: boolean): Promise<CommitFrontier> {
    const named = [...this.#named(wants)];
    const absent = await missingObjects(this.#reader, named);
    const frontier = this.#graph.frontier(named.filter((oid) => this.#graph.has(oid)));
    const missing = new Set([...frontier.missing, ...absent.hex()]);
    if (islands && missing.size > 0) for (const oid of frontier.beyond) missing.add(oid);
    return { ...frontier, missing: [...missing] };
  }

  /** Commits and tags among the ids: blobs may be large, and say nothing here. */
  async #ofTypes(ids: readonly string[]): Promise<string[]> {
    if (ids.length === 0) return [];
    const { git, gitDir, signal } = this.#reader;
    const { stdout } = await git.run(['cat-file', '--batch-check=%(objectname) %(objecttype)', '--buffer'], {
      gitDir,
      input: ids.map((id) => `${id}\n`).join(''),
      signal,
    });
    const lines = new TextDecoder().decode(stdout).split('\n');
    return lines.filter((line) => /(?:commit|tag)$/.test(line)).map((line) => line.split(' ')[0] ?? '');
  }

  /** The wants themselves and everything their tags lead to. */
  *#named(wants: readonly string[]): Generator<string> {
    for (const want of wants) {
      for (let oid: string | undefined = want; oid !== undefined; oid = this.#tags.get(oid)) yield oid;
    }
  }
}
