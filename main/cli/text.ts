/** Text that goes to a terminal: made safe, measured and cut by columns, coloured last. */

export type Style = 'plain' | 'strong' | 'dim' | 'good' | 'caution' | 'bad';
export interface Segment {
  text: string;
  style: Style;
}

export interface Look {
  columns: number;
  colour: boolean;
}

const sgr: Record<Exclude<Style, 'plain'>, string> = {
  strong: '1',
  dim: '2',
  good: '32',
  caution: '33',
  bad: '31',
};

const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;
const zeroWidth = /\p{Mn}|\p{Me}|\p{Cf}/u;

/**
 * Control characters (C0, DEL, C1) and those that turn the direction of writing become `?`: what a server or a file
 * name says must not be able to move the cursor, colour the screen or forge a line.
 */
export function safeText(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '?');
}

/** Columns a text takes on a terminal, as near as can be told without asking it. */
export function columnsOf(text: string): number {
  let columns = 0;
  for (const character of text) columns += wide.test(character) ? 2 : zeroWidth.test(character) ? 0 : 1;
  return columns;
}

/** The longest beginning that fits, with an ellipsis in place of what was cut. */
export function cut(text: string, columns: number): string {
  if (columnsOf(text) <= columns) return text;
  if (columns <= 0) return '';
  let kept = '';
  let used = 0;
  for (const character of text) {
    const width = columnsOf(character);
    if (used + width > columns - 1) break;
    kept += character;
    used += width;
  }
  return `${kept}…`;
}

export function padEnd(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - columnsOf(text)));
}

export function padStart(text: string, columns: number): string {
  return ' '.repeat(Math.max(0, columns - columnsOf(text))) + text;
}

/** One line that never wraps: cut to one column less than the terminal has (the last one makes some terminals wrap). */
export function lineOf(segments: readonly Segment[], look: Look): string {
  let left = look.columns - 1;
  let line = '';
  for (const { text, style } of segments) {
    const shown = cut(text, left);
    left -= columnsOf(shown);
    if (shown === '') continue;
    line += look.colour && style !== 'plain' ? `\u001b[${sgr[style]}m${shown}\u001b[0m` : shown;
    if (shown !== text) break;
  }
  return line.replace(/ +$/, '');
}

/** Breaks a sentence into lines of at most `columns`, each begun with `indent`. A longer word stands alone. */
export function wrap(text: string, columns: number, indent = ''): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ').filter((part) => part !== '')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && columnsOf(indent) + columnsOf(longer) > columns) {
      lines.push(indent + line);
      line = word;
    } else line = longer;
  }
  if (line !== '') lines.push(indent + line);
  return lines;
}

/** Whether to colour: a terminal, not a dumb one, and nobody said NO_COLOR (no-color.org: any value but empty). */
export function wantsColour(env: Record<string, string | undefined>, isTerminal: boolean): boolean {
  const refused = env['NO_COLOR'] !== undefined && env['NO_COLOR'] !== '';
  return isTerminal && !refused && env['TERM'] !== 'dumb';
}
