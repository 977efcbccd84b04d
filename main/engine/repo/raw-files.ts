/**
 * What git's commands cannot be told by argument, because arguments are UTF-8 here and some names of refs are not: the
 * same content as files (git-config(1), "Syntax"; gitrepository-layout(5), "HEAD"). Pure.
 */

import { bytesOfText } from '../../git/index.ts';

/** Whether the words can be arguments of a command. */
export function isArgument(...words: readonly string[]): boolean {
  return words.every((word) => word.isWellFormed());
}

/** The file of a symbolic ref. `target` is a full name; a name holds no line end, so nothing has to be escaped. */
export function symbolicRefFile(target: string): Uint8Array {
  return bytesOfText(`ref: ${target}\n`);
}

const quoted = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`;

/**
 * The lines that set `key` (`section.subsection.name`) to `value`, to be put at the end of a configuration file. Neither
 * may hold a line end.
 */
export function configLines(key: string, value: string): Uint8Array {
  const [first, last] = [key.indexOf('.'), key.lastIndexOf('.')];
  const section = `[${key.slice(0, first)} ${quoted(key.slice(first + 1, last))}]`;
  return bytesOfText(`${section}\n\t${key.slice(last + 1)} = ${quoted(value)}\n`);
}

/** `file` with `lines` at its end, unless they are in it already; null when there is nothing to do. */
export function withLines(file: Uint8Array, lines: Uint8Array): Uint8Array | null {
  if (includesBytes(file, lines)) return null;
  const joined = new Uint8Array(file.length + lines.length);
  joined.set(file);
  joined.set(lines, file.length);
  return joined;
}

function includesBytes(file: Uint8Array, part: Uint8Array): boolean {
  for (let at = 0; at + part.length <= file.length; at++) {
    if (part.every((byte, i) => file[at + i] === byte)) return true;
  }
  return false;
}
