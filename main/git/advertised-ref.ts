/** A ref as a remote tells of it, in either version of the protocol, and which of them are taken. */

import { refsCountMax } from './limits.ts';
import { RemoteProtocolError } from './errors.ts';
import { isRefName } from './ref-name.ts';
import { nullOid, type ObjectFormat } from './oid.ts';

export interface AdvertisedRef {
  /** Full name, or `HEAD`; one that git-check-ref-format(1) takes. */
  name: string;
  /** Null when unborn: a symbolic ref whose target does not exist yet. */
  oid: string | null;
  /** Full name of the ref this one points to; null when it is none, or the server did not say. */
  symrefTarget: string | null;
  /** The object an annotated tag finally stands for; null when the ref is no annotated tag. */
  peeled: string | null;
}

/** The target of a symbolic ref, or null when it is not one Git could write (git shows even `../../etc/passwd`). */
export function symrefTargetOf(text: string): string | null {
  return text.startsWith('refs/') && isRefName(text) ? text : null;
}

/** Decides which refs are taken, and counts. Names come from a stranger and end as paths on our disk. */
export class RefFilter {
  readonly #nullOid: string;
  #seen = 0;
  /** Refs left out: a name that Git refuses, or the null id. */
  dropped = 0;

  constructor(format: ObjectFormat) {
    this.#nullOid = nullOid(format);
  }

  /** @throws RemoteProtocolError `limit` */
  takes(name: string, oid: string | null): boolean {
    if (++this.#seen > refsCountMax)
      throw new RemoteProtocolError('limit', `More than ${refsCountMax} refs.`);
    if (oid !== this.#nullOid && isRefName(name)) return true;
    this.dropped++;
    return false;
  }
}
