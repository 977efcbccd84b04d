/**
 * Git's configuration format (git-config(1), "CONFIGURATION FILE", "Syntax"; git's config.c, git_parse_source), as a file
 * that a stranger wrote: it is read as git ≥ 2.45 reads it, nothing is included, and what one line breaks is all broken.
 *
 * Refused where git accepts: NUL (git reads up to it), and what is longer than limits.ts allows.
 */

import { textOfBytes } from './byte-text.ts';
import { RemoteProtocolError } from './errors.ts';
import { configBytesMax, configEntriesMax, configValueBytesMax } from './limits.ts';

export interface ConfigEntry {
  /** `section.key` or `section.subsection.key`; section and key in lower case. Not safe to show. */
  readonly name: string;
  /** Null for a key without "=", which Git reads as true. */
  readonly value: string | null;
}

const lf = 0x0a;
const cr = 0x0d;
const tab = 0x09;
const backspace = 0x08;
const space = 0x20;
const quote = 0x22;
const hash = 0x23;
const dash = 0x2d;
const dot = 0x2e;
const semicolon = 0x3b;
const equals = 0x3d;
const openBracket = 0x5b;
const backslash = 0x5c;
const closeBracket = 0x5d;

/** git-compat-util.h: what `isspace` means to Git. */
const isSpace = (byte: number): boolean => byte === space || byte === tab || byte === lf || byte === cr;

const isLetter = (byte: number): boolean => (byte >= 0x61 && byte <= 0x7a) || (byte >= 0x41 && byte <= 0x5a);

const isKeyByte = (byte: number): boolean =>
  isLetter(byte) || (byte >= 0x30 && byte <= 0x39) || byte === dash;

const lowered = (byte: number): number => (byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte);

/** What a backslash in a value makes of the next byte; others have no meaning (config.c, parse_value). */
const escapes: Readonly<Record<number, number>> = {
  0x74: tab,
  0x62: backspace,
  0x6e: lf,
  [backslash]: backslash,
  [quote]: quote,
};

class ConfigTextReader {
  readonly #bytes: Uint8Array;
  #at = 0;
  #line = 1;
  #ended = false;

  constructor(bytes: Uint8Array) {
    const hasMark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
    this.#bytes = hasMark ? bytes.subarray(3) : bytes;
  }

  readAll(): ConfigEntry[] {
    const entries: ConfigEntry[] = [];
    let stem = '';
    for (;;) {
      const byte = this.#next();
      if (this.#ended) return entries;
      if (byte === lf) this.#line++;
      if (isSpace(byte)) continue;
      if (byte === hash || byte === semicolon) this.#skipLine();
      else if (byte === openBracket) stem = this.#readSection();
      else if (isLetter(byte)) {
        if (entries.length >= configEntriesMax)
          throw new RemoteProtocolError('limit', `The list has more than ${configEntriesMax} entries.`);
        entries.push(this.#readEntry(stem, byte));
      } else throw this.#badLine();
    }
  }

  #badLine(): RemoteProtocolError {
    return new RemoteProtocolError('config', `Line ${this.#line} cannot be understood.`);
  }

  /** The next byte, CR LF as LF. At the end one LF after the other, as if the file had one there (get_next_char). */
  #next(): number {
    const { length } = this.#bytes;
    const byte = this.#at < length ? (this.#bytes[this.#at++] ?? lf) : -1;
    if (byte === -1) {
      this.#ended = true;
      return lf;
    }
    if (byte === 0) throw new RemoteProtocolError('config', `Line ${this.#line} holds a NUL.`);
    if (byte === cr && this.#bytes[this.#at] === lf) {
      this.#at++;
      return lf;
    }
    return byte;
  }

  #skipLine(): void {
    while (this.#next() !== lf) continue;
    this.#line++;
  }

  /** Behind "[": what names of this section begin with, the last dot included. */
  #readSection(): string {
    const stem: number[] = [];
    for (;;) {
      const byte = this.#next();
      if (this.#ended) throw this.#badLine();
      if (byte === closeBracket) break;
      if (isSpace(byte)) {
        this.#readSubsection(stem, byte);
        break;
      }
      if (!isKeyByte(byte) && byte !== dot) throw this.#badLine();
      this.#take(stem, lowered(byte));
    }
    if (stem.length === 0) throw this.#badLine();
    stem.push(dot);
    return textOfBytes(Uint8Array.from(stem));
  }

  /** ` "subsection"]` behind a section's name. A backslash there makes any byte itself. */
  #readSubsection(stem: number[], firstSpace: number): void {
    let byte = firstSpace;
    do {
      if (byte === lf) throw this.#badLine();
      byte = this.#next();
    } while (isSpace(byte));
    if (byte !== quote) throw this.#badLine();
    stem.push(dot);
    for (byte = this.#next(); byte !== quote; byte = this.#next()) {
      if (byte === backslash) byte = this.#next();
      if (byte === lf) throw this.#badLine();
      this.#take(stem, byte);
    }
    if (this.#next() !== closeBracket) throw this.#badLine();
  }

  #readEntry(stem: string, firstByte: number): ConfigEntry {
    const key = [lowered(firstByte)];
    let byte = this.#next();
    for (; isKeyByte(byte); byte = this.#next()) this.#take(key, lowered(byte));
    while (byte === space || byte === tab) byte = this.#next();
    let value: string | null = null;
    if (byte === equals) value = this.#readValue();
    else if (byte !== lf) throw this.#badLine();
    this.#line++;
    return { name: stem + String.fromCharCode(...key), value };
  }

  /** Behind "=", the line's end included. White space and comments at the end do not belong to it, unless quoted. */
  #readValue(): string {
    const value: number[] = [];
    let quoted = false;
    let trimmedLength: number | null = null;
    for (;;) {
      let byte = this.#next();
      if (byte === lf) {
        if (quoted) throw this.#badLine();
        return textOfBytes(Uint8Array.from(value.slice(0, trimmedLength ?? value.length)));
      }
      if (isSpace(byte) && !quoted) {
        trimmedLength ??= value.length;
        if (value.length > 0) this.#take(value, byte);
        continue;
      }
      if (!quoted && (byte === hash || byte === semicolon)) {
        while (this.#next() !== lf) continue;
        return textOfBytes(Uint8Array.from(value.slice(0, trimmedLength ?? value.length)));
      }
      trimmedLength = null;
      if (byte === quote) {
        quoted = !quoted;
        continue;
      }
      if (byte === backslash) {
        byte = this.#next();
        if (byte === lf) {
          // The value goes on in the next line.
          this.#line++;
          continue;
        }
        const escaped = escapes[byte];
        if (escaped === undefined) throw this.#badLine();
        byte = escaped;
      }
      this.#take(value, byte);
    }
  }

  #take(bytes: number[], byte: number): void {
    if (bytes.length >= configValueBytesMax)
      throw new RemoteProtocolError('limit', `Line ${this.#line} is longer than any we expect.`);
    bytes.push(byte);
  }
}

/**
 * All entries in their order, repeated ones too.
 * @throws RemoteProtocolError `config` with the number of the line, `limit`
 */
export function parseConfigText(bytes: Uint8Array): ConfigEntry[] {
  if (bytes.length > configBytesMax)
    throw new RemoteProtocolError('limit', `The list has more than ${configBytesMax} bytes.`);
  return new ConfigTextReader(bytes).readAll();
}
