/**
 * A long history as a stream for fast-import, with the proportions of public ones: topics grow side by side and are merged,
 * files come over time, a few are edited again and again, large catalogues of translations now and then, releases are
 * tagged. How near it comes to one of them stands at the head of bench/RESULTS.md.
 */

import { FastImportStream, type BlobMark, type CommitWish, type FileChange } from './fast-import.ts';
import { SourceFiles, type Draft, type SourceFile } from './history-files.ts';
import { Writer } from './history-texts.ts';
import { noise } from './noise.ts';

export interface HistoryWish {
  /** At least so many. */
  objects: number;
  /** Of binary content, which nothing shrinks; on top of the objects. */
  assetBytes: number;
  seed: number;
}

interface Topic {
  name: string;
  branch: string;
  /** Where it begins; its own last commit once it has one. */
  tip: string;
  drafts: Draft[];
  commitsLeft: number;
  /** Most are tried on the branch `next` for a while, as a merge, before the main branch gets them. */
  tried: boolean;
}

type Parents = Pick<CommitWish, 'from' | 'merge'>;

const main = 'refs/heads/main';
const next = 'refs/heads/next';
const topicsAtOnceMax = 50;
/** A small history has fewer topics at once: most of it is to be merged. */
const objectsPerTopic = 500;
/** Topics begin at one of so many last commits of the main branch. */
const oldestBase = 4_000;
/** Every so many commits the main branch is merged into `next`. */
const commitsPerSync = 400;
const commitsPerRelease = 200;
/** Nothing in the pack may be too large for a connection that carries 256 kB; a small history has smaller assets. */
const assetBytesMax = 240_000;
const chunkBytes = 1 << 18;
const noObject = '0'.repeat(40);

class History {
  readonly stream = new FastImportStream();
  /** As the stream will make them. Some trees of merges are not counted: they may be the same as a topic's. */
  objects = 0;
  readonly #wish: HistoryWish;
  readonly #writer: Writer;
  readonly #people: string[];
  readonly #files: SourceFiles;
  readonly #topics: Topic[] = [];
  /** A topic's branch while it grows: names that go from one to the next, as fast-import keeps in mind all it ever saw. */
  readonly #workBranches: readonly string[];
  readonly #freeBranches: string[];
  /** The last ones, the newest at the end. */
  readonly #mainTips: string[] = [];
  /** What `next` may have otherwise than the main branch: the marks of files, or null for removed ones. */
  readonly #unsynced = new Map<string, string | null>();
  #commits = 0;
  #lastRelease = 0;
  #topicsBegun = 0;
  #assetBytes = 0;
  readonly #assets: string[] = [];

