/** Writes streams for git-fast-import(1): the quick way to a repository with known contents. */

/** Every commit and tag is by one person, a minute after the one before. */
const person = 'A U Thor <author@example.com>';
const firstSeconds = 1_700_000_000;

export interface FileChange {
  path: Uint8Array | string;
  /** `160000` takes an object id as its content. */
  mode?: '100644' | '100755' | '120000' | '160000';
  /** Null deletes. */
  content: Uint8Array | string | BlobMark | null;
}

/** Content that is in the stream already, as `blob` returned it. */
export interface BlobMark {
  mark: string;
}

export interface CommitWish {
  branch: string;
  message?: string;
  changes: readonly FileChange[];
  /** Marks or ids of parents; absent: the branch's tip. */
  from?: string;
  merge?: readonly string[];
  /** `Name <address>`. */
  author?: string;
}

/** A stream under construction. Marks are given out in order and returned as `:1`, `:2`… */
export class FastImportStream {
  readonly chunks: Uint8Array[] = [];
  #marks = 0;
  #seconds = firstSeconds;

  blob(content: Uint8Array | string): string {
    const mark = this.#mark();
    this.#text(`blob\nmark ${mark}\n`);
    this.#data(content);
    return mark;
  }

  commit(wish: CommitWish): string {
    const mark = this.#mark();
    this.#text(`commit ${wish.branch}\nmark ${mark}\n`);
    const author = wish.author ?? person;
    this.#text(`author ${author} ${this.#tick()} +0000\ncommitter ${person} ${this.#seconds} +0000\n`);
    this.#data(wish.message ?? `Commit ${mark.slice(1)}\n`);
    if (wish.from !== undefined) this.#text(`from ${wish.from}\n`);
    for (const parent of wish.merge ?? []) this.#text(`merge ${parent}\n`);
    for (const change of wish.changes) this.#change(change);
    this.#text('\n');
    return mark;
  }

  /** An annotated tag `refs/tags/<name>` of a mark or id. */
  tag(name: string, target: string, message = `Tag ${name}\n`): string {
    const mark = this.#mark();
    this.#text(`tag ${name}\nmark ${mark}\nfrom ${target}\ntagger ${person} ${this.#tick()} +0000\n`);
    this.#data(message);
    return mark;
  }

  /** Points a ref at a mark or id, for refs without an object of their own. */
  reset(ref: string, target: string): void {
    this.#text(`reset ${ref}\nfrom ${target}\n\n`);
  }

  /** Bytes that are already in fast-import's language. */
  raw(text: string): void {
    this.#text(text);
  }

  #change({ path, mode = '100644', content }: FileChange): void {
    const name = quotedPath(path);
    if (content === null) this.#text(`D ${name}\n`);
    else if (typeof content === 'object' && 'mark' in content)
      this.#text(`M ${mode} ${content.mark} ${name}\n`);
    else if (mode === '160000') this.#text(`M 160000 ${content.toString()} ${name}\n`);
    else {
      this.#text(`M ${mode} inline ${name}\n`);
      this.#data(content);
    }
  }

  #data(content: Uint8Array | string): void {
    const bytes = typeof content === 'string' ? Buffer.from(content) : content;
    this.#text(`data ${bytes.length}\n`);
    this.chunks.push(bytes);
    this.#text('\n');
  }

  #text(text: string): void {
    this.chunks.push(Buffer.from(text));
  }

  #mark(): string {
    this.#marks += 1;
    return `:${this.#marks}`;
  }

  #tick(): number {
    this.#seconds += 60;
    return this.#seconds;
  }
}

/** In the C-like quotes fast-import reads, with every unusual byte in octal. */
function quotedPath(path: Uint8Array | string): string {
  const bytes = typeof path === 'string' ? Buffer.from(path) : path;
  let quoted = '';
  for (const byte of bytes) {
    const plain = byte >= 0x20 && byte < 0x7f && byte !== 0x22 && byte !== 0x5c;
    quoted += plain ? String.fromCharCode(byte) : `\\${byte.toString(8).padStart(3, '0')}`;
  }
  return `"${quoted}"`;
}
