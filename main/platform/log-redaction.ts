/** Nothing in a log line is longer than this. */
const textCharsMax = 4096;
const depthMax = 6;
const membersMax = 100;

const secret = '[removed]';
const secretNames = /authorization|cookie|passw|passphrase|token|secret|credential|api[-_]?key/i;

/**
 * A text without what could open a door: user info, queries and fragments of URLs (RFC 3986 §3.2.1, §3.4, §3.5), and the
 * values of Authorization and Cookie fields. The one query git itself uses tells nothing and stays.
 */
export function redactText(text: string): string {
  return text
    .replace(/\b([a-z][a-z0-9+.-]*:\/\/)[^\s/?#@"'<>]*(?:@[^\s/?#@"'<>]*)*@/gi, '$1')
    .replace(
      /\b([a-z][a-z0-9+.-]*:\/\/[^\s?#"'<>]*)\?(?!service=git-[a-z-]+(?:[\s"'<>]|$))[^\s#"'<>]*/gi,
      `$1?${secret}`,
    )
    .replace(/\b([a-z][a-z0-9+.-]*:\/\/[^\s#"'<>]*)#[^\s"'<>]*/gi, `$1#${secret}`)
    .replace(/\b((?:proxy-)?authorization|(?:set-)?cookie)(["']?\s*[:=]\s*)[^\r\n]+/gi, `$1$2${secret}`)
    .replace(/\b(basic|bearer)\s+[a-z0-9+/=._~-]{6,}/gi, `$1 ${secret}`)
    .slice(0, textCharsMax);
}

/** A value ready for JSON, redacted through and through. Bytes are only counted; errors keep what explains them. */
export function redactValue(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return redactText(value);
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'function' || typeof value === 'symbol') return undefined;
  if (typeof value !== 'object' || value === null) return value;
  if (depth === depthMax) return '[deeper]';
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Error) return redactMembers(errorMembers(value), depth);
  if (value instanceof Map)
    return redactMembers(
      [...value].map(([name, each]) => [String(name), each]),
      depth,
    );
  if (Array.isArray(value) || value instanceof Set) {
    return [...(value as Iterable<unknown>)].slice(0, membersMax).map((each) => redactValue(each, depth + 1));
  }
  return redactMembers(Object.entries(value), depth);
}

function errorMembers(error: Error): [string, unknown][] {
  const named = Object.entries(error).filter(([name]) => name !== 'cause');
  const cause: [string, unknown][] = error.cause === undefined ? [] : [['cause', error.cause]];
  return [['name', error.name], ['message', error.message], ...named, ['stack', error.stack], ...cause];
}

function redactMembers(members: [string, unknown][], depth: number): Record<string, unknown> {
  const redacted = members
    .slice(0, membersMax)
    .map(([name, each]): [string, unknown] => [
      name,
      secretNames.test(name) ? secret : redactValue(each, depth + 1),
    ]);
  return Object.fromEntries(redacted);
}
