/** What tells one version of a file from another (RFC 9110 §8.8), and what may be sent in `If-Range` (§13.1.5). Pure. */

/** As a server gave it; what is absent is null. */
export interface Validator {
  /** With its quotes, and `W/` in front where it is weak. */
  etag: string | null;
  lastModified: string | null;
  /** Whether the date is a strong validator by the rule of RFC 9110 §8.8.2.2. */
  dateIsStrong: boolean;
}

/**
 * `unproved`: nothing speaks against it, and nothing that a server must keep its word on speaks for it. Bytes that are
 * here must then be compared with some that come again.
 */
export type Sameness = 'same' | 'unproved' | 'different';

/** A file may change twice within the second a date can tell; a minute also covers two clocks that differ a little. */
const strongDateMsMin = 60_000;

/** RFC 9110 §8.8.3: any visible octets but the quote. */
const etagForm = /^(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*"$/;

export function validatorOf(headers: ReadonlyMap<string, string>): Validator {
  const field = headers.get('etag')?.trim() ?? '';
  const lastModified = headers.get('last-modified')?.trim() ?? null;
  const modifiedMs = Date.parse(lastModified ?? '');
  const saidMs = Date.parse(headers.get('date') ?? '');
  const dated = !Number.isNaN(modifiedMs);
  return {
    etag: etagForm.test(field) ? field : null,
    lastModified: dated ? lastModified : null,
    // A comparison with NaN is false: without a readable Date nothing is known about the clock.
    dateIsStrong: dated && saidMs - modifiedMs >= strongDateMsMin,
  };
}

function isWeak(etag: string): boolean {
  return etag.startsWith('W/');
}

/** An entity tag stands above a date, also a weak one: RFC 9110 §13.1.5 allows the date only to who was given no tag. */
export function isStrong({ etag, dateIsStrong }: Validator): boolean {
  return etag === null ? dateIsStrong : !isWeak(etag);
}

/** The strong entity tag, the one thing that can say of two servers' files that they are the same; else null. */
export function strongTag({ etag }: Validator): string | null {
  return etag !== null && !isWeak(etag) ? etag : null;
}

/** The value of `If-Range`; null where none may be sent. */
export function ifRangeField(validator: Validator): string | null {
  if (!isStrong(validator)) return null;
  return validator.etag ?? validator.lastModified;
}

/** Whether an answer with `now` is about the version that had `known`. */
export function compareValidators(known: Validator, now: Validator): Sameness {
  if (known.etag !== null && now.etag !== null) {
    if (known.etag === now.etag) return isWeak(known.etag) ? 'unproved' : 'same';
    // W/"1" and "1" are alike under weak comparison (§8.8.3.2), which is not enough for ranges.
    const alike = known.etag.replace(/^W\//, '') === now.etag.replace(/^W\//, '');
    return alike ? 'unproved' : 'different';
  }
  if (known.lastModified !== null && now.lastModified !== null) {
    if (Date.parse(known.lastModified) !== Date.parse(now.lastModified)) return 'different';
    const alone = known.etag === null && now.etag === null;
    return alone && known.dateIsStrong ? 'same' : 'unproved';
  }
  return 'unproved';
}
