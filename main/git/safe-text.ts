/**
 * Text from the other side, made safe to show. Terminals obey escape sequences and browsers obey bidirectional marks;
 * a server's words must do neither (git: "sideband.allowControlCharacters", sideband.c).
 */

import { shownTextCharsMax } from './limits.ts';

const lossyUtf8 = new TextDecoder('utf-8', { ignoreBOM: true });

/**
 * ECMA-48 sequences in both spellings (ESC + byte, and the single C1 character): CSI with its parameters, the string
 * kinds (DCS, SOS, OSC, PM, APC) with what they carry up to their terminator or the end of the line, and the rest.
 */
const escapeSequences =
  /(?:\x1b\[|\x9b)[\x30-\x3f]*[\x20-\x2f]*[\x40-\x7e]?|(?:\x1b[PX\]^_]|[\x90\x98\x9d\x9e\x9f])[^\x07\x1b\x9c\r\n]*(?:\x07|\x1b\\|\x9c)?|\x1b[\x20-\x2f]*[\x30-\x7e]?/g;

/**
 * Control characters but LF and TAB; marks that are invisible or turn the direction of text (Unicode TR36 §2.5, the
 * "Trojan Source" set); line and paragraph separators; tag characters; private noncharacters of annotation.
 */
const unsafeCharacters =
  /[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e0fff}]/gu;

/**
 * `text` without anything that could act on a terminal or a page. Newlines and tabs stay; CR ends a line, because
 * servers redraw progress with it. At most `max` UTF-16 units, the last one "…" when something was cut. Idempotent.
 */
export function safeText(text: string | Uint8Array, max: number = shownTextCharsMax): string {
  // Escapes are taken out of a bounded piece, so that a long hostile text costs no more than a short one.
  const inputMax = 16 * max;
  const decoded =
    typeof text === 'string'
      ? text.slice(0, inputMax)
      : lossyUtf8.decode(text.subarray(0, Math.min(text.length, inputMax)));
  const safe = decoded
    .replace(escapeSequences, '')
    .replace(/\r\n?/g, '\n')
    .replace(unsafeCharacters, '')
    .toWellFormed();
  const cut = safe.length > max || text.length > inputMax;
  if (!cut) return safe;
  return safe.slice(0, Math.max(0, max - 1)).replace(/[\ud800-\udbff]$/, '') + '…';
}
