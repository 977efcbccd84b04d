/** The `Content-Range` field (RFC 9110 §14.4). Pure. */

import type { Span } from './spans.ts';

/** `span` is null where the field only says how long the file is, as that of a 416 does, and brings nothing of it. */
export interface ContentRange {
  span: Span | null;
  /** Null where the server does not say (`bytes 0-99/*`). */
  totalBytes: number | null;
}

const form = /^bytes[ \t]+(?:(\d{1,16})-(\d{1,16})|\*)\/(\d{1,16}|\*)$/i;

/**
 * Null for what is no valid byte range: another unit, several ranges, a last byte before the first or behind the end,
 * numbers beyond 2^53. Such a field is never guessed at: the bytes behind it may be any.
 */
export function parseContentRange(field: string | undefined): ContentRange | null {
  const match = form.exec(field?.trim() ?? '');
  if (match === null) return null;
  const [, first, last, total] = match;
  const totalBytes = total === '*' ? null : Number(total);
  if (totalBytes !== null && !Number.isSafeInteger(totalBytes)) return null;
  if (first === undefined || last === undefined)
    return totalBytes === null ? null : { span: null, totalBytes };
  const span = { fromBytes: Number(first), toBytes: Number(last) + 1 };
  if (!Number.isSafeInteger(span.toBytes) || span.toBytes <= span.fromBytes) return null;
  if (totalBytes !== null && span.toBytes > totalBytes) return null;
  return { span, totalBytes };
}

/** The `Range` field that asks for `span` (RFC 9110 §14.2): its last byte is included there. */
export function rangeField({ fromBytes, toBytes }: Span): string {
  return `bytes=${fromBytes}-${toBytes - 1}`;
}