  constructor(wish: HistoryWish) {
    this.#wish = wish;
    const writer = new Writer(wish.seed);
    this.#writer = writer;
    this.#people = Array.from({ length: 400 }, () => {
      const [given, family] = [writer.word(), writer.word()];
      return `${given} ${family} <${given}.${family}@${writer.word()}.example>`;
    });
    const topics = Math.min(topicsAtOnceMax, Math.ceil(wish.objects / objectsPerTopic));
    this.#workBranches = Array.from({ length: topics }, (_, slot) => `refs/heads/at-work-${slot}`);
    this.#freeBranches = [...this.#workBranches];
    this.#files = new SourceFiles(writer, Math.ceil(1.2 * Math.sqrt(wish.objects)), wish.objects);
  }

  begin(): void {
    const changes = this.#files
      .all()
      .map((file): FileChange => ({ path: file.path, content: { mark: this.#blob(file.text) } }));
    this.#toMain('Begin\n', changes);
    this.stream.reset(next, this.#mainTip);
  }

  get #mainTip(): string {
    return this.#mainTips.at(-1) ?? '';
  }

  /** One commit: on a topic, on the main branch, or a merge. */
  step(): void {
    const writer = this.#writer;
    this.#files.progress = this.objects / this.#wish.objects;
    if (this.#commits % commitsPerSync === 0) return this.#sync();
    if (writer.chance(0.1)) return this.#commitOnMain();
    const branch = this.#freeBranches.pop();
    if (branch !== undefined) this.#topics.push(this.#newTopic(branch));
    const topic = this.#topics[writer.below(this.#topics.length)];
    if (topic === undefined) return;
    if (topic.commitsLeft > 0) return this.#commitOn(topic);
    if (!topic.tried && writer.chance(0.8)) return this.#try(topic);
    if (writer.chance(0.02)) this.#abandon(topic);
    else this.#merge(topic);
    this.#topics.splice(this.#topics.indexOf(topic), 1);
    this.#freeBranches.push(topic.branch);
    if (this.#commits - this.#lastRelease >= commitsPerRelease) this.#release();
  }

  end(): void {
    this.#commitOnMain();
    this.#release();
    for (const branch of this.#workBranches) this.stream.reset(branch, noObject);
    for (const topic of this.#topics) this.#abandon(topic);
  }

  #newTopic(branch: string): Topic {
    const writer = this.#writer;
    this.#topicsBegun += 1;
    const name = `${writer.word().slice(0, 2)}/${writer.word()}-${writer.word()}-${this.#topicsBegun}`;
    // A few have many.
    const commitsLeft = 1 + Math.floor(-Math.log(1 - writer.fraction()) * 3.5);
    const tip = this.#mainTips.at(-1 - writer.rank(this.#mainTips.length)) ?? '';
    return { name, branch, tip, drafts: [], commitsLeft, tried: false };
  }

  #commitOnMain(): void {
    const topic = this.#newTopic(main);
    this.#toMain(this.#message(), [...this.#work(topic), ...this.#dueAssets()]);
    topic.drafts.forEach((draft) => this.#files.adopt(draft));
  }

  #toMain(message: string, changes: readonly FileChange[], merge?: readonly string[]): void {
    this.#mainTips.push(this.#commit(main, message, changes, { merge }));
    if (this.#mainTips.length > oldestBase) this.#mainTips.shift();
    for (const { path, content } of changes)
      this.#unsynced.set(path.toString(), content === null ? null : (content as BlobMark).mark);
  }

  #commitOn(topic: Topic): void {
    topic.tip = this.#commit(topic.branch, this.#message(), this.#work(topic), { from: topic.tip });
    topic.commitsLeft -= 1;
  }

  #merge(topic: Topic): void {
    this.#toMain(this.#mergeMessage(topic), outcome(topic), [topic.tip]);
    topic.drafts.forEach((draft) => this.#files.adopt(draft));
  }

  #try(topic: Topic): void {
    topic.tried = true;
    this.#commit(next, this.#mergeMessage(topic, ' into next'), outcome(topic), { merge: [topic.tip] });
  }

  #sync(): void {
    const changes = Array.from(this.#unsynced, ([path, mark]) => ({
      path,
      content: mark === null ? null : { mark },
    }));
    this.#unsynced.clear();
    this.#commit(next, `Merge branch 'main' into next\n`, changes, { merge: [this.#mainTip] });
  }

  #mergeMessage({ name }: Topic, where = ''): string {
    const body = this.#writer.chance(0.7) ? `\n${this.#writer.prose(this.#writer.around(150, 0.6))}` : '';
    return `Merge branch '${name}'${where}\n${body}`;
  }

  /** Never merged: it stays as a branch, and nobody has what it made. */
  #abandon(topic: Topic): void {
    for (const { file } of topic.drafts) file.taken = false;
    this.stream.reset(`refs/heads/${topic.name}`, topic.tip);
  }

  #release(): void {
    const number = this.#commits;
    this.#lastRelease = number;
    const name = `v${Math.floor(number / 10_000)}.${Math.floor(number / 1000) % 10}.${number % 1000}`;
    const signature = Array.from({ length: 8 }, () => this.#writer.base64(64)).join('\n');
    this.stream.tag(
      name,
      this.#mainTip,
      `Release ${name}\n-----BEGIN PGP SIGNATURE-----\n\n${signature}\n-----END PGP SIGNATURE-----\n`,
    );
    this.objects += 1;
  }

  /** What one commit changes, on top of what its topic did before. */
  #work(topic: Topic): FileChange[] {
    const writer = this.#writer;
    const changes: FileChange[] = [];
    const files = writer.chance(0.45) ? 1 : 1 + Math.ceil(Math.min(12, writer.around(2.1, 0.8)));
    const drafts = new Set<Draft>();
    for (let number = 0; number < files; number++) {
      const draft = this.#draftFor(topic, drafts);
      if (draft !== undefined) drafts.add(draft);
    }
    for (const draft of drafts) changes.push(this.#edit(draft));
    if (writer.chance(0.05)) changes.push(...this.#createFile(topic));
    if (writer.chance(0.006)) changes.push(...this.#renameOne(topic));
    if (writer.chance(0.004)) changes.push(...this.#removeOne(topic));
    return changes;
  }

  /** Often a file the topic has worked on already. */
  #draftFor(topic: Topic, but: ReadonlySet<Draft> = new Set()): Draft | undefined {
    const writer = this.#writer;
    const own = topic.drafts.filter(
      (draft) => draft.text !== null && !draft.file.catalogue && !but.has(draft),
    );
    const file = own.length > 0 && writer.chance(0.4) ? undefined : this.#files.free(topic.drafts);
    return file === undefined ? own[writer.below(own.length)] : this.#take(topic, file);
  }

  #take(topic: Topic, file: SourceFile): Draft {
    file.taken = true;
    const draft: Draft = { file, path: file.path, text: file.text, mark: '' };
    topic.drafts.push(draft);
    return draft;
  }

  #edit(draft: Draft): FileChange {
    draft.mark = this.#blob(this.#files.edit(draft));
    return { path: draft.path, content: { mark: draft.mark } };
  }

  #createFile(topic: Topic): FileChange[] {
    const draft = this.#take(topic, this.#files.newFile());
    draft.mark = this.#blob(draft.file.text);
    return [{ path: draft.path, content: { mark: draft.mark } }];
  }

  #renameOne(topic: Topic): FileChange[] {
    const draft = this.#draftFor(topic);
    if (draft === undefined || draft.text === null || draft.file.catalogue || draft.mark === '') return [];
    const old = draft.path;
    draft.path = this.#files.newPath();
    return [
      { path: old, content: null },
      { path: draft.path, content: { mark: draft.mark } },
    ];
  }

  #removeOne(topic: Topic): FileChange[] {
    const draft = this.#draftFor(topic);
    if (draft === undefined || draft.text === null || draft.file.catalogue) return [];
    draft.text = null;
    return [{ path: draft.path, content: null }];
  }

  /** New ones for the most part, now and then another version of one. */
  #dueAssets(): FileChange[] {
    const writer = this.#writer;
    const changes: FileChange[] = [];
    const { objects, assetBytes } = this.#wish;
    const largest = Math.min(assetBytesMax, assetBytes / 64);
    while (this.#assetBytes < Math.min(1, this.objects / objects) * assetBytes) {
      const bytes = Math.ceil(Math.max(2_000, Math.min(largest, writer.around(20_000, 1.2))));
      const again = writer.chance(0.15) ? this.#assets[writer.below(this.#assets.length)] : undefined;
      const path = again ?? `assets/${writer.rank(30)}/${writer.word()}-${this.#assets.length}.bin`;
      if (again === undefined) this.#assets.push(path);
      this.#assetBytes += bytes;
      const content = noise(bytes, this.#wish.seed * 1_000_003 + this.#assetBytes);
      changes.push({ path, content: { mark: this.stream.blob(content) } });
    }
    return changes;
  }

  #message(): string {
    const writer = this.#writer;
    const signed = Array.from(
      { length: 1 + writer.rank(3) },
      () => `Signed-off-by: ${this.#people[writer.rank(this.#people.length)] ?? ''}\n`,
    );
    const body = writer.prose(Math.min(8_000, writer.around(330, 1)));
    return `${writer.word()}: ${writer.phrase(3 + writer.below(4))}\n\n${body}\n${signed.join('')}`;
  }

  #blob(content: Buffer): string {
    this.objects += 1;
    return this.stream.blob(content);
  }

  #commit(branch: string, message: string, changes: readonly FileChange[], parents: Parents): string {
    const author = this.#people[this.#writer.rank(this.#people.length)] ?? '';
    this.#commits += 1;
    this.objects += 2;
    const directories = directoriesOf(changes).size;
    this.objects += parents.merge === undefined ? directories : Math.min(1, directories);
    return this.stream.commit({ branch, message, changes, author, ...parents });
  }
}

