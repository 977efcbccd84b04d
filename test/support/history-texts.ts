/** Text as histories are full of: it shrinks three- to fourfold, and changes in a few runs of lines at a time. */

import { seededFractions } from './noise.ts';

const lineEnd = 10;
const onsets = [
  'b',
  'c',
  'd',
  'f',
  'g',
  'l',
  'm',
  'n',
  'p',
  'r',
  's',
  't',
  'v',
  'st',
  'tr',
  'pl',
  'ch',
  're',
];
const vowels = ['a', 'e', 'i', 'o', 'u', 'ea', 'er', 'in', 'on', 'ac'];
const types = ['int', 'size_t', 'const char *', 'unsigned int', 'struct', 'static int', 'void', 'char *'];
const operators = ['==', '!=', '<', '>', '&&', '||', '>=', '+'];

/** Choices, and the words that everything is written in: few are in every line, most are rare. */
export class Writer {
  readonly fraction: () => number;
  readonly #words: string[];
  readonly #names: string[];

  constructor(seed: number) {
    this.fraction = seededFractions(seed);
    this.#words = Array.from({ length: 8_000 }, () => this.#word());
    this.#names = Array.from({ length: 15_000 }, () => {
      const parts = Array.from({ length: 1 + this.below(3) }, () => this.word());
      return parts.join('_');
    });
  }

  /** A whole number in [0, limit). */
  below(limit: number): number {
    return Math.floor(this.fraction() * limit);
  }

  chance(share: number): boolean {
    return this.fraction() < share;
  }

  /** After Zipf: the n-th place comes up n times less often than the first. */
  rank(limit: number): number {
    return Math.min(limit - 1, Math.floor(Math.exp(this.fraction() * Math.log(limit + 1))) - 1);
  }

  /** Around a median, log-normal as sizes are: with a spread of 1.6 one in ten is eight times larger. */
  around(median: number, spread: number): number {
    const normal = Math.sqrt(-2 * Math.log(1 - this.fraction())) * Math.cos(2 * Math.PI * this.fraction());
    return median * Math.exp(spread * normal);
  }

  word(): string {
    return this.#words[this.rank(this.#words.length)] ?? '';
  }

  identifier(): string {
    return this.#names[this.rank(this.#names.length)] ?? '';
  }

  /** A line of words, without its end. */
  phrase(words: number): string {
    return Array.from({ length: words }, () => this.word()).join(' ');
  }

  /** Paragraphs of lines of 60 to 75 characters. */
  prose(bytes: number): string {
    let text = '';
    for (let made = 0; made < bytes;) {
      const line = this.phrase(8 + this.below(4));
      made += line.length + 1;
      text += `${line}${this.chance(0.2) ? '.\n\n' : '\n'}`;
    }
    return text;
  }

  base64(characters: number): string {
    return Array.from({ length: characters }, () => base64Digits[this.below(64)]).join('');
  }

  #word(): string {
    return Array.from(
      { length: 1 + this.below(3) },
      () => `${onsets[this.below(onsets.length)]}${vowels[this.below(vowels.length)]}`,
    ).join('');
  }
}

const base64Digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** What one file is about: `lines` writes so many of its lines. */
export interface Style {
  lines(count: number): string;
}

/** Source code. A file speaks mostly of things of its own, which is what makes it shrink. */
export function codeStyle(writer: Writer): Style {
  const own = Array.from({ length: 24 }, () => writer.identifier());
  const name = () => (writer.chance(0.45) ? (own[writer.rank(own.length)] ?? '') : writer.identifier());
  let depth = 1;
  const line = (): string => {
    const indent = '\t'.repeat(depth);
    switch (writer.below(13)) {
      case 0:
        return '';
      case 1:
        depth = Math.max(1, depth - 1);
        return `${'\t'.repeat(depth)}}`;
      case 2:
      case 3:
        depth = Math.min(4, depth + 1);
        return `${indent}if (${name()} ${operators[writer.rank(operators.length)]} ${name()}) {`;
      case 4:
        return `${indent}${types[writer.rank(types.length)]} ${name()} = ${name()};`;
      case 5:
      case 6:
        return `${indent}/* ${writer.phrase(6 + writer.below(6))} */`;
      case 7:
        return `${indent}return ${name()}(${name()}, ${writer.below(4096)});`;
      case 8:
        return `${indent}die("${writer.phrase(3 + writer.below(5))}", ${name()});`;
      case 9:
        return `${indent}${name()}->${name()} = ${name()}[${writer.below(100)}] & 0x${writer.below(65_536).toString(16)};`;
      default:
        return `${indent}${name()}(${name()}, ${name()});`;
    }
  };
  return { lines: (count) => `${Array.from({ length: count }, line).join('\n')}\n` };
}

/** A catalogue of translations: large, and each update touches it all over. */
export function catalogueStyle(writer: Writer): Style {
  const entry = () =>
    `#: ${writer.word()}.c:${writer.below(3000)}\nmsgid "${writer.phrase(5)}"\nmsgstr "${writer.phrase(6)}"\n\n`;
  return { lines: (count) => Array.from({ length: Math.ceil(count / 4) }, entry).join('') };
}

export interface Edit {
  /** Lines written anew or removed, altogether, and at how many places. */
  lines: number;
  places: number;
  /** Whether more lines come than go. */
  grow: boolean;
}

/** The text with some runs of its lines inserted, removed or replaced. */
export function edited(text: Buffer, edit: Edit, style: Style, writer: Writer): Buffer {
  const offsets = Array.from({ length: edit.places }, () => writer.below(text.length)).sort((a, b) => a - b);
  const each = Math.max(1, Math.round(edit.lines / edit.places));
  // What is full has to lose something, or thousands of small edits would let it grow without end.
  const inserted = () => 1 + writer.below(edit.grow ? 2 * each : each);
  const pieces: Uint8Array[] = [];
  let done = 0;
  for (const offset of offsets) {
    const start = text.indexOf(lineEnd, offset) + 1;
    if (start < done || start === 0) continue;
    pieces.push(text.subarray(done, start));
    const kind = writer.fraction();
    const removes = kind < (edit.grow ? 0.75 : 0.9);
    const inserts = kind > (edit.grow ? 0.1 : 0.25);
    done = removes ? afterLines(text, start, each) : start;
    if (inserts) pieces.push(Buffer.from(style.lines(inserted()), 'latin1'));
  }
  pieces.push(text.subarray(done));
  // A text that lost everything, or where no place was found, still has to differ from what it was.
  if (pieces.length === 1 || done >= text.length) pieces.push(Buffer.from(style.lines(1 + each), 'latin1'));
  return Buffer.concat(pieces);
}

function afterLines(text: Buffer, start: number, lines: number): number {
  let at = start;
  for (let passed = 0; passed < lines && at < text.length; passed++) {
    const end = text.indexOf(lineEnd, at);
    at = end < 0 ? text.length : end + 1;
  }
  return at;
}
