/**
 * Text that loses no byte. Git's names are bytes (git-check-ref-format(1) knows no encoding); most are UTF-8, some are not.
 * A byte that is no part of valid UTF-8 becomes one of U+DC80 … U+DCFF, lone surrogates that no UTF-8 decodes to, and
 * becomes that byte again: Python's "surrogateescape" (PEP 383). Such text must not be shown as it is: see `shownName`.
 */

import { LocalProtocolError } from './errors.ts';

const utf8Text = new TextDecoder('utf-8', { ignoreBOM: true });
const utf8 = new TextEncoder();

const escapeBase = 0xdc00;
const isEscape = (code: number): boolean => code >= 0xdc80 && code <= 0xdcff;

const isBetween = (byte: number | undefined, low: number, high: number): boolean =>
  byte !== undefined && byte >= low && byte <= high;

/** The length of the well-formed UTF-8 character at `at`; 0 when there is none (RFC 3629 §4, "UTF8-octets"). */
function characterLength(bytes: Uint8Array, at: number): number {
  const lead = bytes[at] ?? 0xff;
  if (lead < 0x80) return 1;
  if (lead < 0xc2 || lead > 0xf4) return 0;
  const second = bytes[at + 1];
  if (lead < 0xe0) return isBetween(second, 0x80, 0xbf) ? 2 : 0;
  // Neither overlong forms, nor surrogates, nor what lies above U+10FFFF.
  const low = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
  const high = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
  if (!isBetween(second, low, high) || !isBetween(bytes[at + 2], 0x80, 0xbf)) return 0;
  if (lead < 0xf0) return 3;
  return isBetween(bytes[at + 3], 0x80, 0xbf) ? 4 : 0;
}

/** The text of any bytes. Valid UTF-8 becomes what it says, a byte order mark included. */
export function textOfBytes(bytes: Uint8Array): string {
  let text = '';
  let runStart = 0;
  for (let at = 0; at < bytes.length;) {
    const length = characterLength(bytes, at);
    at += Math.max(1, length);
    if (length > 0) continue;
    text += utf8Text.decode(bytes.subarray(runStart, at - 1));
    text += String.fromCharCode(escapeBase + (bytes[at - 1] ?? 0));
    runStart = at;
  }
  return text + utf8Text.decode(runStart === 0 ? bytes : bytes.subarray(runStart));
}

/**
 * The bytes that `textOfBytes` made the text of; UTF-8 for all other text.
 * @throws LocalProtocolError for a lone surrogate that stands for no byte
 */
export function bytesOfText(text: string): Uint8Array {
  if (text.isWellFormed()) return utf8.encode(text);
  const bytes: number[] = [];
  // By code points: a low surrogate that belongs to a pair is no escape.
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    if (isEscape(code)) bytes.push(code - escapeBase);
    else if (code >= 0xd800 && code <= 0xdfff)
      throw new LocalProtocolError('The text holds half a character that stands for no byte.');
    else bytes.push(...utf8.encode(character));
  }
  return Uint8Array.from(bytes);
}

/** Whether `bytesOfText` takes the text: every lone surrogate in it stands for a byte. */
export function isByteText(text: string): boolean {
  if (text.isWellFormed()) return true;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    if (code >= 0xd800 && code <= 0xdfff && !isEscape(code)) return false;
  }
  return true;
}

/**
 * A ref's name for people: a byte that is no text as `\xE9`. No name can hold a backslash (git-check-ref-format(1)), so
 * nothing else looks like this, and what was shown can be given back as a branch to clone. Well-formed text.
 */
export function shownName(name: string): string {
  if (name.isWellFormed()) return name;
  let shown = '';
  for (const character of name) {
    const code = character.codePointAt(0) ?? 0;
    shown += isEscape(code) ? `\\x${(code - escapeBase).toString(16).toUpperCase()}` : character;
  }
  return shown.toWellFormed();
}
