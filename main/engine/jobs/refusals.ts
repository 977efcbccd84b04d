/**
 * What it means that a server said no to one request among many: cuts are something else (ledger.io.ts). Pure.
 */

import type { EngineFailure } from '../errors.ts';

export type Refusal =
  /** Too much at once; `waitMs` where the server said how long. */
  | { kind: 'throttled'; waitMs: number | null }
  /** It knows no such object (upload-pack.c; a node of several that is behind the others). */
  | { kind: 'object'; oid: string }
  /** Filters of this kind are not allowed (git-config(1), uploadpackfilter). */
  | { kind: 'filter' }
  /** It, or something in between, is not itself: the same request may work a moment later. */
  | { kind: 'trouble' };

const rateWords =
  /rate.?limit|too many (concurrent )?requests|throttl|slow down|try again later|over(load|quota)|quota/i;
/** Of git, JGit and Azure DevOps. */
const objectWords =
  /(?:not our ref|want|object|unknown|missing)\b[^0-9a-f]{0,30}\b([0-9a-f]{64}|[0-9a-f]{40})\b/i;
const filterWords =
  /\bfilter\b.*(?:not (?:supported|allowed)|max depth|unsupported|disabled|invalid|unknown)|unsupported.*\bfilter\b/i;

/** Null: it will stay so, whatever is asked. */
export function refusalOf({ code, facts }: EngineFailure): Refusal | null {
  switch (code) {
    case 'too-many-requests':
      return { kind: 'throttled', waitMs: facts.retryAfterMs ?? null };
    case 'server-error':
      // 503 is what an overloaded server says (RFC 9110, section 15.6.4).
      return facts.status === 503 || facts.retryAfterMs !== undefined
        ? { kind: 'throttled', waitMs: facts.retryAfterMs ?? null }
        : { kind: 'trouble' };
    case 'not-git':
    case 'protocol-violation':
      return { kind: 'trouble' };
    case 'remote-refused':
      return refusalInWords(facts.detail ?? '');
    default:
      return null;
  }
}

function refusalInWords(words: string): Refusal {
  const oid = objectWords.exec(words)?.[1];
  if (oid !== undefined) return { kind: 'object', oid: oid.toLowerCase() };
  if (filterWords.test(words)) return { kind: 'filter' };
  return rateWords.test(words) ? { kind: 'throttled', waitMs: null } : { kind: 'trouble' };
}
