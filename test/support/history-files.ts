/** The files of a long history: which there are, which are worked on, and how an edit changes one. */

import { catalogueStyle, codeStyle, edited, type Edit, type Style, type Writer } from './history-texts.ts';

export interface SourceFile {
  path: string;
  text: Buffer;
  readonly style: Style;
  /** It grows to about so many bytes by the end of the history. */
  readonly fullBytes: number;
  readonly catalogue: boolean;
  /** Whether a topic works on it: no other one does so meanwhile, and no merge has to look into files. */
  taken: boolean;
}

/** A file as a topic has it; a null text is a removal. */
export interface Draft {
  readonly file: SourceFile;
  path: string;
  text: Buffer | null;
  /** Of the text in the stream; empty while the text is everyone's. */
  mark: string;
}

/** Compressed and without a delta, even the largest is less than a connection of 256 kB carries. */
const catalogueBytesMax = 300_000;
const fileBytesMax = 150_000;
const catalogueCount = 16;

/** What everyone has: the files of the main branch. */
export class SourceFiles {
  readonly #writer: Writer;
  readonly #files: SourceFile[];
  readonly #catalogues: SourceFile[];
  readonly #directories = [''];
  readonly #paths = new Set<string>();
  /** How much of the history has passed, from 0 to 1. */
  progress = 0;

  constructor(writer: Writer, count: number, catalogueBytes: number) {
    this.#writer = writer;
    // The first ones are worked on most, and become larger.
    this.#files = Array.from({ length: count }, () => this.newFile(18_000));
    this.#catalogues = Array.from({ length: catalogueCount }, (_, number) =>
      this.#newCatalogue(number, Math.min(catalogueBytesMax, catalogueBytes)),
    );
  }

  all(): SourceFile[] {
    return [...this.#files, ...this.#catalogues];
  }

  /** Nobody has it yet. */
  newFile(usualBytes = 5_000): SourceFile {
    const style = codeStyle(this.#writer);
    const fullBytes = Math.min(fileBytesMax, 200 + this.#writer.around(usualBytes, 1.4));
    const text = Buffer.from(style.lines(Math.ceil(this.#bytesNow(fullBytes) / 30)), 'latin1');
    return { path: this.newPath(), text, style, fullBytes, catalogue: false, taken: false };
  }

  /** Where no file is or was. */
  newPath(): string {
    const writer = this.#writer;
    if (this.#directories.length < 4 || writer.chance(0.04)) {
      const parent = this.#directories[writer.rank(this.#directories.length)] ?? '';
      const above = writer.chance(0.85) || parent.split('/').length > 4 ? '' : parent;
      this.#directories.push(`${above}${writer.word()}-${this.#directories.length}/`);
    }
    for (;;) {
      const directory = this.#directories[writer.rank(this.#directories.length)] ?? '';
      const path = `${directory}${writer.word()}-${writer.word()}.c`;
      if (this.#paths.has(path)) continue;
      this.#paths.add(path);
      return path;
    }
  }

  /** One that nobody works on, near the files of these drafts for the most part. */
  free(near: readonly Draft[]): SourceFile | undefined {
    const writer = this.#writer;
    if (writer.chance(0.025)) {
      const catalogue = this.#catalogues[writer.below(catalogueCount)];
      if (catalogue?.taken === false) return catalogue;
    }
    let found: SourceFile | undefined;
    for (let tries = 0; tries < 40; tries++) {
      // The oldest files are the heart of it, and what is new is not finished.
      const place = writer.rank(this.#files.length);
      const file = this.#files[writer.chance(0.7) ? place : this.#files.length - 1 - place];
      if (file === undefined || file.taken) continue;
      // What is worked on much is large: a small file would soon be another one altogether.
      if (writer.fraction() * 20_000 > file.text.length) continue;
      found = file;
      if (near.length === 0 || near.some((other) => sameFolder(other.path, file.path))) return file;
    }
    return near.length > 0 && writer.chance(0.7) ? undefined : found;
  }

  /** Changes the draft's text. */
  edit(draft: Draft): Buffer {
    const text = draft.text ?? draft.file.text;
    draft.text = edited(text, this.#editOf(draft.file, text), draft.file.style, this.#writer);
    return draft.text;
  }

  /** What a topic made is now what everyone has. */
  adopt({ file, path, text }: Draft): void {
    file.taken = false;
    file.path = path;
    if (text !== null) file.text = text;
    if (file.catalogue) return;
    const place = this.#files.indexOf(file);
    if (text === null) this.#files.splice(place, place < 0 ? 0 : 1);
    else if (place < 0) this.#files.push(file);
  }

  #newCatalogue(number: number, mostBytes: number): SourceFile {
    const style = catalogueStyle(this.#writer);
    const fullBytes = mostBytes * (0.5 + this.#writer.fraction() / 2);
    const text = Buffer.from(style.lines(Math.ceil(this.#bytesNow(fullBytes) / 27)), 'latin1');
    const path = `translations/${this.#writer.word()}-${number}.po`;
    return { path, text, style, fullBytes, catalogue: true, taken: false };
  }

  /**
   * Files grow all the time they live. git looks for deltas between neighbours in size: where sizes went up and down, it
   * would find versions from far apart, and hardly a delta.
   */
  #bytesNow(fullBytes: number): number {
    return fullBytes * (0.3 + 0.7 * this.progress);
  }

  #editOf(file: SourceFile, text: Buffer): Edit {
    const writer = this.#writer;
    const grow = text.length < this.#bytesNow(file.fullBytes);
    const mostLines = Math.max(1, text.length / 75);
    if (file.catalogue) {
      // References to lines of the source change everywhere.
      const places = Math.ceil(Math.min(mostLines / 3, writer.around(200, 0.8)));
      return { lines: places * 4, places, grow };
    }
    const lines = Math.ceil(Math.min(mostLines, writer.around(9, 1.9)));
    return { lines, places: Math.ceil(Math.min(30, lines / 3, writer.around(3, 0.9))), grow };
  }
}

function sameFolder(one: string, other: string): boolean {
  const end = one.lastIndexOf('/');
  return end === other.lastIndexOf('/') && one.startsWith(other.slice(0, end + 1));
}
