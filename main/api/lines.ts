/** Newline-delimited JSON, cut out of a stream of bytes. */

/** A line is longer than its reader is willing to keep, or is not JSON in UTF-8 (RFC 8259 §8.1). */
export class LineError extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'LineError';
  }
}

const newline = 0x0a;

/**
 * Returns a function that takes bytes and gives the values whose lines they complete. It keeps at most `lineBytesMax`
 * bytes. Throws a `LineError`, after which it must not be called again.
 */
export function createLineReader(lineBytesMax: number): (chunk: Uint8Array) => unknown[] {
  let parts: Uint8Array[] = [];
  let keptBytes = 0;

  const keep = (part: Uint8Array): void => {
    keptBytes += part.length;
    if (keptBytes > lineBytesMax) throw new LineError(`A line is longer than ${lineBytesMax} bytes.`);
    parts.push(part);
  };

  const take = (): unknown => {
    const line = Buffer.concat(parts);
    parts = [];
    keptBytes = 0;
    return parse(line);
  };

  return (chunk) => {
    const values: unknown[] = [];
    let start = 0;
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, start)) {
      keep(chunk.subarray(start, end));
      values.push(take());
      start = end + 1;
    }
    if (start < chunk.length) keep(chunk.subarray(start));
    return values;
  };
}

function parse(line: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(line));
  } catch (cause) {
    throw new LineError('A line is not JSON.', { cause });
  }
}