/** What a merge of it changes on the branch that gets it. */
function outcome({ drafts }: Topic): FileChange[] {
  return drafts.flatMap(({ file, path, text, mark }): FileChange[] => {
    if (text !== null && mark === '') return [];
    const gone = file.path === path && text !== null ? [] : [{ path: file.path, content: null }];
    return text === null ? gone : [...gone, { path, content: { mark } }];
  });
}

/** All that lie between the root and these files. */
function directoriesOf(changes: readonly FileChange[]): Set<string> {
  const directories = new Set<string>();
  for (const { path } of changes) {
    const text = path.toString();
    for (let end = text.indexOf('/'); end >= 0; end = text.indexOf('/', end + 1))
      directories.add(text.slice(0, end));
  }
  return directories;
}

/** In pieces, for the whole is large; all that is kept meanwhile is the newest text of each file. The same for the same wish. */
export function* bigHistory(wish: HistoryWish): Generator<Uint8Array> {
  const history = new History(wish);
  const { chunks } = history.stream;
  history.begin();
  let waiting = 0;
  let counted = 0;
  while (history.objects < wish.objects) {
    history.step();
    for (; counted < chunks.length; counted++) waiting += chunks[counted]?.length ?? 0;
    if (waiting < chunkBytes) continue;
    yield Buffer.concat(chunks.splice(0));
    [waiting, counted] = [0, 0];
  }
  history.end();
  yield Buffer.concat(chunks);
}
